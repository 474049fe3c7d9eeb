"""What must happen after the commit: rows beside the change, claimed by lease and attempt.

`next_at` alone says whether a row is due: NULL means there is nothing left to do (done,
cancelled or dead), which is all that the clock's role may see. A worker claims with a lease
and an attempt number and finishes only where the attempt is still its own, so that a job
that was started twice counts once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, SmallInteger, Text, UniqueConstraint, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from community.core import clock, db, queue
from community.core.privacy import PROOF, erased, info, kept

LEASE_SECONDS = 60
MAX_ATTEMPTS = 10
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
    """The right to work on a row, until the lease ends or another attempt takes over."""

    team_id: UUID
    id: UUID
    attempt: int


def put(
    job: str,
    args: dict[str, Any],
    *,
    queue_name: str,
    key: str | None = None,
    delay: timedelta = timedelta(0),
    priority: int = 5,
) -> UUID:
    """Owe an effect: the row commits with the change, the bell rings after it. Returns its id."""
    row_id = db.new_id()
    db.record(
        OutboxRow.__table__,  # type: ignore[arg-type]
        {
            "team_id": db.current_team_id(),
            "id": row_id,
            "queue": queue_name,
            "job": job,
            "args": {name: str(v) if isinstance(v, UUID) else v for name, v in args.items()},
            "key": key,
            "priority": priority,
            "state": "due",
            "next_at": clock.now() + delay,
            "attempt": 0,
            "created_at": clock.now(),
        },
    )
    if not delay:
        ring_after_commit(queue_name)
    return row_id


def ring_after_commit(queue_name: str) -> None:
    """Ring the queue's bell once this transaction has committed."""
    rung = db.session().info.setdefault("rung", set())
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
    )
    return db.row_count(db.session().execute(statement))


_CLAIM = text(
    """
    UPDATE outbox SET lease_until = clock_timestamp() + make_interval(secs => :lease), attempt = attempt + 1
    WHERE (team_id, id) IN (
        SELECT team_id, id FROM outbox
        WHERE queue = :queue AND next_at <= clock_timestamp()
          AND (lease_until IS NULL OR lease_until < clock_timestamp())
        ORDER BY next_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING team_id, id, attempt
    """
)

_DUE = text(
    """
    SELECT DISTINCT queue FROM outbox
    WHERE next_at <= clock_timestamp() AND (lease_until IS NULL OR lease_until < clock_timestamp())
    """
)


def claim(queue_name: str, limit: int = 100) -> list[Claim]:
    """Take up to `limit` due rows of any team, skipping those others are taking. Own transaction."""
    with db.transaction(role=db.CLOCK_ROLE) as unit:
        rows = unit.session.execute(
            _CLAIM, {"queue": queue_name, "limit": limit, "lease": LEASE_SECONDS}
        )
        return [Claim(row.team_id, row.id, row.attempt) for row in rows]


def due_queues() -> list[str]:
    """The queues with rows that are due and held by nobody. Own transaction."""
    with db.transaction(role=db.CLOCK_ROLE) as unit:
        return list(unit.session.execute(_DUE).scalars())


def get(claim: Claim) -> OutboxRow | None:
    """The claimed row, or None when another attempt has it by now."""
    return db.session().scalar(
        select(OutboxRow).where(
            OutboxRow.team_id == claim.team_id,
            OutboxRow.id == claim.id,
            OutboxRow.attempt == claim.attempt,
        )
    )


def finish(claim: Claim, state: str = "done") -> bool:
    """Close the row if the attempt is still ours; False when it is not."""
    values = {"state": state, "next_at": None, "lease_until": None, "finished_at": clock.now()}
    return _settle(claim, values)


def fail(
    claim: Claim, error: str, *, for_good: bool = False, after_seconds: int | None = None
) -> str:
    """Note a failure: try again later with back-off, or give up. Returns the state it is in now."""
    if for_good or claim.attempt >= MAX_ATTEMPTS:
        _settle(
            claim,
            {
                "state": "dead",
                "next_at": None,
                "lease_until": None,
                "last_error": error[:500],
                "finished_at": clock.now(),
            },
        )
        return "dead"
    base = after_seconds or BACKOFF_SECONDS[min(claim.attempt, len(BACKOFF_SECONDS)) - 1]
    jitter = base * (claim.id.int % 1000) / 4000
    _settle(
        claim,
        {
            "next_at": text("clock_timestamp() + make_interval(secs => :wait)").bindparams(
                wait=base + jitter
            ),
            "lease_until": None,
            "last_error": error[:500],
        },
    )
    return "due"


def release(claim: Claim) -> None:
    """Give a row back untouched, as if it had not been claimed."""
    _settle(claim, {"lease_until": None, "attempt": claim.attempt - 1})
    ring_after_commit_of(claim)


def ring_after_commit_of(claim: Claim) -> None:
    """Ring the bell of a row that was given back."""
    row = db.session().get(OutboxRow, (claim.team_id, claim.id))
    if row is not None:
        ring_after_commit(row.queue)


def _settle(claim: Claim, values: dict[str, Any]) -> bool:
    statement = (
        update(OutboxRow)
        .where(
            OutboxRow.team_id == claim.team_id,
            OutboxRow.id == claim.id,
            OutboxRow.attempt == claim.attempt,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return db.row_count(db.session().execute(statement)) == 1
