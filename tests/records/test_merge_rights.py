"""A merge gives nobody a right: who merges into a member, and what is a member's by their own id."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from community.core import clock, slugs
from community.core.errors import NotAllowed, NotFound
from community.core.paging import PageRequest
from community.home.queries import find_openings
from community.identity.models import Actor, Visibility
from community.journal import actions as journal
from community.ledger import actions as ledger
from community.ledger import queries as ledger_queries
from community.ledger.models import GiveState
from community.ledger.queries import GiveFilter
from community.people import actions as people_actions
from community.people import policy as people_policy
from community.people import queries as people
from community.people.models import Person
from community.reciprocity import queries as reciprocity
from community.records import actions, queries
from community.records.models import Merge
from community.records.queries import Wanted
from community.web.session import CommunityFlask
from tests.factories.identity import acting, again, make_member
from tests.factories.ledger import log_give, say_thanks, seen
from tests.factories.people import make_note, make_person
from tests.records.doing import ask, told
from tests.records.test_merges import full, merged, row, unmerged
from tests.web_client import Api, Portal


def test_into_a_member_only_somebody_else_merges(owner: Actor) -> None:
    member, author = make_member(owner), make_member(owner)
    steward = make_member(owner, role="steward")
    theirs = make_person(author).id
    own, mine = make_person(member).id, make_person(member, audience="private").id
    refused = [
        (member, member, theirs),
        (owner, owner, theirs),
        (steward, steward, theirs),
        (make_member(owner), member, theirs),
        (member, member, own),
    ]
    for actor, into, other in refused:
        with acting(actor), pytest.raises(NotAllowed):
            actions.merge_people(actor, into.person_id, other)
    heard = 0
    for actor, other in [(owner, theirs), (steward, theirs), (author, theirs), (member, mine)]:
        merge_id = merged(actor, member.person_id, other)
        heard += actor != member
        assert told(member, "people_merged") == heard
        unmerged(again(member), merge_id)
        assert row(member, other).id == other


def test_what_a_member_says_of_themself_no_other_member_changes_by_a_merge(owner: Actor) -> None:
    member, author = make_member(owner), make_member(owner)
    other = full(author, "Anna Hale", call_name="Ann")
    before = row(member, member.person_id)
    choices = {"chosen": {"name": "merge"}, "dropped": {"tags": ["sailing"]}}
    merge_id = merged(author, member.person_id, other, **choices)
    after = row(again(member), member.person_id)
    names = ("name", "call_name", "emails", "phones", "links", "positions", "tags")
    assert [getattr(after, n) for n in names] == [getattr(before, n) for n in names]
    unmerged(again(member), merge_id)
    assert row(author, other).name == "Anna Hale"


def test_what_was_somebody_outsides_is_not_the_members_they_turn_out_to_be(owner: Actor) -> None:
    member, author = make_member(owner), make_member(owner)
    other = make_person(author, "Anna Hale")
    give = log_give(owner, other.id, story="A secret.", visibility=Visibility("private")).state
    shared = log_give(owner, other.id, visibility=Visibility("team")).state
    say_thanks(owner, other.id, visibility=Visibility("private"))
    note = make_note(owner, other.id, "Sails.", audience="team")
    with acting(owner) as unit:
        told_then = update(GiveState).where(GiveState.give_id == give.give_id)
        unit.session.execute(told_then.values(told_at=clock.now()))
        journal.opened(owner, other.id)
    asked = ask(owner, "access", other)
    merged(author, member.person_id, other.id)
    member = again(member)
    assert other.id in member.person_ids
    assert seen(member, give.give_id) is None
    found = seen(member, shared.give_id)
    assert found is not None
    assert (found.i_received, found.wants_my_answer) == (False, False)
    for answer in (ledger.acknowledge, ledger.dispute):
        with acting(member), pytest.raises(NotAllowed):
            answer(member, shared.give_id)
    with acting(member), pytest.raises(NotAllowed):
        people_actions.dispute_note(member, note.id)
    with acting(member):
        assert not people_policy.can_dispute(member, people.get_note_row(member, note.id))
        with pytest.raises(NotFound):
            actions.withdraw_request(member, asked.id)
        assert queries.find_own(member) == []
        assert find_openings(member, PageRequest()).items == []
        assert queries.find_readers(member) == []
    assert _figures(member, owner) == ([], 0, [])


def _figures(member: Actor, other: Actor) -> tuple[list[object], int, list[UUID]]:
    """What the member's own figures hold: by kind, waiting for them, and with whom."""
    with acting(member):
        today = clock.today()
        kinds = ledger_queries.sum_by_kind(member, date(2000, 1, 1), today + timedelta(days=1))
        waiting = ledger_queries.sum_mine(member, GiveFilter()).to_answer
        pairs = reciprocity.find_pairs(member, today, PageRequest()).items
        assert reciprocity.get_pair(member, other.person_id, today).exchange.entries == 0
    return list(kinds), waiting, [pair.person_id for pair in pairs]


