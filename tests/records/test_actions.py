"""Who may ask, prepare and answer; what authors are asked; what is said of grounds and consent."""

import threading
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import text

from community.core import clock
from community.core.errors import AppError, Conflict, NotAllowed, NotFound, RuleBroken
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import actions as people_actions
from community.records import actions, notices, queries
from tests.factories.identity import acting, make_member, make_team
from tests.factories.people import make_note, make_person
from tests.records.doing import SECRET, ask, data_of, prepared, told

pytestmark = pytest.mark.usefixtures("in_application")


def test_a_member_asks_about_themself_and_stewards_and_owners_hear_of_it(
    owner: Actor, member: Actor, steward: Actor
) -> None:
    asked = ask(member, "erasure")
    assert (asked.person_id, asked.state) == (member.person_id, "received")
    assert asked.due_at - asked.created_at == timedelta(days=30)
    for keeper in (owner, steward):
        assert told(keeper, notices.REQUEST_RECEIVED) == 1
    assert told(member, notices.REQUEST_RECEIVED) == 0


def test_a_member_asks_nothing_for_somebody_else(owner: Actor, member: Actor) -> None:
    with pytest.raises(NotAllowed):
        ask(member, "access", make_person(owner))


def test_nobody_asks_for_a_person_they_do_not_see(owner: Actor, member: Actor) -> None:
    with pytest.raises(NotFound):
        ask(owner, "access", make_person(member, audience="private"))


def test_what_is_asked_again_is_the_request_that_waits(owner: Actor) -> None:
    mara = make_person(owner)
    with acting(owner):
        asked = actions.receive_request(owner, "access", person_id=mara.id, words="By mail.")
    with acting(owner):
        again = actions.receive_request(owner, "access", person_id=mara.id, words="On paper.")
        assert (again.id, again.words) == (asked.id, "By mail.\n\nOn paper.")
    with acting(owner):
        actions.decline_request(owner, asked.id, reason="asked by mistake")
    assert ask(owner, "access", mara).id != asked.id


