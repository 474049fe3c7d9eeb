"""What changed since a program last asked, read from the journal, with what is gone.

An entry is told once every transaction before it has ended, so that none can appear behind a
cursor. A thing that the reader may not see is told in no way; one that they might see while it
stood, and that is deleted now, is told as deleted.

A cursor moves over what its reader does not hear of, so that nobody's copy costs more than what is
new; it is sealed, so that it tells nothing of that either.
"""

import base64
import binascii
import struct
from collections.abc import Callable, Collection, Iterator, Sequence
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
    tuple_,
    union_all,
)
from sqlalchemy.types import Boolean, Uuid

from community.core import crypto, db
from community.core.errors import BadRequest
from community.core.i18n import gettext as _
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

AT_ONCE = 1_000
"""Entries read in one statement."""
WINDOWS = 4
"""How often that is done for one answer; a longer way is gone in several."""
# Acts on a thing that leave it as it was.
_NO_CHANGE = ("export", "tell_apart", "withdraw_distinction")
# Acts on a person by which another one begins, or ceases, to stand for them.
_OF_TWO = ("merge", "unmerge")
_PURPOSE = "changes"
_NOBODY = UUID(int=0)
_PLACE = struct.Struct(">qB16s16s")

Thing = tuple[str, UUID]


@dataclass(frozen=True, order=True)
class _Place:
    """An entry of the journal, and which of its things: up to it everything was told."""

    position: int = -1
    id: UUID = _NOBODY
    part: int = len(_OF_TWO)

    def sealed(self, actor: Actor) -> str:
        """As a cursor of this team's."""
        packed = _PLACE.pack(self.position, self.part, self.id.bytes, actor.team_id.bytes)
        return crypto.seal(f"{_PURPOSE}:{base64.b64encode(packed).decode()}")

    @classmethod
    def read(cls, actor: Actor, cursor: str | None) -> "_Place":
        """The place of a cursor; the beginning without one."""
        if cursor is None:
            return cls()
        try:
            purpose, _colon, packed = crypto.unseal(cursor).partition(":")
            position, part, entry_id, team_id = _PLACE.unpack(base64.b64decode(packed))
        except (ValueError, binascii.Error, struct.error) as error:
            raise _bad_cursor() from error
        if purpose != _PURPOSE or UUID(bytes=team_id) != actor.team_id:
            raise _bad_cursor()
        return cls(position, UUID(bytes=entry_id), part)


def _bad_cursor() -> BadRequest:
    text = _("This cursor is not valid. Start again from the first page.")
    return BadRequest(text, code="bad_cursor")


@dataclass(frozen=True)
class Change:
    """One thing, as it stands now. A merged person is gone, and `became_id` who they are."""

    kind: str
    id: UUID
    is_gone: bool
    became_id: UUID | None
    at: datetime


@dataclass(frozen=True)
class _Told:
    """A thing of an entry."""

    place: _Place
    at: datetime
    thing: Thing


@dataclass(frozen=True)
class Changes:
    """`cursor` is where to go on, now (`is_more`) or whenever something may have changed."""

    items: Sequence[Change]
    cursor: str
    is_more: bool


def find_changes(actor: Actor, request: PageRequest) -> Changes:
    """The next things that changed, each once with its latest change.

    Where much passed that the reader hears nothing of, an answer may be short of its limit, or
    empty, with more to come.
    """
    place = _Place.read(actor, request.cursor)
    found: dict[Thing, Change] = {}
    is_more = True
    for _window in range(WINDOWS):
        entries = _entries(actor, place)
        told = [each for each in _told_by(entries) if each.place > place]
        states = _states(actor, {each.thing for each in told})
        for each in told:
            if each.thing in states:
                if each.thing not in found and len(found) == request.limit:
                    return Changes(list(found.values()), place.sealed(actor), is_more=True)
                state = states[each.thing]
                found[each.thing] = Change(*each.thing, state.is_gone, state.became_id, each.at)
            place = each.place
        if entries:
            place = _Place(entries[-1].position, entries[-1].id)
        is_more = len(entries) == AT_ONCE
        if not is_more:
            break
    return Changes(list(found.values()), place.sealed(actor), is_more)


def find_cursor_of_now(actor: Actor) -> str:
    """Where a program begins that has just read everything: behind the last entry there is."""
    entry = JournalEntry
    last = db.session().execute(
        select(entry.position, entry.id)
        .where(entry.team_id == actor.team_id, COMPLETE)
        .order_by(entry.position.desc(), entry.id.desc())
        .limit(1)
    )
    row = last.one_or_none()
    return (_Place(row.position, row.id) if row else _Place()).sealed(actor)


def _told_by(entries: Sequence[Any]) -> Iterator[_Told]:
    """The things of the entries one by one, in their order."""
    for entry in entries:
        for part, thing in enumerate(_things_of(entry)):
            yield _Told(_Place(entry.position, entry.id, part), entry.at, thing)


def _things_of(entry: Any) -> list[Thing]:
    """What an entry says to be other than before: of a merge the one who is gone as well."""
    if entry.thing_kind not in _KINDS or entry.verb in _NO_CHANGE:
        return []
    thing = (entry.thing_kind, entry.thing_id)
    if entry.verb not in _OF_TWO:
        return [thing]
    return [*([thing] if entry.fields else []), (entry.thing_kind, entry.about_id)]


def _entries(actor: Actor, place: _Place) -> Sequence[Any]:
    """The next entries of the team, the one of the place itself once more: it may not be told whole."""
    entry = JournalEntry
    bound = tuple_(literal(place.position), literal(place.id))
    names = (entry.thing_kind, entry.thing_id, entry.about_id, entry.verb, entry.fields)
    statement = (
        select(*names, entry.at, entry.position, entry.id)
        .where(entry.team_id == actor.team_id, COMPLETE)
        .where(tuple_(entry.position, entry.id) >= bound)
        .order_by(entry.position, entry.id)
        .limit(AT_ONCE)
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