def test_the_own_export_holds_what_is_said_by_the_own_id_alone(owner: Actor) -> None:
    member = make_member(owner)
    other = full(owner, "Anna Hale")
    make_note(owner, other, "Sails.", audience="team")
    ask(owner, "access", _person(owner, other))
    merged(owner, member.person_id, other)
    member = again(member)
    with acting(member):
        wanted = Wanted(queries.myself(member), is_self=True)
        held = {one.table: one.rows for one in queries.find_held(member, wanted)}
    assert [note["body"] for note in held["notes"]] == ["Sails."]
    assert "subject_requests" not in held


def _person(actor: Actor, person_id: UUID) -> Person:
    with acting(actor):
        return people.get_person(actor, person_id)


def test_the_page_says_who_may_merge_into_a_member(owner: Actor, app: CommunityFlask) -> None:
    member, author = make_member(owner), make_member(owner)
    other = make_person(author, "Anna Hale")
    named = slugs.slug(other.id, other.name)
    path = f"/people/{slugs.slug(member.person_id, member.name)}/merge?with={named}"
    refused = Portal(app, member).get(path)
    assert "An owner, a steward or whoever entered them" in refused.text
    shown = Portal(app, author).get(path)
    assert shown.status_code == 200
    assert "stays as it is" in shown.text
    assert 'name="stay_' not in shown.text


ONLY_ME = {"audience": "private", "people": [], "circle_id": None}


def test_who_entered_the_kept_one_sees_and_undoes_a_merge_without_the_hidden_name(
    owner: Actor, app: CommunityFlask
) -> None:
    author = make_member(owner)
    kept = make_person(owner, "Mara Ellison")
    hidden = make_person(author, "Mara Verbund", audience="private")
    merge_id = merged(author, kept.id, hidden.id)
    assert told(owner, "people_merged") == 1
    shown = Portal(app, owner).get("/people/merges").text
    assert "Somebody&#39;s own entry" in shown
    said = Api(app, owner).get("/people/merges").json["items"]
    assert [(one["id"], one["merged"]) for one in said] == [(str(merge_id), None)]
    assert "Verbund" not in shown + str(said)
    assert str(hidden.id) not in shown + str(said)
    other = make_member(owner)
    with acting(other):
        assert queries.find_merges(other, PageRequest()).items == []
    unmerged(owner, merge_id)
    assert row(author, hidden.id).id == hidden.id


def test_who_narrows_hears_of_no_hidden_entry_and_its_author_keeps_it(owner: Actor) -> None:
    """With the merge still to be undone, and when its days are over."""
    author = make_member(owner)
    for is_over in (False, True):
        kept = make_person(owner, "Mara Ellison")
        first = full(author, "Mara Verbund", visibility=ONLY_ME)
        second = make_person(author, audience="private").id
        merged(author, first, second)
        merged(author, kept.id, first)
        if is_over:
            with acting(owner) as unit:
                unit.session.execute(delete(Merge))
        with acting(owner):
            people_actions.edit_person(owner, kept.id, visibility=ONLY_ME)
        with acting(author), pytest.raises(NotFound):
            people.get_person_row(author, kept.id)
        assert [row(author, one).id for one in (first, second)] == [first, first]
        with acting(author):
            known = people.find_by_external_ids(author, [("crm", "crm-mara")])
            assert [one.canonical_id for one in known.values()] == [first]
        with acting(owner):
            assert queries.find_merges(owner, PageRequest()).items == []
        assert told(author, "merge_undone") == 1 + is_over
        with acting(author):
            people_actions.delete_person(author, first)
