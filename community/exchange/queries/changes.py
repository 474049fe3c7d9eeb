"""What changed since a program last asked, read from the journal, with what is gone.

An entry is told once every transaction before it has ended, so that none can appear behind a
cursor. A thing that the reader may not see is told in no way; one that they might see while it
stood, and that is deleted now, is told as deleted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    null,
    or_,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.types import Boolean, Uuid

from community.core import db, paging
from community.core.paging import PageRequest
from community.exchange.queries.here import among
from community.identity.models import Actor
from community.identity.policy import in_audience
from community.journal.models import JournalEntry
from community.journal.queries import COMPLETE
from community.ledger import queries as ledger
from community.ledger.models import GiveState
from community.ledger.policy import BETWEEN_TWO
from community.people.models import Note, Person
from community.people.policy import visible as visible_persons
from community.people.policy import visible_notes
from community.people.queries import readable as readable_persons

_START = (-1, UUID(int=0))
_LAST = select(text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1"))


@dataclass(frozen=True)
class Change:
    """One thing, as it stands now. A merged person is gone, and `became_id` who they are."""

    kind: str
    id: UUID
    is_gone: bool
    became_id: UUID | None
    at: datetime


@dataclass(frozen=True)
class Changes:
    """`cursor` is where to go on, now (`is_more`) or whenever something may have changed."""

    items: Sequence[Change]
    cursor: str
    is_more: bool


def find_changes(actor: Actor, request: PageRequest) -> Changes:
    """The next things that changed, each once with its latest change."""
    position, entry_id = _edge(request.cursor)
    entries = _entries(actor, position, entry_id, request.limit + 1)
    shown = entries[: request.limit]
    latest = {(entry.thing_kind, entry.thing_id): entry.at for entry in shown}
    states = _states(actor, latest)
    items = [
        Change(*thing, states[thing].is_gone, states[thing].became_id, at)
        for thing, at in latest.items()
        if thing in states
    ]
    edge = (shown[-1].position, shown[-1].id) if shown else (position, entry_id)
    return Changes(items, paging.encode(*edge), len(entries) > request.limit)


def find_cursor_of_now() -> str:
    """Where a program begins that has just read everything: what is complete is behind it."""
    return paging.encode(db.session().scalar(_LAST), UUID(int=2**128 - 1))


def _edge(cursor: str | None) -> tuple[int, UUID]:
    if cursor is None:
        return _START
    position, entry_id = paging.decode(cursor, (_whole, UUID))
    return position, entry_id


def _whole(value: Any) -> int:
    number = int(value)
    if not -1 <= number < 2**63:
        raise ValueError
    return number


def _entries(actor: Actor, position: int, entry_id: UUID, most: int) -> Sequence[Any]:
    entry = JournalEntry
    statement = (
        select(entry.thing_kind, entry.thing_id, entry.at, entry.position, entry.id)
        .where(entry.team_id == actor.team_id, entry.thing_kind.in_(_KINDS), COMPLETE)
        .where(tuple_(entry.position, entry.id) > tuple_(literal(position), literal(entry_id)))
        .order_by(entry.position, entry.id)
        .limit(most)
    )
    return db.session().execute(statement).all()


def _states(
    actor: Actor, things: Mapping[tuple[str, UUID], datetime]
) -> dict[tuple[str, UUID], Any]:
    """How those of the things stand that the actor may hear of, in one statement."""
    wanted: dict[str, list[UUID]] = {}
    for kind, thing_id in things:
        wanted.setdefault(kind, []).append(thing_id)
    if not wanted:
        return {}
    parts = [_KINDS[kind](actor, ids) for kind, ids in sorted(wanted.items())]
    rows = db.session().execute(union_all(*parts) if len(parts) > 1 else parts[0])
    return {(row.kind, row.id): row for row in rows}


def _told(kind: str, thing_id: Any, gone: ColumnElement[bool], became: Any) -> Select[Any]:
    return select(
        literal(kind).label("kind"),
        thing_id.label("id"),
        gone.label("is_gone"),
        became.label("became_id"),
    )


def _persons(actor: Actor, ids: Sequence[UUID]) -> Select[Any]:
    gone = or_(Person.deleted_at.is_not(None), Person.merged_into_id.is_not(None))
    seen = Person.canonical_id.in_(readable_persons(actor))
    became = func.nullif(Person.canonical_id, Person.id)
    told = _told("person", Person.id, gone, became)
    deleted = and_(Person.deleted_at.is_not(None), in_audience(actor, Person))
    standing = and_(visible_persons(actor), seen)
    return told.where(Person.team_id == actor.team_id, among(Person.id, ids)).where(
        or_(deleted, standing)
    )


def _notes(actor: Actor, ids: Sequence[UUID]) -> Select[Any]:
    gone = Note.deleted_at.is_not(None)
    told = _told("note", Note.id, gone, null().cast(Uuid()))
    was_seen = and_(gone, in_audience(actor, Note), Note.person_id.in_(readable_persons(actor)))
    return told.where(Note.team_id == actor.team_id, among(Note.id, ids)).where(
        or_(visible_notes(actor), was_seen)
    )


def _gives(actor: Actor, ids: Sequence[UUID]) -> Select[Any]:
    stands = GiveState.give_id.in_(ledger.readable(actor))
    was_seen = and_(
        in_audience(actor, GiveState),
        GiveState.state.in_(BETWEEN_TWO),
        GiveState.giver_id.in_(readable_persons(actor)),
        GiveState.receiver_id.in_(readable_persons(actor)),
    )
    told = _told(
        "give", GiveState.give_id, func.coalesce(~stands, False).cast(Boolean), null().cast(Uuid())
    )
    return told.where(GiveState.team_id == actor.team_id, among(GiveState.give_id, ids)).where(
        or_(stands, was_seen)
    )


_KINDS: dict[str, Callable[[Actor, Sequence[UUID]], Select[Any]]] = {
    "person": _persons,
    "note": _notes,
    "give": _gives,
}
