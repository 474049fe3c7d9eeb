"""What is somebody's alone is not lost with the person it was merged into."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy import delete, update

from community.core import db
from community.identity.models import Actor
from community.journal import actions as journal
from community.notifications.actions import notify, withdraw
from community.people import queries as people
from community.people.actions import writing
from community.people.models import ExternalId, Person
from community.records import notices, queries
from community.records.models import Merge

_UNFETCHED = {"synchronize_session": False}


def part_private(actor: Actor, kept: Person) -> None:
    """Others' private entries stand for themselves again when whom they were merged into is narrowed.

    Their authors would lose sight of them, and whoever narrows must not hear that there are any. What
    a merge gave stays with the kept one.
    """
    merged = {person.id: person for person in people.find_merged(actor, kept.id)}
    for person in merged.values():
        above = merged.get(person.merged_into_id) if person.merged_into_id else None
        if _is_anothers(actor, person) and not (above and _is_anothers(actor, above)):
            _part(actor, kept, person, list(_below(merged, person.id)))


def _is_anothers(actor: Actor, person: Person) -> bool:
    return person.audience == "private" and person.author_id != actor.person_id


def _below(merged: Mapping[UUID, Person], top_id: UUID) -> Iterator[UUID]:
    """The ids that stand for one of them: its own, and those merged into it."""
    yield top_id
    for person in merged.values():
        if person.merged_into_id == top_id:
            yield from _below(merged, person.id)


def _part(actor: Actor, kept: Person, person: Person, standing: list[UUID]) -> None:
    person.merged_into_id = None
    person.touch()
    db.flush()
    stand = update(Person).where(Person.team_id == kept.team_id, Person.id.in_(standing))
    named = update(ExternalId).where(
        ExternalId.team_id == kept.team_id,
        ExternalId.person_id == kept.id,
        ExternalId.importer_id == person.author_id,
    )
    for statement in (stand.values(canonical_id=person.id), named.values(person_id=person.id)):
        db.session().execute(statement.execution_options(**_UNFETCHED))
    db.session().refresh(person)
    writing.note_change(actor, person.id, ["merged"], person.version)
    journal.record(actor, "unmerge", "person", kept.id, about_id=person.id)
    _forget(kept, person)
    _tell(actor, person)


def _forget(kept: Person, person: Person) -> None:
    gone = (
        delete(Merge)
        .where(Merge.team_id == kept.team_id, Merge.merged_id == person.id)
        .returning(Merge.id)
        .execution_options(**_UNFETCHED)
    )
    for row in db.session().execute(gone):
        members = queries.find_members_of([kept.author_id, kept.id]).values()
        withdraw(keys=[f"{notices.MERGED}:{row.id}:{member_id}" for member_id in members])


def _tell(actor: Actor, person: Person) -> None:
    for member_id in queries.find_members_of([person.author_id]).values():
        notify(
            notices.MERGE_UNDONE,
            member_id=member_id,
            thing_kind="person",
            thing_id=person.id,
            key=f"{notices.MERGE_UNDONE}:{person.id}:{person.version}:{member_id}",
            from_person_id=actor.person_id,
        )
