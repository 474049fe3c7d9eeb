"""Answering the bell: rows are worked on once, poison stops nothing, the rest goes back."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from community import worker
from community.core import clock, db, heartbeat, outbox, queue
from community.core.mail import MailFailed
from community.core.outbox import Claim, OutboxRow
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.notifications import queries as notices
from community.web.session import CommunityFlask
from tests.factories.identity import acting


@pytest.fixture
def lane(monkeypatch: pytest.MonkeyPatch) -> str:
    """A queue that only this test works on."""
    monkeypatch.setattr(worker, "_beaten", {})
    return f"lane-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which bells were rung."""
    rings: list[str] = []
    monkeypatch.setattr(queue, "ring", rings.append)
    return rings


class Job:
    """A job of the test: what it was asked to do, and what it does then."""

    def __init__(self) -> None:
        self.done: list[Claim] = []
        self.poison: dict[uuid.UUID, Exception] = {}

    def __call__(self, claim: Claim) -> None:
        assert not db.is_open(), "a handler starts without an open transaction"
        if claim.id in self.poison:
            raise self.poison[claim.id]
        with db.transaction(claim.team_id):
            if outbox.finish(claim):
                self.done.append(claim)


@pytest.fixture
def job(configured: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    job = Job()
    monkeypatch.setitem(outbox._handlers, "test.job", job)
    return job


def owe(actor: Actor, lane: str, count: int = 1) -> list[uuid.UUID]:
    with acting(actor):
        return [outbox.put("test.job", {}, queue_name=lane) for _ in range(count)]


def rows_of(actor: Actor) -> dict[uuid.UUID, OutboxRow]:
    with acting(actor) as unit:
        rows = unit.session.scalars(select(OutboxRow)).all()
        unit.session.expunge_all()
    return {row.id: row for row in rows}


def test_a_ring_works_on_what_is_due_of_every_team_in_order(
    owner: Actor, stranger: Actor, lane: str, job: Job, rung: list[str]
) -> None:
    ids = owe(owner, lane, 3)
    theirs = owe(stranger, lane, 2)
    assert worker.answer_ring(lane) == 5
    assert [claim.id for claim in job.done] == ids + theirs
    assert worker.answer_ring(lane) == 0


def test_a_full_batch_calls_for_help_and_the_next_ring_takes_the_rest(
    owner: Actor, lane: str, job: Job, rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 3)
    monkeypatch.setattr(outbox.claim, "__defaults__", (3,))
    owe(owner, lane, 5)
    rung.clear()
    assert worker.answer_ring(lane) == 3
    assert rung == [lane]
    assert worker.answer_ring(lane) == 2
    assert rung == [lane]


class Wrist:
    """The worker's watch, moved by the test."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


def test_after_its_time_a_ring_gives_back_what_is_left_and_rings_again(
    owner: Actor, lane: str, job: Job, rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(owner, lane, 5)
    rung.clear()
    watch = Wrist()
    monkeypatch.setattr(worker, "time", watch)
    work = job.__call__

    def slow(claim: Claim) -> None:
        work(claim)
        watch.seconds += worker.RING_SECONDS / 2

    monkeypatch.setitem(outbox._handlers, "test.job", slow)
    assert worker.answer_ring(lane) == 2
    assert rung == [lane]
    left = [row for row in rows_of(owner).values() if row.state == "due"]
    assert [(row.attempt, row.lease_until) for row in left] == [(0, None)] * 3


def test_asked_to_stop_it_gives_back_what_it_has_not_begun(
    owner: Actor, lane: str, job: Job, rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    owe(owner, lane, 4)
    work = job.__call__
    monkeypatch.setitem(outbox._handlers, "test.job", lambda c: (work(c), worker._stopping.set()))
    try:
        assert worker.answer_ring(lane) == 1
    finally:
        worker._stopping.clear()
    assert len(outbox.claim(lane)) == 3


def test_poison_stops_nothing_and_ends_as_a_dead_letter_the_owner_hears_of(
    app: CommunityFlask, owner: Actor, lane: str, job: Job, rung: list[str]
) -> None:
    ids = owe(owner, lane, 20)
    job.poison = {
        ids[3]: ValueError("their secret text"),
        ids[11]: MailFailed("451", permanent=False),
    }
    for _ in range(outbox.MAX_ATTEMPTS):
        worker.answer_ring(lane)
        with acting(owner) as unit:
            unit.session.execute(
                text(
                    "UPDATE outbox SET next_at = clock_timestamp() WHERE next_at IS NOT NULL AND queue = :lane"
                ),
                {"lane": lane},
            )
    rows = rows_of(owner)
    assert {rows[id_].state for id_ in ids if id_ not in job.poison} == {"done"}
    assert {rows[id_].state for id_ in job.poison} == {"dead"}
    assert {rows[id_].attempt for id_ in job.poison} == {10}
    # What failed is kept without what was said; a server's answer is no secret.
    assert [rows[id_].last_error for id_ in job.poison] == ["ValueError", "MailFailed: 451"]
    with acting(owner):
        (notice,) = notices.list_notices(owner, "new", PageRequest()).items
    assert "test.job" in notice.words.sentence


def test_a_failure_waits_before_it_comes_back(
    owner: Actor, lane: str, job: Job, rung: list[str]
) -> None:
    (row_id,) = owe(owner, lane)
    job.poison = {row_id: ValueError()}
    worker.answer_ring(lane)
    assert worker.answer_ring(lane) == 0
    row = rows_of(owner)[row_id]
    with acting(owner):
        assert row.next_at is not None
        assert timedelta(seconds=25) < row.next_at - clock.now() < timedelta(seconds=40)


def test_a_job_that_kills_its_worker_again_and_again_is_buried(
    owner: Actor, lane: str, job: Job, rung: list[str]
) -> None:
    (row_id,) = owe(owner, lane)
    with acting(owner) as unit:
        unit.session.execute(
            text("UPDATE outbox SET attempt = :n WHERE id = :id"),
            {"n": outbox.HOPELESS_ATTEMPTS, "id": row_id},
        )
    worker.answer_ring(lane)
    assert job.done == []
    assert rows_of(owner)[row_id].state == "dead"


def test_a_job_nobody_declares_fails_alone(
    owner: Actor, lane: str, job: Job, rung: list[str]
) -> None:
    with acting(owner):
        outbox.put("gone.job", {}, queue_name=lane)
        fine = outbox.put("test.job", {}, queue_name=lane)
    assert worker.answer_ring(lane) == 2
    assert [claim.id for claim in job.done] == [fine]


def test_a_database_that_is_away_ends_the_answer_and_loses_nothing(
    owner: Actor, lane: str, job: Job, rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (row_id,) = owe(owner, lane)

    def away(*_: object, **__: object) -> None:
        raise OperationalError("", {}, Exception())

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "fail", away)
        job.poison = {row_id: ValueError()}
        assert worker.answer_ring(lane) == 0
    assert not worker._answering.is_set()
    row = rows_of(owner)[row_id]
    assert (row.state, row.attempt) == ("due", 1)


def test_it_gives_a_sign_of_life_while_it_works(
    owner: Actor, lane: str, job: Job, rung: list[str]
) -> None:
    owe(owner, lane)
    worker.answer_ring(lane)
    with db.transaction():
        assert heartbeat.ages()[f"worker:{lane}"] < 5


class TestPeriodic:
    """A slot runs once, in the transaction that closes it."""

    @pytest.fixture(autouse=True)
    def _declared(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ran: list[tuple[uuid.UUID, datetime]] = []
        self.broken = False

        def run(as_of: datetime) -> None:
            if self.broken:
                raise ValueError
            self.ran.append((db.current_team_id(), as_of))

        monkeypatch.setitem(worker.SCHEDULE, "test.tick", worker.Periodic(10, run))
        monkeypatch.setitem(worker.SCHEDULE, "test.day", worker.Periodic(86_400, run))
        monkeypatch.setitem(outbox._handlers, worker.PERIODIC_JOB, worker.run_periodic)

    def owe_slot(self, owner: Actor, lane: str, name: str = "test.tick") -> None:
        with acting(owner):
            outbox.put_once(
                worker.PERIODIC_JOB,
                [(f"periodic:{name}:177", {"name": name, "slot": 177})],
                queue_name=lane,
            )

    def test_it_says_the_slot_s_time_and_runs_once(
        self, owner: Actor, lane: str, rung: list[str]
    ) -> None:
        self.owe_slot(owner, lane)
        self.owe_slot(owner, lane)
        assert worker.answer_ring(lane) == 1
        assert self.ran == [(owner.team_id, datetime.fromtimestamp(1770, UTC))]

    def test_a_short_one_is_left_to_its_next_slot_and_a_long_one_comes_back(
        self, app: CommunityFlask, owner: Actor, lane: str, rung: list[str]
    ) -> None:
        self.broken = True
        self.owe_slot(owner, lane)
        self.owe_slot(owner, lane, "test.day")
        worker.answer_ring(lane)
        states = {row.key: row.state for row in rows_of(owner).values()}
        assert states == {"periodic:test.tick:177": "dead", "periodic:test.day:177": "due"}

    def test_one_that_is_not_scheduled_any_more_ends(
        self,
        app: CommunityFlask,
        owner: Actor,
        lane: str,
        rung: list[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.owe_slot(owner, lane)
        monkeypatch.delitem(worker.SCHEDULE, "test.tick")
        worker.answer_ring(lane)
        assert {row.state for row in rows_of(owner).values()} == {"dead"}


@pytest.mark.parametrize("name", worker.SCHEDULE)
def test_every_periodic_job_runs_in_a_team_with_nothing_in_it(owner: Actor, name: str) -> None:
    for _ in range(2):
        with db.transaction(owner.team_id):
            worker.SCHEDULE[name].run(clock.now())


def test_an_unknown_queue_is_named(app: CommunityFlask) -> None:
    with pytest.raises(ValueError, match="mail, work"):
        worker.run_worker(app, "post")
