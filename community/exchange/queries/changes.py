"""What changed since a program last asked, read from the journal, with what is gone.

An entry is told once every transaction before it has ended, so that none can appear behind a
cursor. A thing that the reader may not see is told in no way; one that they might see while it
stood, and that is deleted now, is told as deleted.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
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
_END = (2**63 - 1, UUID(int=2**128 - 1))
_AT_ONCE = 500


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
    """The next things that changed, each once with its latest change.

    What the reader hears nothing of fills no page and moves no cursor: neither how many there are
    nor where the cursor stands tells of it.
    """
    edge = _edge(request.cursor)
    told = list(islice(_told_of(actor, edge), request.limit + 1))
    shown = told[: request.limit]
    latest = {(entry.thing_kind, entry.thing_id): (entry.at, state) for entry, state in shown}
    items = [
        Change(*thing, state.is_gone, state.became_id, at) for thing, (at, state) in latest.items()
    ]
    cursor = _cursor(shown[-1][0]) if shown else paging.encode(*edge)
    return Changes(items, cursor, len(told) > request.limit)


def find_cursor_of_now(actor: Actor) -> str:
    """Where a program begins that has just read everything: behind the last that it hears of."""
    last = next(_told_of(actor, _END, latest_first=True), None)
    return paging.encode(*_START) if last is None else _cursor(last[0])


def _told_of(
    actor: Actor, edge: tuple[int, UUID], *, latest_first: bool = False
) -> Iterator[tuple[Any, Any]]:
    """The entries beyond an edge that the reader hears of, each with how its thing stands."""
    while True:
        entries = _entries(actor, edge, latest_first=latest_first)
        states = _states(actor, {(entry.thing_kind, entry.thing_id) for entry in entries})
        for entry in entries:
            if (entry.thing_kind, entry.thing_id) in states:
                yield entry, states[entry.thing_kind, entry.thing_id]
        if len(entries) < _AT_ONCE:
            return
        edge = entries[-1].position, entries[-1].id


def _cursor(entry: Any) -> str:
    return paging.encode(entry.position, entry.id)


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


def _entries(actor: Actor, edge: tuple[int, UUID], *, latest_first: bool) -> Sequence[Any]:
    entry = JournalEntry
    place = tuple_(entry.position, entry.id)
    bound = tuple_(*map(literal, edge))
    order = (entry.position, entry.id)
    statement = (
        select(entry.thing_kind, entry.thing_id, entry.at, entry.position, entry.id)
        .where(entry.team_id == actor.team_id, entry.thing_kind.in_(_KINDS), COMPLETE)
        .where(place < bound if latest_first else place > bound)
        .order_by(*(column.desc() for column in order) if latest_first else order)
        .limit(_AT_ONCE)
    )
    return db.session().execute(statement).all()


def _states(actor: Actor, things: Collection[tuple[str, UUID]]) -> dict[tuple[str, UUID], Any]:
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
