"""The worker: answers the bell of one queue from the outbox. And SCHEDULE, the one list of periodic jobs.

RQ brings the rings; what there is to do, and whether it was done, is in PostgreSQL alone. While
the queue's server is away the worker looks for itself every few seconds.
"""

import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

import structlog
from flask import Flask
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty
from sqlalchemy.exc import SQLAlchemyError

from community.accounts.actions import forgetting, invitations
from community.core import db, heartbeat, idempotency, mail, outbox, queue
from community.core.mail import MailFailed
from community.core.outbox import Claim
from community.exchange import actions as exchange
from community.journal import actions as journal
from community.ledger import actions as ledger
from community.notifications import actions as notifications
from community.people.actions import pictures
from community.records import actions as records

log = structlog.get_logger(__name__)

RING_SECONDS = 30.0
BEAT_SECONDS = 5.0
AWAY_SECONDS = 2.0
PERIODIC_JOB = "worker.periodic"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Periodic:
    """A job of every team: `run(as_of)` in one transaction of the team, once a slot of `every` seconds.

    `as_of` is the start of the slot, so that a job which runs late, or again, says the same.
    """

    every: int
    run: Callable[[datetime], object]


SCHEDULE: dict[str, Periodic] = {
    "journal.seal": Periodic(10, journal.seal),
    "ledger.lapse": Periodic(3600, ledger.lapse_unanswered),
    "outbox.prune": Periodic(3600, outbox.prune),
    "idempotency.prune": Periodic(3600, idempotency.prune),
    "accounts.forget": Periodic(6 * 3600, forgetting.forget_what_is_over),
    "accounts.forget_invitations": Periodic(24 * 3600, invitations.forget_ended),
    "people.forget_pictures": Periodic(24 * 3600, pictures.forget_pictures),
    "records.remind": Periodic(6 * 3600, records.remind),
    "records.forget_acts": Periodic(24 * 3600, records.forget_acts),
    "records.forget_merges": Periodic(24 * 3600, records.forget_merges),
    "records.end_exports": Periodic(3600, records.end_old),
    "exchange.prune": Periodic(6 * 3600, exchange.prune),
}

_stopping = threading.Event()
_answering = threading.Event()
_beaten: dict[str, float] = {}


def answer_ring(queue_name: str) -> int:
    """Claim what is due in the queue and work on it for up to half a minute. Returns how many rows.

    What is left goes back, and the bell is rung again for it. A database that is away ends the
    answer: the rows keep their lease and come back when it ends.
    """
    _answering.set()
    try:
        with mail.connection():
            return _answer(queue_name)
    except SQLAlchemyError as error:
        log.error("worker.database_away", queue=queue_name, error=type(error).__name__)
        return 0
    finally:
        _answering.clear()


def _answer(queue_name: str) -> int:
    ends = time.monotonic() + RING_SECONDS
    claimed = outbox.claim(queue_name)
    if len(claimed) == outbox.BATCH:
        queue.ring(queue_name)
    left = deque(outbox.load(claimed))
    done = 0
    while left and time.monotonic() < ends and not _stopping.is_set():
        _beat(queue_name)
        _work_on(left.popleft())
        done += 1
    if left:
        outbox.release(left)
        queue.ring(queue_name)
    return done


def _work_on(claim: Claim) -> None:
    if claim.attempt > outbox.HOPELESS_ATTEMPTS:
        _note_failure(claim, "never came to an end", for_good=True)
        return
    try:
        outbox.handler(claim.job)(claim)
    except Exception as error:  # noqa: BLE001 - one poisoned row must stop nothing else
        _note_failure(claim, _reason(error), for_good=_is_last(claim), cause=error)


def _reason(error: Exception) -> str:
    # Other messages may quote what was written; the log has the trace.
    said = f": {error}" if isinstance(error, MailFailed) else ""
    return f"{type(error).__name__}{said}"


def _is_last(claim: Claim) -> bool:
    """A periodic job whose next slot comes before the next attempt is not tried again."""
    if claim.job != PERIODIC_JOB:
        return False
    entry = SCHEDULE.get(str(claim.args["name"]))
    return entry is None or entry.every < outbox.backoff(claim)


