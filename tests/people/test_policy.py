"""Who sees and changes people and notes: every audience and role, as the role table says."""

from typing import Any

import pytest
from sqlalchemy import select

from community.core import db
from community.identity.models import Actor
from community.people import policy
from community.people.models import Note, Person
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.people import make_note, make_person, merge


def seen(actor: Actor) -> set[str]:
    with acting(actor):
        return set(db.session().scalars(select(Person.name).where(policy.listed(actor))))


def notes_seen(actor: Actor) -> set[str]:
    with acting(actor):
        return set(db.session().scalars(select(Note.body).where(policy.visible_notes(actor))))


def fresh(actor: Actor, person: Person) -> Person:
    with acting(actor) as unit:
        return unit.session.get_one(Person, (person.team_id, person.id))


def test_no_role_opens_what_is_private(owner: Actor) -> None:
    author = make_member(owner)
    steward = make_member(owner, role="steward")
    make_person(author, "Private Friend", audience="private")
    assert "Private Friend" in seen(author)
    assert "Private Friend" not in seen(owner) | seen(steward)


def test_named_people_and_nobody_else_see_what_is_for_them(owner: Actor) -> None:
    author, named, other = (make_member(owner) for _ in range(3))
    make_person(author, "For One", audience="people", audience_people=[named.person_id])
    assert "For One" in seen(author) & seen(named)
    assert "For One" not in seen(other) | seen(owner)


def test_a_circle_sees_what_is_for_the_circle(owner: Actor) -> None:
    author, inside, outside = (make_member(owner) for _ in range(3))
    circle = make_circle(author, inside)
    make_person(again(author), "For Us", audience="circle", circle_id=circle.id)
    assert "For Us" in seen(again(author)) & seen(again(inside))
    assert "For Us" not in seen(outside) | seen(owner)


def test_another_team_sees_nobody(owner: Actor, stranger: Actor) -> None:
    make_person(owner, "Ours")
    assert "Ours" not in seen(stranger)


def test_a_guest_sees_only_themself_and_what_names_them(owner: Actor) -> None:
    guest = make_member(owner, "Gustav Gast", role="guest")
    make_person(owner, "Everybody's")
    make_person(owner, "For The Guest", audience="people", audience_people=[guest.person_id])
    assert seen(guest) == {"Gustav Gast", "For The Guest"}


def test_deleted_and_merged_people_are_not_listed(owner: Actor) -> None:
    kept, gone = make_person(owner, "Kept"), make_person(owner, "Gone Into Kept")
    deleted = make_person(owner, "Deleted")
    merge(owner, gone, kept)
    with acting(owner) as unit:
        row = unit.session.get_one(Person, (owner.team_id, deleted.id))
        row.delete(row.created_at, owner.person_id)
    assert seen(owner) & {"Kept", "Gone Into Kept", "Deleted"} == {"Kept"}


RIGHTS: list[tuple[str, str, dict[str, Any]]] = [
    # role, whose, who may (edit, archive, delete, share)
    ("owner", "team", {"edit": True, "archive": True, "delete": True, "share": False}),
    ("steward", "team", {"edit": True, "archive": True, "delete": True, "share": False}),
    ("member", "team", {"edit": True, "archive": True, "delete": False, "share": False}),
    ("guest", "team", {"edit": False, "archive": False, "delete": False, "share": False}),
    ("owner", "people", {"edit": False, "archive": False, "delete": False, "share": False}),
    ("member", "people", {"edit": False, "archive": False, "delete": False, "share": False}),
    ("guest", "people", {"edit": False, "archive": False, "delete": False, "share": False}),
    ("member", "own", {"edit": True, "archive": True, "delete": True, "share": True}),
    ("owner", "member", {"edit": True, "archive": False, "delete": False, "share": False}),
    ("steward", "member", {"edit": False, "archive": False, "delete": False, "share": False}),
    ("member", "member", {"edit": False, "archive": False, "delete": False, "share": False}),
    ("member", "self", {"edit": True, "archive": False, "delete": False, "share": False}),
    ("guest", "self", {"edit": True, "archive": False, "delete": False, "share": False}),
]


@pytest.mark.parametrize(("role", "whose", "may"), RIGHTS)
def test_rights_follow_the_role_table(
    owner: Actor, role: str, whose: str, may: dict[str, bool]
) -> None:
    actor = make_member(owner, role=role)
    author = make_member(owner)
    ids = {"member": author.person_id, "self": actor.person_id}
    if whose in ids:
        with acting(owner) as unit:
            person = unit.session.get_one(Person, (owner.team_id, ids[whose]))
    elif whose == "own":
        person = make_person(actor, audience="private")
    else:
        people = [actor.person_id] if whose == "people" else []
        person = make_person(author, audience=whose, audience_people=people)
    asked = {
        "edit": policy.can_edit(actor, person),
        "archive": policy.can_archive(actor, person),
        "delete": policy.can_delete(actor, person),
        "share": policy.can_share(actor, person),
    }
    assert asked == may


def test_guests_add_neither_people_nor_notes(owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    assert not policy.can_create(guest)
    assert not policy.can_add_note(guest)
    assert policy.can_create(make_member(owner))


def test_a_note_is_read_by_its_audience(owner: Actor) -> None:
    author, named = make_member(owner), make_member(owner)
    person = make_person(author)
    make_note(author, person.id, "mine")
    make_note(author, person.id, "ours", audience="team")
    make_note(author, person.id, "for one", audience="people", audience_people=[named.person_id])
    assert notes_seen(author) == {"mine", "ours", "for one"}
    assert notes_seen(named) == {"ours", "for one"}
    assert notes_seen(owner) == {"ours"}
    assert notes_seen(make_member(owner, role="guest")) == set()


def test_a_member_reads_what_is_shared_about_them_but_not_what_is_private(owner: Actor) -> None:
    author, other, subject = (make_member(owner) for _ in range(3))
    make_note(author, subject.person_id, "to myself")
    make_note(
        author, subject.person_id, "to one", audience="people", audience_people=[other.person_id]
    )
    make_note(author, subject.person_id, "to all", audience="team")
    assert notes_seen(subject) == {"to one", "to all"}
    assert notes_seen(owner) == {"to all"}


def test_a_guest_reads_what_is_shared_about_them(owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    make_note(owner, guest.person_id, "about you", audience="team")
    make_note(owner, make_person(owner).id, "about another", audience="team")
    assert notes_seen(guest) == {"about you"}


def test_a_note_does_not_show_a_person_one_does_not_see(owner: Actor) -> None:
    author = make_member(owner)
    hidden = make_person(author, audience="private")
    make_note(author, hidden.id, "about the hidden one", audience="team")
    assert notes_seen(author) == {"about the hidden one"}
    assert notes_seen(owner) == set()


def test_a_note_on_a_merged_person_follows_whom_it_became(owner: Actor) -> None:
    author = make_member(owner)
    shown, hidden = make_person(author), make_person(author, audience="private")
    make_note(author, hidden.id, "was hidden", audience="team")
    merge(author, hidden, shown)
    assert notes_seen(owner) == {"was hidden"}


def test_only_the_author_changes_a_note(owner: Actor) -> None:
    author = make_member(owner)
    note = make_note(author, make_person(author).id, audience="team")
    assert policy.can_change_note(author, note)
    assert not policy.can_change_note(owner, note)
