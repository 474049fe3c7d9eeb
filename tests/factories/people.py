"""People outside the team and notes about people, for tests."""

import itertools
from typing import Any
from uuid import UUID

from community.core import db
from community.identity.models import Actor, Dispute
from community.people.models import Fact, Note, Organisation, Person, PersonEmail

_numbers = itertools.count(1)


def make_person(
    author: Actor, name: str | None = None, *, email: str | None = None, **columns: Any
) -> Person:
    """A person the author entered; visible to the team unless `audience` says otherwise."""
    with db.transaction(author.team_id, author.user_id):
        person_id = db.new_id()
        values = {"audience": "team", "source": "typed", **columns}
        person = Person(id=person_id, canonical_id=person_id, author_id=author.person_id, **values)
        person.rename(name or f"Outside Person {next(_numbers)}", "")
        person.index_names([email] if email else [])
        db.add(person)
        db.flush()
        if email:
            db.add(PersonEmail(person_id=person_id, value=email))
    return person


def make_note(
    author: Actor, person_id: UUID, body: str = "Likes long walks.", **columns: Any
) -> Note:
    """A note the author wrote about a person; private unless `audience` says otherwise."""
    with db.transaction(author.team_id, author.user_id):
        values = {"audience": "private", **columns}
        note = Note(person_id=person_id, author_id=author.person_id, body=body, **values)
        db.add(note)
    return note


def make_fact(author: Actor, person_id: UUID, said: str = "Sails.", **columns: Any) -> Fact:
    """A fact the author stated about a person; private unless `audience` says otherwise."""
    with db.transaction(author.team_id, author.user_id):
        values = {"audience": "private", "kind": "interest", **columns}
        fact = Fact(person_id=person_id, author_id=author.person_id, text=said, **values)
        db.add(fact)
    return fact


def make_dispute(subject: Actor, note: Note | Fact, reason: str = "", **columns: Any) -> Dispute:
    """That the subject of a note or fact does not find it right; nobody was told."""
    with db.transaction(subject.team_id, subject.user_id):
        row = Dispute(kind=note.disputed_as, thing_id=note.id, reason=reason, **columns)
        row.subject_id = subject.person_id
        db.add(row)
    return row


def merge(author: Actor, gone: Person, into: Person) -> None:
    """Let one person stand for another, as a merge leaves them."""
    with db.transaction(author.team_id, author.user_id) as unit:
        row = unit.session.get_one(Person, (author.team_id, gone.id))
        row.merged_into_id = row.canonical_id = into.id


def make_organisation(author: Actor, name: str = "Hale Studio", **columns: Any) -> Organisation:
    """An organisation the author added; visible to the team unless `audience` says otherwise."""
    with db.transaction(author.team_id, author.user_id):
        made = Organisation(author_id=author.person_id, **{"audience": "team", **columns})
        made.rename(name)
        db.add(made)
    return made
