"""Requests about data, questions to authors, and files: each its own circle of readers."""

from typing import TYPE_CHECKING

from community.core import clock, db
from community.people.models import Note
from community.records.models import DUE_IN, Export, ReleaseQuestion, SubjectRequest
from tests.contract.things import OWN, READERS, Kind, Thing, maker_of, word
from tests.factories.identity import acting

if TYPE_CHECKING:
    from tests.contract.world import World

# Whoever noted it, and those who answer; in another team its own.
_KEEPERS = {"private": frozenset({"author", "owner", "steward"})}


def request(world: "World", case: str, state: str = "received") -> Thing:
    """What somebody outside asked a member."""
    maker, secret = maker_of(world, case), word("Asked")
    about = world.spare(maker)
    with acting(maker):
        made = SubjectRequest(
            id=db.new_id(),
            person_id=about.id,
            asked_by_id=maker.person_id,
            kind="rectification",
            state=state,
            words=secret,
            due_at=clock.now() + DUE_IN,
        )
        db.add(made)
    path = {"request_id": str(made.id)}
    readers = _KEEPERS.get(case, READERS[case])
    return Thing(maker, readers, path, (secret, str(made.id)), made.id)


def prepared_request(world: "World", case: str) -> Thing:
    """One that waits for an owner."""
    return request(world, case, "prepared")


def question(world: "World", case: str) -> Thing:
    """Whether somebody may have a private note of the maker's."""
    maker, secret = maker_of(world, case), word("Secret")
    asked, about = world.thing("prepared_request", case), world.spare(maker)
    with acting(maker):
        note = Note(person_id=about.id, author_id=maker.person_id, body=secret)
        note.audience = "private"
        db.add(note)
        db.flush()
        made = ReleaseQuestion(
            id=db.new_id(),
            request_id=asked.id,
            thing_kind="note",
            thing_id=note.id,
            author_id=maker.person_id,
        )
        db.add(made)
    path = {"question_id": str(made.id)}
    return Thing(maker, READERS[case], path, (secret, str(made.id)), made.id)


def export(world: "World", case: str) -> Thing:
    """A file somebody had made of themself."""
    maker = maker_of(world, case)
    with acting(maker) as unit:
        made = Export(
            id=db.new_id(),
            author_id=maker.person_id,
            member_id=maker.member_id,
            scope="me",
            person_id=maker.person_id,
        )
        made.created_at = unit.now
        made.finish(b"PK", unit.now)
        db.add(made)
    path = {"export_id": str(made.id)}
    return Thing(maker, READERS[case], path, (str(made.id),), made.id)


KINDS: dict[str, Kind] = {
    "data_request": Kind(request, OWN),
    "prepared_request": Kind(prepared_request, OWN),
    "release_question": Kind(question, OWN),
    "export": Kind(export, OWN),
}
