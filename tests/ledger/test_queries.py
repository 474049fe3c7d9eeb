"""Lists of the ledger: what waits, what was lately, a person's timeline, and no gaps between pages."""

from datetime import date
from uuid import UUID

from community.core.paging import PageRequest
from community.identity.models import Actor
from community.ledger import actions, queries
from community.ledger.queries import GiveFilter
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.ledger import acknowledge, days_ago, log_give, say_thanks
from tests.factories.people import make_person


def test_what_waits_for_me_is_what_others_say_they_gave_me(owner: Actor, member: Actor) -> None:
    waiting = log_give(owner, member.person_id).give.id
    log_give(owner, member.person_id, no_reply=True)
    answered = log_give(owner, member.person_id).give.id
    acknowledge(member, answered)
    say_thanks(member, owner.person_id)
    with acting(member):
        assert [give.id for give in queries.find_to_answer(member)] == [waiting]
        assert [give.id for give in queries.find_unthanked(member)] == [waiting]
    with acting(owner):
        assert queries.find_to_answer(owner) == []


def test_lately_shows_what_was_thanked_for(owner: Actor, member: Actor) -> None:
    log_give(owner, member.person_id)
    thanked = say_thanks(owner, member.person_id).give.id
    third = make_member(owner, "Kofi Asante")
    private = {"audience": "private", "people": [], "circle_id": None}
    hidden = say_thanks(owner, member.person_id, visibility=private).give.id
    with acting(third):
        assert [give.id for give in queries.find_lately(third)] == [thanked]
    with acting(owner):
        assert {give.id for give in queries.find_lately(owner)} == {thanked, hidden}


def test_pages_follow_each_other_without_gap_or_double(owner: Actor, member: Actor) -> None:
    days = [days_ago(owner, n // 3) for n in range(10)]
    made = {say_thanks(owner, member.person_id, happened_on=day).give.id for day in days}
    found: list[tuple[date, UUID]] = []
    cursor = None
    with acting(owner):
        while True:
            page = queries.find_gives(owner, GiveFilter(), PageRequest(3, cursor))
            found += [(give.happened_on, give.id) for give in page.items]
            cursor = page.next
            if cursor is None:
                break
    assert found == sorted(found, reverse=True)
    assert [give_id for _day, give_id in found] == list(dict.fromkeys(g for _d, g in found))
    assert {give_id for _day, give_id in found} == made


def test_what_was_taken_back_is_listed_for_its_writer_alone(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id).give.id
    with acting(owner):
        actions.retract(owner, give_id)
    for reader, expected in ((owner, [give_id]), (member, [])):
        with acting(reader):
            page = queries.find_gives(reader, GiveFilter(), PageRequest())
            assert [give.id for give in page.items] == expected


def test_the_reader_of_a_give_reads_their_own_count(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, make_person(owner).id).give.id
    with acting(owner):
        assert queries.get_give(owner, give_id).counted_value == 1
    with acting(member):
        assert queries.get_give(member, give_id).counted_value == 0


def test_a_list_is_one_statement(owner: Actor, member: Actor) -> None:
    for _ in range(4):
        log_give(owner, member.person_id)
    with acting(member), counting() as sent:
        assert len(queries.find_to_answer(member)) == 4
    assert len(sent) == 1


def test_a_give_names_no_earlier_one_that_its_reader_may_not_see(
    owner: Actor, member: Actor
) -> None:
    """Not the one that led to it, nor the one in whose place it stands, in any list or answer."""
    third = make_member(owner, "Kofi Asante")
    private = {"audience": "private", "people": [], "circle_id": None}
    hidden = say_thanks(owner, make_person(owner).id, visibility=private).give.id
    give = log_give(owner, member.person_id, inspired_by_id=hidden).give.id
    acknowledge(member, give)
    with acting(member):
        entry, logged = actions.correct(member, give, replacement={"story": "two hours"})
        assert logged is not None
        answers = [queries.seen(member, logged.entry), queries.seen(member, entry)]
        instead = logged.entry.give.id
    assert [(a.inspired_by_id, a.replaces_id) for a in answers] == [(None, give), (None, None)]
    for reader, earlier in (
        (owner, (hidden, give)),
        (member, (None, give)),
        (third, (None, None)),
    ):
        with acting(reader):
            found = [
                *queries.find_gives(reader, GiveFilter(), PageRequest(20)).items,
                *queries.find_lately(reader),
                queries.get_give(reader, instead),
            ]
        same = [seen for seen in found if seen.id == instead]
        assert len(same) == 3
        assert {(seen.inspired_by_id, seen.replaces_id) for seen in same} == {earlier}


def test_an_earlier_give_is_named_to_whoever_sees_it(owner: Actor, member: Actor) -> None:
    first = say_thanks(owner, member.person_id).give.id
    entry = log_give(owner, make_person(owner).id, inspired_by_id=first)
    with acting(owner):
        assert queries.seen(owner, entry).inspired_by_id == first
    with acting(member):
        assert queries.get_give(member, entry.give.id).inspired_by_id == first
