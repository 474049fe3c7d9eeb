"""Reading the audit, and what sealing and checking need of it."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from community.core import db, paging
from community.core.paging import Page, PageRequest
from community.identity.models import Actor
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


def list_entries(actor: Actor, request: PageRequest) -> Page[Any]:
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
        select(*columns).where(policy.visible(actor)),
        request,
        [JournalEntry.id],
        [UUID],
        descending=True,
    )
    rows = db.session().execute(statement).all()
    return paging.page(rows, request, lambda row: [row.id])


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
