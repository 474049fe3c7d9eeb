"""The one clock: the open transaction's database time.

It is read in the round trip that sets the team, so it costs nothing, it does not move
inside a transaction, and it is the same for every process. Leases and `next_at` compare
in SQL and do not pass here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_transaction_time: ContextVar[datetime | None] = ContextVar("transaction_time", default=None)
_shift: ContextVar[Callable[[datetime], datetime] | None] = ContextVar("clock_shift", default=None)


def now() -> datetime:
    """The open transaction's time, aware UTC. Raises RuntimeError outside a transaction."""
    at = _transaction_time.get()
    if at is None:
        raise RuntimeError("no transaction is open, so there is no time to speak of")
    return at


def today(zone: str = "UTC") -> date:
    """The calendar day of `now()` in the zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def local_clock() -> datetime:
    """This process's own clock: for log lines, certificates and sleeping, never for data."""
    return datetime.now(UTC)


@contextmanager
def running_at(read: datetime) -> Iterator[None]:
    """Hold the time of one transaction.

    Only `core.db` calls this, and the sample team, which lives through a year in one transaction.
    """
    shift = _shift.get()
    token = _transaction_time.set(shift(read) if shift else read)
    try:
        yield
    finally:
        _transaction_time.reset(token)


@contextmanager
def shifted(by: Callable[[datetime], datetime] | timedelta) -> Iterator[None]:
    """Test seam: every transaction opened inside reads a moved time."""
    move = by if callable(by) else (lambda at: at + by)
    token = _shift.set(move)
    try:
        yield
    finally:
        _shift.reset(token)
