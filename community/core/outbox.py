"""What must happen after the commit: rows beside the change, claimed by lease and attempt.

`next_at` alone says whether a row is due: NULL means there is nothing left to do (done,
cancelled or dead), which is all that the clock's role may see. A worker claims with a lease
and an attempt number and finishes only where the attempt is still its own, so that a job
that was started twice counts once.

The lease is longer than a job may run, and the attempt number is a fence: whoever lost the
row can no longer close it. Only one number is kept for both, so a row that is given back
untouched goes back to the number before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, SmallInteger, Text, UniqueConstraint, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped

from community.core import clock, db, queue
from community.core.privacy import PROOF, erased, info, kept

LEASE_SECONDS = 60
BATCH = 100
MAX_ATTEMPTS = 10
# Attempts are also spent when a worker is killed, which is no fault of the row; a row that
# is taken this often without an end kills its worker and is buried unseen.
HOPELESS_ATTEMPTS = 30
URGENT = 1
NORMAL = 5
_URGENT_LEAD = timedelta(hours=1)
BACKOFF_SECONDS = (30, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)


class OutboxRow(db.TeamThing, db.Base):
    """One effect that is owed. `args` holds ids only; `key` makes it unique in the team."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("team_id", "key"),
        Index("ix_outbox_due", "queue", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        {"info": info("keep", "work that is owed; holds ids only")},
    )

    queue: Mapped[str] = kept(Text)
    job: Mapped[str] = kept(Text)
    args: Mapped[dict[str, Any]] = kept(JSONB, default=dict, why=PROOF)
    key: Mapped[str | None] = kept(Text, why=PROOF)
    priority: Mapped[int] = kept(SmallInteger, default=5)
    state: Mapped[str] = kept(Text, default="due")
    next_at: Mapped[datetime | None] = kept()
    lease_until: Mapped[datetime | None] = kept()
    attempt: Mapped[int] = kept(Integer, default=0)
    last_error: Mapped[str | None] = erased(Text)
    created_at: Mapped[datetime] = kept(default=clock.now)
    finished_at: Mapped[datetime | None] = kept()


@dataclass(frozen=True)
class Claim:
    """The right to work on a row, until the lease ends or another attempt takes over.

    `job` and `args` are filled by `load`.
    """

    team_id: UUID
    id: UUID
    attempt: int
    job: str = ""
    args: Mapping[str, Any] = field(default_factory=dict, compare=False)


Handler = Callable[[Claim], None]

_handlers: dict[str, Handler] = {}


def register(jobs: Mapping[str, Handler]) -> None:
    """Take in a feature's jobs by name; the composition root calls this once for each feature."""
    _handlers.update(jobs)


def handler(job: str) -> Handler:
    """Who does this job; LookupError when no feature declared it."""
    try:
        return _handlers[job]
    except KeyError:
        raise LookupError(f"no feature declares the job {job!r}") from None


def put(
    job: str,
    args: dict[str, Any],
    *,
    queue_name: str,
    key: str | None = None,
    delay: timedelta = timedelta(0),
    priority: int = NORMAL,
    once: bool = False,
) -> UUID:
    """Owe an effect: the row commits with the change, the bell rings after it. Returns its id.

    An urgent row (`priority` below NORMAL: someone waits for it) goes before what is due already.
    `once` lets an effect stand that is owed under the same key already.
    """
    row_id = db.new_id()
    row = _row(row_id, job, args, queue_name, key, priority)
    lead = timedelta(0) if delay or priority >= NORMAL else _URGENT_LEAD
    row["next_at"] = clock.now() + delay - lead
    db.record(OutboxRow.__table__, row, once=once)  # type: ignore[arg-type]
    if not delay:
        ring_after_commit(queue_name)
    return row_id


def put_once(
    job: str, rows: Sequence[tuple[str, dict[str, Any]]], *, queue_name: str
) -> list[UUID]:
    """Owe effects under (key, args) that may be owed already; returns the ids that are new."""
    if not rows:
        return []
    values = [
        {**_row(db.new_id(), job, args, queue_name, key, NORMAL), "next_at": clock.now()}
        for key, args in rows
    ]
    statement = (
        insert(OutboxRow).values(values).on_conflict_do_nothing(index_elements=["team_id", "key"])
    )
    new = list(db.session().scalars(statement.returning(OutboxRow.id)))
    if new:
        ring_after_commit(queue_name)
    return new


