"""Reading the audit, and what sealing and checking need of it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, text

from community.core import db, paging
from community.core.paging import Page, PageRequest
from community.identity.models import Actor
from community.identity.queries import names_of_circles
from community.journal import chain, policy
from community.journal.chain import Entry, Head, Problem, Seal
from community.journal.models import JournalEntry, JournalSeal

_COVERED = (
    JournalEntry.position,
    JournalEntry.id,
    JournalEntry.at,
    JournalEntry.actor_id,
    JournalEntry.verb,
    JournalEntry.thing_kind,
    JournalEntry.thing_id,
    JournalEntry.about_id,
    JournalEntry.fields,
)
_SEAL = (
    JournalSeal.seq,
    JournalSeal.first_position,
    JournalSeal.last_position,
    JournalSeal.entries,
    JournalSeal.digest,
    JournalSeal.previous,
)
# Every transaction below this number has ended, so no entry can appear below it any more.
COMPLETE = text("journal_entries.position < pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_FETCH = 1000
# Checking hashes every entry: beyond this a page would keep its reader waiting.
MOST_AT_ONCE = 200_000

Names = Callable[[Actor, Collection[UUID]], Mapping[UUID, str]]
Members = Callable[[Actor], Sequence[tuple[UUID, str]]]
_names: list[Names] = []
_members: list[Members] = []


def register_people(names: Names, members: Members) -> None:
    """Who says what persons are called whom the reader may see, and who is in the team."""
    _names[:], _members[:] = [names], [members]


@dataclass(frozen=True)
class Filter:
    """What of the audit is asked for. The days are the reader's own, both included."""

    actor_id: UUID | None = None
    verb: str | None = None
    thing_kind: str | None = None
    thing_id: UUID | None = None
    about_id: UUID | None = None
    since: date | None = None
    until: date | None = None


EVERYTHING = Filter()


@dataclass(frozen=True)
class Checked:
    """What checking the chain found; `is_whole` says whether every entry was looked at."""

    problems: Sequence[Problem]
    entries: int
    is_whole: bool


def _conditions(actor: Actor, wanted: Filter) -> list[ColumnElement[bool]]:
    found = [
        getattr(JournalEntry, name) == value
        for name in ("actor_id", "verb", "thing_kind", "thing_id", "about_id")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.since is not None:
        found.append(JournalEntry.at >= _midnight(actor, wanted.since))
    if wanted.until is not None:
        found.append(JournalEntry.at < _midnight(actor, wanted.until + timedelta(days=1)))
    return found


def _midnight(actor: Actor, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(actor.zone))


def list_entries(actor: Actor, request: PageRequest, wanted: Filter = EVERYTHING) -> Page[Any]:
    """What was done in the team, as far as the actor may see the things it was done to; newest first."""
    columns = (
        JournalEntry.id,
        JournalEntry.at,
        JournalEntry.actor_id,
        JournalEntry.verb,
        JournalEntry.thing_kind,
        JournalEntry.thing_id,
        JournalEntry.about_id,
        JournalEntry.fields,
    )
    statement = paging.after(
        select(*columns).where(policy.visible(actor), *_conditions(actor, wanted)),
        request,
        [JournalEntry.id],
        [UUID],
        descending=True,
    )
    rows = db.session().execute(statement).all()
    return paging.page(rows, request, lambda row: [row.id])


def find_names(actor: Actor, entries: Sequence[Any]) -> Mapping[UUID, str]:
    """What the people and circles in these entries are called, as far as the actor may know them.

    Only owners read the audit, and they know of every circle.
    """
    circle_ids = {entry.thing_id for entry in entries if entry.thing_kind == "circle"}
    ids = {
        person_id
        for entry in entries
        for person_id in (entry.actor_id, entry.about_id, entry.thing_id)
        if person_id is not None
    }
    found = _names[0](actor, ids) if _names and ids else {}
    return {**found, **names_of_circles(actor.team_id, circle_ids)}


def find_members(actor: Actor) -> Sequence[tuple[UUID, str]]:
    """Who is in the team now, to choose from."""
    return _members[0](actor) if _members else []


def find_head(team_id: UUID) -> tuple[Head, datetime | None, int]:
    """The end of the chain to keep elsewhere, when it was sealed, and how many entries it proves."""
    statement = (
        select(*_SEAL, JournalSeal.sealed_at)
        .where(JournalSeal.team_id == team_id)
        .order_by(JournalSeal.seq.desc())
        .limit(1)
    )
    row = db.session().execute(statement).one_or_none()
    if row is None:
        return chain.NOTHING, None, 0
    return chain.head_of(_seal(row)), row.sealed_at, _count_sealed(team_id)


def _count_sealed(team_id: UUID) -> int:
    statement = select(func.coalesce(func.sum(JournalSeal.entries), 0))
    return int(db.session().scalar(statement.where(JournalSeal.team_id == team_id)) or 0)


def check(team_id: UUID, head: Head | None) -> Checked:
    """Compare the journal with its chain and a kept head; of a very long one only the head."""
    entries = _count_sealed(team_id)
    if entries <= MOST_AT_ONCE:
        return Checked(verify(team_id, head), entries, is_whole=True)
    found = chain.problems_of_head(find_seals(team_id), head)
    return Checked(list(found), entries, is_whole=False)


def find_last_seal(team_id: UUID) -> Seal | None:
    """The end of the team's chain."""
    statement = select(*_SEAL).where(JournalSeal.team_id == team_id)
    row = db.session().execute(statement.order_by(JournalSeal.seq.desc()).limit(1)).one_or_none()
    return _seal(row) if row else None


def find_seals(team_id: UUID) -> list[Seal]:
    """The team's chain."""
    statement = select(*_SEAL).where(JournalSeal.team_id == team_id).order_by(JournalSeal.seq)
    return [_seal(row) for row in db.session().execute(statement)]


def find_seal_end(team_id: UUID, last: Seal | None, limit: int) -> int | None:
    """Up to which position the next seal goes: some `limit` complete entries, or all there are."""
    waiting = (
        select(JournalEntry.position)
        .where(JournalEntry.team_id == team_id, COMPLETE)
        .where(JournalEntry.position > (last.last_position if last else chain.LOWEST))
        .order_by(JournalEntry.position)
        .limit(limit)
        .subquery()
    )
    end: int | None = db.session().scalar(select(func.max(waiting.c.position)))
    return end


def stream_entries(team_id: UUID, *, above: int = chain.LOWEST, up_to: int) -> Iterator[Entry]:
    """The team's entries in the order of the chain, a batch at a time."""
    statement = (
        select(*_COVERED)
        .where(JournalEntry.team_id == team_id)
        .where(JournalEntry.position > above, JournalEntry.position <= up_to)
        .order_by(JournalEntry.position, JournalEntry.id)
        .execution_options(yield_per=_FETCH)
    )
    for row in db.session().execute(statement):
        yield Entry(*row)


def verify(team_id: UUID, head: Head | None = None) -> Sequence[Problem]:
    """Where the team's journal departs from its seals; empty when nothing was touched.

    With a head that was kept elsewhere it also shows that the end of the chain is still there.
    What is not sealed yet, at most a minute's entries, is not judged.
    """
    seals = find_seals(team_id)
    end = max((seal.last_position for seal in seals), default=chain.LOWEST)
    entries = stream_entries(team_id, up_to=end)
    return list(chain.problems(team_id, seals, entries, head))


def _seal(row: Any) -> Seal:
    return Seal(
        row.seq, row.first_position, row.last_position, row.entries, row.digest, row.previous
    )
