"""What a person who asks is handed: what the whole team reads, and what authors agreed to.

Whoever prepares and completes hands out nothing of their own, or of what was shared with them,
without its author's word.
"""

import orjson
import pytest
from sqlalchemy import select

from community.accounts.actions import membership
from community.accounts.models import ApiToken
from community.core import db
from community.identity.models import Actor, Membership, Visibility
from community.journal.models import JournalEntry
from community.ledger.models import GiveWords
from community.people import actions as people_actions
from community.people.models import Person
from community.records import actions, queries
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.ledger import log_give, say_thanks
from tests.factories.people import make_dispute, make_fact, make_note, make_person
from tests.records.doing import SECRET, ask, completed, data_of, export, prepared


def narrowed(case: str, author: Actor, reader: Actor) -> dict[str, object]:
    """Columns of a note of the author's that the reader reads as well."""
    if case == "people":
        return {"audience": "people", "audience_people": [reader.person_id]}
    if case == "circle":
        return {"audience": "circle", "circle_id": make_circle(author, reader).id}
    return {}


@pytest.mark.parametrize("case", ["people", "circle"])
def test_what_was_shared_with_whoever_answers_is_its_authors_to_hand_out(
    owner: Actor, member: Actor, steward: Actor, case: str
) -> None:
    mara = make_person(owner, "Mara Ellison")
    make_note(member, mara.id, SECRET, **narrowed(case, member, owner))
    answering = again(owner)
    asked = prepared(answering, mara)
    with acting(member):
        (question,) = queries.find_questions(member)
        assert question.answer == "asked"
    data = data_of(completed(answering, asked))
    assert SECRET not in orjson.dumps(data).decode()
    assert data["not_handed_out"]["notes"] == 1


@pytest.mark.parametrize(("share", "handed_out"), [(True, 1), (False, 0), (None, 0)])
def test_what_whoever_answers_wrote_for_themselves_waits_for_their_own_word(
    owner: Actor, share: bool | None, handed_out: int
) -> None:
    mara = make_person(owner, "Mara Ellison")
    make_note(owner, mara.id, SECRET)
    asked = prepared(owner, mara)
    with acting(owner):
        (question,) = queries.find_questions(owner)
        if share is not None:
            actions.answer_question(owner, question.id, share=share)
    data = data_of(completed(owner, asked))
    assert len(data["tables"].get("notes", [])) == handed_out


def test_help_between_two_is_handed_out_by_neither_role_nor_share_in_it(
    owner: Actor, member: Actor
) -> None:
    mara = make_person(owner, "Mara Ellison")
    between = Visibility()
    log_give(owner, mara.id, visibility=between)
    log_give(member, mara.id, visibility=between)
    say_thanks(owner, mara.id, visibility=between)
    asked = prepared(owner, mara)
    with acting(owner):
        assert queries.count_answers(owner, asked.id) == {"asked": 3}
    data = data_of(completed(owner, asked))
    assert "gives" not in data["tables"]
    assert "give_words" not in data["tables"]
    assert data["not_handed_out"]["gives"] == 3


def test_a_private_entry_is_handed_out_when_its_author_agrees(owner: Actor) -> None:
    mara = make_person(owner, "Mara Ellison", email="mara@example.org", audience="private")
    asked = prepared(owner, mara)
    with acting(owner):
        (question,) = queries.find_questions(owner)
        assert question.thing_kind == "person"
        actions.answer_question(owner, question.id, share=True)
    tables = data_of(completed(owner, asked))["tables"]
    assert [row["value"] for row in tables["person_emails"]] == ["mara@example.org"]
    other = make_person(owner, "Nora Ellison", email="nora@example.org", audience="private")
    data = data_of(completed(owner, prepared(owner, other)))
    assert set(data["tables"]) == {"subject_requests"}
    assert data["not_handed_out"] == {"persons": 1, "person_emails": 1}


def test_an_answer_in_the_audit_names_nobody(owner: Actor, member: Actor) -> None:
    mara = make_person(owner, "Mara Ellison")
    make_note(member, mara.id, SECRET)
    asked = prepared(owner, mara)
    with acting(member):
        (question,) = queries.find_questions(member)
        actions.answer_question(member, question.id, share=False)
    with acting(owner) as unit:
        entry = unit.session.scalars(
            select(JournalEntry).where(
                JournalEntry.thing_id == asked.id, JournalEntry.verb == "answer"
            )
        ).one()
    assert (entry.actor_id, entry.about_id) == (None, None)


# what is theirs alone