def _note_failure(
    claim: Claim, reason: str, *, for_good: bool, cause: Exception | None = None
) -> None:
    about = {"job": claim.job, "outbox_id": str(claim.id), "attempt": claim.attempt}
    # A server that does not answer is told in one line; anything else with its trace.
    trace = None if isinstance(cause, MailFailed) else cause
    log.warning("job.failed", reason=reason, exc_info=trace, **about)
    with db.transaction(claim.team_id):
        if outbox.fail(claim, reason, for_good=for_good) == "dead":
            log.error("job.dead", reason=reason, **about)
            notifications.tell_of_dead_letter(claim)


def run_periodic(claim: Claim) -> None:
    """Run one slot of one periodic job: its effect and the slot's end commit together."""
    entry = SCHEDULE[str(claim.args["name"])]
    as_of = EPOCH + timedelta(seconds=int(claim.args["slot"]) * entry.every)
    with db.transaction(claim.team_id):
        if outbox.get(claim) is not None:
            entry.run(as_of)
            outbox.finish(claim)


def _beat(queue_name: str) -> None:
    now = time.monotonic()
    if now - _beaten.get(queue_name, -BEAT_SECONDS) < BEAT_SECONDS:
        return
    try:
        heartbeat.beat(f"worker:{queue_name}")
        _beaten[queue_name] = now
    except SQLAlchemyError as error:
        log.error("worker.database_away", queue=queue_name, error=type(error).__name__)


class BellWorker(SimpleWorker):
    """RQ's worker on one queue, in this process, with a sign of life of our own.

    RQ's own registry vanishes with the queue's server, and its worker leaves when the server
    does; ours looks into the outbox meanwhile.
    """

    max_connection_wait_time = 4.0

    def __init__(self, queue_name: str) -> None:
        connection = queue.connect(seconds=None)
        self.answers = queue_name
        super().__init__(
            [queue.rq_queue(queue_name, connection)],
            connection=connection,
            serializer=JSONSerializer,
            worker_ttl=25,  # RQ waits 15 s less for a ring, so we give a sign of life every 10 s
            log_job_description=False,
        )

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """RQ's sign of life and ours; without the bell, look for what is due."""
        _beat(self.answers)
        try:
            super().heartbeat(timeout, pipeline)
        except RedisError:
            answer_without_bell(self.answers)
            if _stopping.is_set():
                raise StopRequested from None
            raise

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop at once when idle, else after the row at hand; the rest of the batch goes back."""
        _stopping.set()
        self._stop_requested = True
        if not _answering.is_set():
            raise StopRequested

    def subscribe(self) -> None:
        """RQ's remote commands are not used: no thread that outlives its connection."""


def answer_without_bell(queue_name: str) -> None:
    """Look into the outbox without having been rung for."""
    try:
        with UnixSignalDeathPenalty(queue.JOB_SECONDS, JobTimeoutException):  # type: ignore[no-untyped-call]
            answer_ring(queue_name)
    except JobTimeoutException:
        log.warning("worker.timeout", queue=queue_name)


def run_worker(app: Flask, queue_name: str) -> None:
    """Work on one queue until SIGTERM or SIGINT. One process works on one queue only."""
    if queue_name not in queue.QUEUES:
        raise ValueError(
            f"There is no queue {queue_name!r}. Choose one of: {', '.join(queue.QUEUES)}."
        )
    outbox.register({PERIODIC_JOB: run_periodic})
    _stopping.clear()
    log.info("worker.started", queue=queue_name)
    with app.app_context():
        while not _stopping.is_set():
            _listen(queue_name)
    log.info("worker.stopped", queue=queue_name)


def _listen(queue_name: str) -> None:
    """Wait for rings until the queue's server leaves or we are asked to stop."""
    _stop_on_signals()
    try:
        worker = BellWorker(queue_name)
        _check_eviction(queue_name)
        worker.work(logging_level="WARNING")
    except StopRequested:
        return
    except RedisError as error:
        log.warning("worker.bell_away", queue=queue_name, error=type(error).__name__)
    _stop_on_signals()
    if not _stopping.is_set():
        _beat(queue_name)
        answer_without_bell(queue_name)
        _stopping.wait(AWAY_SECONDS)


def _check_eviction(queue_name: str) -> None:
    policy = queue.eviction_policy()
    if policy != "noeviction":
        log.error("queue.eviction", queue=queue_name, policy=policy, wanted="noeviction")


def _stop_on_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)


def _stop(_number: int, _frame: FrameType | None) -> None:
    _stopping.set()