def test_twenty_who_note_the_same_at_once_note_one_request(owner: Actor) -> None:
    mara, done = make_person(owner), []

    def note() -> None:
        try:
            done.append(ask(owner, "access", mara))
        except AppError:
            pass

    threads = [threading.Thread(target=note) for _n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({asked.id for asked in done}) == 1


def test_a_request_is_withdrawn_by_whoever_asked_and_nobody_else(
    owner: Actor, member: Actor, steward: Actor
) -> None:
    asked = ask(member, "objection")
    with acting(steward), pytest.raises(NotAllowed):
        actions.withdraw_request(steward, asked.id)
    with acting(member):
        assert actions.withdraw_request(member, asked.id).state == "withdrawn"


def test_a_member_sees_their_own_requests_alone(owner: Actor, member: Actor) -> None:
    mine, others = ask(member, "access"), ask(owner, "access", make_person(owner))
    with acting(member):
        assert [row.SubjectRequest.id for row in queries.find_own(member)] == [mine.id]
        with pytest.raises(NotFound):
            queries.get_request(member, others.id)


def test_a_request_of_another_team_is_not_there(owner: Actor) -> None:
    asked = ask(owner, "access", make_person(owner))
    stranger = make_team()
    with acting(stranger), pytest.raises(NotFound):
        queries.get_request(stranger, asked.id)


# preparing and answering


def test_a_steward_prepares_and_only_an_owner_answers(owner: Actor, steward: Actor) -> None:
    asked = prepared(steward, make_person(owner), "rectification")
    assert told(owner, notices.REQUEST_PREPARED) == 1
    for act in (
        lambda: actions.complete_request(steward, asked.id),
        lambda: actions.decline_request(steward, asked.id, reason="no"),
    ):
        with acting(steward), pytest.raises(NotAllowed):
            act()
    with acting(owner):
        assert actions.complete_request(owner, asked.id).state == "completed"


def test_a_member_prepares_nothing(owner: Actor, member: Actor) -> None:
    asked = ask(member, "access")
    with acting(member), pytest.raises(NotAllowed):
        actions.prepare_request(member, asked.id)


def test_an_unprepared_request_is_not_completed(owner: Actor) -> None:
    asked = ask(owner, "rectification", make_person(owner))
    with acting(owner), pytest.raises(Conflict):
        actions.complete_request(owner, asked.id)


def test_whoever_asked_hears_the_answer_and_reads_the_reason(owner: Actor, member: Actor) -> None:
    asked = ask(member, "objection")
    with acting(owner):
        actions.decline_request(owner, asked.id, reason="The contract runs until May.")
    assert told(member, notices.REQUEST_ANSWERED) == 1
    with acting(member):
        (row,) = queries.find_own(member)
        assert row.SubjectRequest.reason == "The contract runs until May."


def test_owners_are_reminded_once_a_week_before_it_is_due(owner: Actor, steward: Actor) -> None:
    asked = ask(steward, "access", make_person(owner))
    for days, expected in ((22, 0), (23, 1), (24, 1), (31, 1)):
        with acting(owner):
            actions.remind(asked.created_at + timedelta(days=days, seconds=1))
        assert told(owner, notices.REQUEST_DUE) == expected
    assert told(steward, notices.REQUEST_DUE) == 0


# what only authors read


def test_a_private_note_is_counted_and_its_author_asked(
    owner: Actor, member: Actor, steward: Actor
) -> None:
    mara = make_person(owner, "Mara Ellison")
    make_note(member, mara.id, SECRET)
    make_note(member, mara.id, "Likes tea.", audience="team")
    asked = prepared(steward, mara)
    assert told(member, notices.RELEASE_ASKED) == 1
    with acting(owner):
        actions.complete_request(owner, asked.id)
        (file,) = queries.find_exports(owner, PageRequest()).items
    data = data_of(file)
    assert [note["body"] for note in data["tables"]["notes"]] == ["Likes tea."]
    assert data["not_handed_out"] == {"notes": 1}
    assert SECRET not in orjson.dumps(data).decode()


@pytest.mark.parametrize(("share", "handed_out"), [(True, 1), (False, 0)])
def test_what_its_author_shares_is_handed_out_and_nothing_else(
    owner: Actor, member: Actor, steward: Actor, share: bool, handed_out: int
) -> None:
    mara = make_person(owner, "Mara Ellison")
    make_note(member, mara.id, SECRET)
    make_note(make_member(owner), mara.id, "Another secret.")
    asked = prepared(steward, mara)
    with acting(member):
        (question,) = queries.find_questions(member)
        actions.answer_question(member, question.id, share=share)
    with acting(owner):
        actions.complete_request(owner, asked.id)
        (file,) = queries.find_exports(owner, PageRequest()).items
    data = data_of(file)
    assert len(data["tables"].get("notes", [])) == handed_out
    assert data["not_handed_out"]["notes"] == 2 - handed_out


def test_what_its_author_deleted_since_is_not_handed_out(
    owner: Actor, member: Actor, steward: Actor
) -> None:
    mara = make_person(owner, "Mara Ellison")
    note = make_note(member, mara.id, SECRET)
    asked = prepared(steward, mara)
    with acting(member):
        (question,) = queries.find_questions(member)
        actions.answer_question(member, question.id, share=True)
        people_actions.delete_note(member, note.id)
    with acting(owner):
        actions.complete_request(owner, asked.id)
        (file,) = queries.find_exports(owner, PageRequest()).items
    assert SECRET not in orjson.dumps(data_of(file)).decode()


def test_only_the_author_answers_and_only_while_the_request_waits(
    owner: Actor, member: Actor, steward: Actor
) -> None:
    mara = make_person(owner)
    make_note(member, mara.id, SECRET)
    asked = prepared(steward, mara)
    with acting(member):
        (question,) = queries.find_questions(member)
    for other in (owner, steward):
        with acting(other), pytest.raises(NotFound):
            actions.answer_question(other, question.id, share=True)
    with acting(owner):
        actions.decline_request(owner, asked.id, reason="asked twice")
    with acting(member), pytest.raises(NotFound):
        actions.answer_question(member, question.id, share=True)


def test_the_answers_told_to_keepers_are_numbers(
    owner: Actor, member: Actor, steward: Actor
) -> None:
    mara = make_person(owner)
    make_note(member, mara.id, SECRET)
    asked = prepared(steward, mara)
    with acting(owner):
        assert queries.count_answers(owner, asked.id) == {"asked": 1}


def test_the_ground_is_legitimate_interest_until_somebody_says_otherwise(
    owner: Actor, member: Actor
) -> None:
    mara = make_person(owner)
    with acting(owner):
        assert queries.get_person(owner, mara.id).lawful_basis == "legitimate_interest"
        actions.say_basis(owner, mara.id, "consent")
    with acting(owner):
        assert queries.count_bases(owner)["consent"] == 1


def test_a_guest_says_no_ground(owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    mara = make_person(owner, audience="people", audience_people=[guest.person_id])
    with acting(guest), pytest.raises(NotAllowed):
        actions.say_basis(guest, mara.id, "consent")


def test_consent_is_only_added_to_and_the_database_refuses_a_change(owner: Actor) -> None:
    mara = make_person(owner)
    with acting(owner):
        for is_given in (True, False):
            actions.record_consent(owner, mara.id, purpose="newsletter", is_given=is_given)
    with acting(owner):
        found = [row.Consent.is_given for row in queries.find_consents(owner, mara.id)]
        assert found == [False, True]
    with acting(owner) as unit, pytest.raises(Exception, match="permission denied"):
        unit.session.execute(text("UPDATE consents SET purpose = 'x'"))


def test_nobody_agreed_tomorrow(owner: Actor) -> None:
    mara = make_person(owner)
    with acting(owner), pytest.raises(RuleBroken):
        tomorrow = clock.today() + timedelta(days=2)
        actions.record_consent(owner, mara.id, purpose="mail", is_given=True, happened_on=tomorrow)