def left(owner: Actor) -> Person:
    """Somebody who left, and said and kept things that were theirs."""
    gone = make_member(owner, "Lena Left")
    make_dispute(gone, make_note(owner, gone.person_id, audience="team"), reason=SECRET)
    with acting(gone) as unit:
        db.add(ApiToken(member_id=gone.member_id, name="my diary", digest=b"d", scopes=["read"]))
        row = unit.session.get_one(Membership, (gone.team_id, gone.member_id))
        row.capacity = {"hours": 2}
    with acting(owner):
        membership.remove_member(owner, gone.person_id)
    with acting(owner) as unit:
        return unit.session.get_one(Person, (owner.team_id, gone.person_id))


def test_what_was_theirs_alone_is_taken_out_by_nobody_after_they_left(
    owner: Actor, steward: Actor
) -> None:
    gone = left(owner)
    for actor in (steward, owner):
        tables = data_of(export(actor, "person", gone))["tables"]
        assert not set(tables) & {"disputes", "api_tokens", "memberships", "opened_by"}
        assert SECRET not in orjson.dumps(tables).decode()


def test_what_was_theirs_alone_is_handed_to_them_when_they_ask(
    owner: Actor, steward: Actor
) -> None:
    gone = left(owner)
    tables = data_of(completed(owner, prepared(steward, gone)))["tables"]
    assert [row["reason"] for row in tables["disputes"]] == [SECRET]
    assert [row["name"] for row in tables["api_tokens"]] == ["my diary"]


def test_a_member_takes_what_is_theirs_alone_themself(owner: Actor, member: Actor) -> None:
    make_dispute(member, make_note(owner, member.person_id, audience="team"), reason=SECRET)
    asked = ask(member, "access")
    with acting(owner):
        actions.prepare_request(owner, asked.id)
    assert "disputes" not in data_of(completed(owner, asked))["tables"]
    assert "disputes" in data_of(export(member, "me"))["tables"]


def test_what_was_told_in_confidence_is_counted_and_its_author_is_not_asked(
    owner: Actor, member: Actor
) -> None:
    mara = make_person(owner, "Mara Ellison")
    make_note(member, mara.id, SECRET, in_confidence=True)
    make_fact(member, mara.id, SECRET, in_confidence=True)
    make_fact(member, mara.id, "Is shy.")
    asked = prepared(owner, mara)
    with acting(member):
        (question,) = queries.find_questions(member)
        assert (question.thing_kind, question.body) == ("fact", "Is shy.")
        actions.answer_question(member, question.id, share=True)
    data = data_of(completed(owner, asked))
    assert SECRET not in orjson.dumps(data).decode()
    assert data["not_handed_out"] == {"notes": 1, "facts": 1}


def test_what_was_agreed_to_is_kept_back_when_it_is_told_in_confidence_or_deleted_since(
    owner: Actor, member: Actor
) -> None:
    mara = make_person(owner, "Mara Ellison")
    notes = [make_note(member, mara.id, f"Note {n}").id for n in range(3)]
    facts = [make_fact(member, mara.id, f"Fact {n}").id for n in range(3)]
    asked = prepared(owner, mara)
    with acting(member):
        for question in queries.find_questions(member):
            actions.answer_question(member, question.id, share=True)
        people_actions.edit_note(member, notes[0], in_confidence=True)
        people_actions.edit_fact(member, facts[0], in_confidence=True)
        people_actions.delete_note(member, notes[1])
        people_actions.delete_fact(member, facts[1])
    data = data_of(completed(owner, asked))
    assert [note["body"] for note in data["tables"]["notes"]] == ["Note 2"]
    assert [fact["text"] for fact in data["tables"]["facts"]] == ["Fact 2"]


def test_what_was_written_to_one_of_the_two_is_in_no_file_of_others(
    owner: Actor, member: Actor, steward: Actor
) -> None:
    """All read the help; the letter about it and why it was disputed only those between whom it is."""
    mara = make_person(owner, "Mara Ellison")
    give = log_give(member, mara.id, story="Proofread the letter.", visibility=Visibility("team"))
    with acting(member) as unit:
        words = unit.session.get(GiveWords, (member.team_id, give.state.give_id))
        words.told_body, words.dispute_reason = SECRET, SECRET
    for reader, scope, is_there in ((steward, "team", False), (member, "me", True)):
        content = orjson.dumps(data_of(export(reader, scope))).decode()
        assert "Proofread the letter." in content
        assert (SECRET in content) is is_there, scope
    assert SECRET in orjson.dumps(data_of(completed(owner, prepared(owner, mara)))).decode()