def _row(
    row_id: UUID, job: str, args: dict[str, Any], queue_name: str, key: str | None, priority: int
) -> dict[str, Any]:
    return {
        "team_id": db.current_team_id(),
        "id": row_id,
        "queue": queue_name,
        "job": job,
        "args": {name: str(v) if isinstance(v, UUID) else v for name, v in args.items()},
        "key": key,
        "priority": priority,
        "state": "due",
        "attempt": 0,
        "created_at": clock.now(),
    }


def ring_after_commit(queue_name: str) -> None:
    """Ring the queue's bell once this transaction has committed."""
    rung = db.unit().bare_session.info.setdefault("rung", set())
    if queue_name not in rung:
        rung.add(queue_name)
        db.after_commit(partial(_ring, queue_name))


def _ring(queue_name: str) -> None:
    queue.ring(queue_name)


def cancel(*, keys: Sequence[str]) -> int:
    """Take back what has not begun: rows under these keys that nobody holds. Returns how many."""
    db.flush()
    statement = (
        update(OutboxRow)
        .where(
            OutboxRow.team_id == db.current_team_id(),
            OutboxRow.key.in_(keys),
            OutboxRow.next_at.is_not(None),
            (OutboxRow.lease_until.is_(None)) | (OutboxRow.lease_until < text("clock_timestamp()")),
        )
        .values(state="cancelled", next_at=None, finished_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return db.row_count(db.session().execute(statement))


# Materialized: as a subquery of the WHERE it may be run once for each row of a small table, and
# take as many as there are, since it skips those it has taken.
_CLAIM = text(
    """
    WITH due AS MATERIALIZED (
        SELECT team_id, id FROM outbox
        WHERE queue = :queue AND next_at <= clock_timestamp()
          AND (lease_until IS NULL OR lease_until < clock_timestamp())
        ORDER BY next_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    UPDATE outbox SET lease_until = clock_timestamp() + make_interval(secs => :lease),
                      attempt = outbox.attempt + 1
    FROM due WHERE outbox.team_id = due.team_id AND outbox.id = due.id
    RETURNING outbox.team_id, outbox.id, outbox.attempt
    """
)

_RELEASE = text(
    """
    UPDATE outbox SET lease_until = NULL, attempt = outbox.attempt - 1
    FROM unnest(CAST(:teams AS uuid[]), CAST(:ids AS uuid[]), CAST(:attempts AS integer[]))
         AS mine (team_id, id, attempt)
    WHERE outbox.team_id = mine.team_id AND outbox.id = mine.id AND outbox.attempt = mine.attempt
      AND outbox.next_at IS NOT NULL
    """
)

_DUE = text(
    """
    SELECT DISTINCT queue FROM outbox
    WHERE next_at <= clock_timestamp() AND (lease_until IS NULL OR lease_until < clock_timestamp())
    """
)

_DEPTHS = text(
    """
    SELECT queue, count(*) AS depth,
           greatest(0, extract(epoch FROM clock_timestamp() - min(next_at))) AS oldest
    FROM outbox WHERE next_at <= clock_timestamp() GROUP BY queue
    """
)


def claim(queue_name: str, limit: int = BATCH) -> list[Claim]:
    """Take up to `limit` due rows of any team, skipping those others are taking. Own transaction."""
    with db.transaction(role=db.CLOCK_ROLE) as unit:
        values = {"queue": queue_name, "limit": limit, "lease": LEASE_SECONDS}
        rows = unit.session.execute(_CLAIM, values)
        return [Claim(row.team_id, row.id, row.attempt) for row in rows]


def load(claims: Sequence[Claim]) -> list[Claim]:
    """The claims that are still ours, with their jobs, in the order to work in. Own transaction.

    Fresh rows go first, in the order they were owed. Those that were tried before follow in an
    order that changes with every attempt, so that one which kills its worker cannot keep the
    same others waiting behind it for ever.
    """
    found: list[Claim] = []
    with db.transaction() as unit:
        for team_id, group in groupby(sorted(claims, key=lambda c: c.team_id), lambda c: c.team_id):
            mine = {claim.id: claim for claim in group}
            db.enter(team_id, None)
            statement = select(
                OutboxRow.id, OutboxRow.attempt, OutboxRow.job, OutboxRow.args
            ).where(OutboxRow.team_id == team_id, OutboxRow.id.in_(list(mine)))
            found += [
                replace(mine[row.id], job=row.job, args=row.args)
                for row in unit.session.execute(statement)
                if row.attempt == mine[row.id].attempt
            ]
    return sorted(found, key=_turn)


def _turn(claim: Claim) -> tuple[int, int]:
    if claim.attempt == 1:
        return (0, claim.id.int)
    return (1, claim.id.int * (2 * claim.attempt + 1) % 1_000_003)


def release(claims: Sequence[Claim]) -> int:
    """Give rows back untouched, as if they had not been claimed. Own transaction."""
    if not claims:
        return 0
    values = {
        "teams": [claim.team_id for claim in claims],
        "ids": [claim.id for claim in claims],
        "attempts": [claim.attempt for claim in claims],
    }
    with db.transaction(role=db.CLOCK_ROLE) as unit:
        return db.row_count(unit.session.execute(_RELEASE, values))


def due_queues() -> list[str]:
    """The queues with rows that are due and held by nobody. Own transaction."""
    with db.transaction(role=db.CLOCK_ROLE) as unit:
        return list(unit.session.execute(_DUE).scalars())


def depths() -> dict[str, tuple[int, float]]:
    """How many rows are due in each queue, and for how many seconds the oldest. Own transaction."""
    with db.transaction(role=db.CLOCK_ROLE) as unit:
        rows = unit.session.execute(_DEPTHS)
        return {row.queue: (int(row.depth), float(row.oldest)) for row in rows}


def get(claim: Claim) -> OutboxRow | None:
    """The claimed row, or None when another attempt has it by now or it is closed."""
    return db.session().scalar(
        select(OutboxRow).where(
            OutboxRow.team_id == claim.team_id,
            OutboxRow.id == claim.id,
            OutboxRow.attempt == claim.attempt,
            OutboxRow.next_at.is_not(None),
        )
    )


_FINISH = text(
    """
    UPDATE outbox SET state = :state, next_at = NULL, lease_until = NULL, finished_at = now()
    WHERE team_id = :team_id AND id = :id AND attempt = :attempt AND next_at IS NOT NULL
    """
)


def finish(claim: Claim, state: str = "done") -> bool:
    """Close the row if the attempt is still ours; False when it is not."""
    mine = {"team_id": claim.team_id, "id": claim.id, "attempt": claim.attempt}
    return db.row_count(db.session().execute(_FINISH, {**mine, "state": state})) == 1


def fail(
    claim: Claim, error: str, *, for_good: bool = False, after_seconds: float | None = None
) -> str:
    """Note a failure: try again later with back-off, or give up. Returns the state it is in now.

    The state is empty when the row is not ours any more.
    """
    if for_good or claim.attempt >= MAX_ATTEMPTS:
        ours = _settle(claim, {**_closed("dead"), "last_error": error[:500]})
        return "dead" if ours else ""
    wait = after_seconds if after_seconds is not None else backoff(claim)
    next_at = text("clock_timestamp() + make_interval(secs => :wait)").bindparams(wait=wait)
    ours = _settle(claim, {"next_at": next_at, "lease_until": None, "last_error": error[:500]})
    return "due" if ours else ""


def postpone(claim: Claim, wait: timedelta) -> bool:
    """Put a row off without counting an attempt; False when it is not ours any more."""
    next_at = text("clock_timestamp() + :wait").bindparams(wait=wait)
    return _settle(claim, {"next_at": next_at, "lease_until": None, "attempt": claim.attempt - 1})


def backoff(claim: Claim) -> float:
    """Seconds until the next attempt: from half a minute to a day, spread by up to a quarter."""
    base = BACKOFF_SECONDS[min(claim.attempt, len(BACKOFF_SECONDS)) - 1]
    return base * (1 + (claim.id.int % 1000) / 4000)


def _closed(state: str) -> dict[str, Any]:
    return {"state": state, "next_at": None, "lease_until": None, "finished_at": clock.now()}


def _settle(claim: Claim, values: dict[str, Any]) -> bool:
    statement = (
        update(OutboxRow)
        .where(
            OutboxRow.team_id == claim.team_id,
            OutboxRow.id == claim.id,
            OutboxRow.attempt == claim.attempt,
            OutboxRow.next_at.is_not(None),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return db.row_count(db.session().execute(statement)) == 1


_PRUNE = text(
    """
    DELETE FROM outbox WHERE team_id = :team_id AND next_at IS NULL AND state IN ('done', 'cancelled')
      AND finished_at < CASE WHEN key LIKE 'periodic:%' THEN :slots ELSE :others END
    """
)
SLOTS_KEPT = timedelta(hours=2)
OTHERS_KEPT = timedelta(days=30)


def prune(as_of: datetime) -> int:
    """Forget what was done long ago; dead letters stay. A slot is kept until no clock asks again."""
    values = {"slots": as_of - SLOTS_KEPT, "others": as_of - OTHERS_KEPT}
    statement = _PRUNE.bindparams(team_id=db.current_team_id(), **values)
    return db.row_count(db.session().execute(statement))
