"""The clock: rings for rows that are due, and owes each team its periodic jobs, once a slot.

One clock leads, by an advisory lock that PostgreSQL drops with its connection; others wait and
take over. A second leader for a moment would do no harm: rings may be doubled, slots are unique.
"""

import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from community.core import clock, db, heartbeat, locks, outbox, queue
from community.identity import queries as identity
from community.worker import PERIODIC_JOB, SCHEDULE, Periodic

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
AWAY_SECONDS = 2.0
BEAT_SECONDS = 5.0
_TAKE = text("SELECT pg_try_advisory_lock(:lock)")
_HOLD = text("SELECT 1")


class Clock:
    """What the leading clock remembers: which slots it has owed, and its last sign of life."""

    def __init__(self, schedule: Mapping[str, Periodic] = SCHEDULE) -> None:
        self.schedule = schedule
        self.slots: dict[str, int] = {}
        self.beaten = -BEAT_SECONDS

    def tick(self) -> None:
        """Ring for what is due, owe what is periodic, and say that we are alive."""
        for name in outbox.due_queues():
            queue.ring(name)
        self._owe_periodic()
        now = time.monotonic()
        if now - self.beaten >= BEAT_SECONDS:
            heartbeat.beat("clock")
            self.beaten = now

    def _owe_periodic(self) -> None:
        with db.transaction():
            new = self._new_slots(clock.now().timestamp())
            team_ids = identity.team_ids() if new else []
        rows = [
            (f"periodic:{name}:{slot}", {"name": name, "slot": slot}) for name, slot in new.items()
        ]
        for team_id in team_ids:
            with db.transaction(team_id):
                outbox.put_once(PERIODIC_JOB, rows, queue_name=queue.WORK)
        self.slots.update(new)

    def _new_slots(self, seconds: float) -> dict[str, int]:
        current = {name: int(seconds // entry.every) for name, entry in self.schedule.items()}
        return {name: slot for name, slot in current.items() if self.slots.get(name) != slot}


def run_clock() -> None:
    """Lead, or wait to lead, until SIGTERM or SIGINT. Survives a database that is away."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    log.info("clock.started")
    while not stopping.is_set():
        try:
            with _line() as line:
                _lead(line, stopping)
        except SQLAlchemyError as error:
            log.error("clock.database_away", error=type(error).__name__)
            stopping.wait(AWAY_SECONDS)
    log.info("clock.stopped")


def _lead(line: Connection, stopping: threading.Event) -> None:
    while not line.scalar(_TAKE, {"lock": locks.CLOCK}):
        if stopping.wait(TICK_SECONDS):
            return
    log.info("clock.leads")
    leader = Clock()
    while not stopping.is_set():
        began = time.monotonic()
        line.execute(_HOLD)
        leader.tick()
        stopping.wait(max(0.0, TICK_SECONDS - (time.monotonic() - began)))


@contextmanager
def _line() -> Iterator[Connection]:
    """A connection outside the pool: the lock ends with it."""
    with db.engine().connect() as connection:
        line = connection.execution_options(isolation_level="AUTOCOMMIT")
        line.detach()
        yield line
