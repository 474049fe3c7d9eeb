"""Notes: who writes, changes and hears of them; and who opened what is written about a member."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from community.core.errors import NotAllowed, NotFound, Stale
from community.identity.models import Actor
from community.journal.models import OpenedBy
from community.notifications.models import Notice
from community.people import actions, queries
from tests.factories.identity import acting, again, make_member
from tests.factories.people import make_person
from tests.people.doing import AUDIENCES, add, journal


def note(actor: Actor, person_id: UUID, body: str = "A *word*.", **given: Any) -> Any:
    with acting(actor):
        return actions.add_note(actor, person_id, body=body, **given)


def notices(actor: Actor) -> list[Notice]:
    with acting(actor) as unit:
        return list(
            unit.session.scalars(
                select(Notice)
                .where(Notice.member_id == actor.member_id, Notice.withdrawn_at.is_(None))
                .order_by(Notice.id)
            )
        )


def test_a_note_is_private_unless_its_author_says_otherwise(owner: Actor) -> None:
    person_id = add(owner)
    assert note(owner, person_id).audience == "private"
    with acting(owner) as unit:
        unit.session.execute(
            text("UPDATE memberships SET default_audience = 'team' WHERE team_id = :t AND id = :m"),
            {"t": owner.team_id, "m": owner.member_id},
        )
    assert note(again(owner), person_id).audience == "team"
    assert note(again(owner), person_id, visibility=AUDIENCES["private"]).audience == "private"


def test_what_happened_is_apart_from_when_it_was_typed(owner: Actor) -> None:
    person_id = add(owner)
    written = note(owner, person_id)
    assert written.happened_at == written.created_at
    earlier = written.created_at - timedelta(days=400)
    assert note(owner, person_id, happened_at=earlier).happened_at == earlier


def test_notes_are_changed_by_their_author_alone(owner: Actor) -> None:
    author = make_member(owner)
    person_id = add(author)
    written = note(author, person_id, visibility=AUDIENCES["team"])
    for act in (actions.edit_note, actions.delete_note):
        given = {"body": "mine now"} if act is actions.edit_note else {}
        with pytest.raises(NotAllowed), acting(owner):
            act(owner, written.id, **given)
    with acting(author):
        edited = actions.edit_note(author, written.id, version=written.version, body="Better.")
    assert (edited.body, edited.version) == ("Better.", written.version + 1)
    with pytest.raises(Stale), acting(author):
        actions.edit_note(author, written.id, version=written.version, body="Late.")
    with pytest.raises(Stale), acting(author):
        actions.delete_note(author, written.id, version=written.version)


def test_a_note_needs_a_person_one_sees(owner: Actor, stranger: Actor) -> None:
    hidden = make_person(make_member(owner), audience="private")
    for actor, person_id in ((owner, hidden.id), (stranger, add(owner))):
        with pytest.raises(NotFound):
            note(actor, person_id)
    guest = make_member(owner, role="guest")
    with pytest.raises(NotAllowed):
        note(guest, guest.person_id)


def test_a_deleted_note_comes_back_for_its_author(owner: Actor, member: Actor) -> None:
    written = note(owner, add(owner), visibility=AUDIENCES["team"])
    with acting(owner):
        actions.delete_note(owner, written.id)
    with pytest.raises(NotFound), acting(owner):
        queries.get_note_row(owner, written.id)
    with pytest.raises(NotFound), acting(member):
        actions.restore_note(member, written.id)
    with acting(owner):
        actions.restore_note(owner, written.id)
    with acting(member):
        assert queries.get_note_row(member, written.id).body == "A *word*."
    assert [verb for verb, _fields in journal(owner, written.id)] == ["add", "delete", "restore"]


def test_a_member_hears_once_of_a_note_shared_about_them(owner: Actor) -> None:
    subject = make_member(owner)
    written = note(owner, subject.person_id, visibility=AUDIENCES["team"])
    [notice] = notices(subject)
    assert (notice.kind, notice.thing_id, notice.from_person_id) == (
        "note_about_you",
        written.id,
        owner.person_id,
    )
    assert notice.visible_at - notice.created_at == timedelta(seconds=60)
    with acting(owner):
        actions.edit_note(owner, written.id, body="Changed.")
    assert len(notices(subject)) == 1


def test_no_notice_of_private_notes_ones_own_or_outsiders(owner: Actor) -> None:
    subject = make_member(owner)
    note(owner, subject.person_id)
    note(subject, subject.person_id, visibility=AUDIENCES["team"])
    note(owner, add(owner), visibility=AUDIENCES["team"])
    assert notices(subject) == notices(owner) == []


def test_a_note_that_is_taken_back_is_not_told_of_and_told_again_when_shared_again(
    owner: Actor,
) -> None:
    subject = make_member(owner)
    written = note(owner, subject.person_id, visibility=AUDIENCES["team"])
    for audience, told in (("private", 0), ("team", 1), ("private", 0)):
        with acting(owner):
            actions.edit_note(owner, written.id, visibility=AUDIENCES[audience])
        assert len(notices(subject)) == told
    with acting(owner):
        actions.edit_note(owner, written.id, visibility=AUDIENCES["team"])
    with acting(owner):
        actions.delete_note(owner, written.id)
    assert notices(subject) == []
    with acting(owner):
        actions.restore_note(owner, written.id)
    assert len(notices(subject)) == 1


def test_a_member_who_left_is_told_nothing(owner: Actor) -> None:
    subject = make_member(owner)
    with acting(owner) as unit:
        unit.session.execute(
            text("UPDATE memberships SET state = 'left' WHERE team_id = :t AND id = :m"),
            {"t": subject.team_id, "m": subject.member_id},
        )
    note(owner, subject.person_id, visibility=AUDIENCES["team"])
    assert notices(subject) == []


def test_reading_about_a_member_is_noted_once_a_day(owner: Actor, member: Actor) -> None:
    for _ in range(3):
        actions.note_opening(owner, member.person_id)
    actions.note_opening(member, member.person_id)
    with acting(owner) as unit:
        rows = unit.session.scalars(
            select(OpenedBy).where(OpenedBy.person_id == member.person_id)
        ).all()
    assert [r.reader_id for r in rows] == [owner.person_id]
