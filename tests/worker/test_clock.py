"""The clock: rings for what is due, owes every team its slots once, and only one leads."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from community import clock_process
from community.clock_process import Clock
from community.core import clock, db, heartbeat, outbox, queue
from community.core.outbox import OutboxRow
from community.identity.models import Actor
from community.worker import PERIODIC_JOB, Periodic
from tests.factories.identity import acting, make_team

pytestmark = pytest.mark.usefixtures("fresh_database")


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rings: list[str] = []
    monkeypatch.setattr(queue, "ring", rings.append)
    return rings


def nothing(_as_of: datetime) -> None:
    return None


SCHEDULE = {"test.often": Periodic(10, nothing), "test.daily": Periodic(86_400, nothing)}


def slots(actor: Actor) -> list[tuple[str, int]]:
    with acting(actor) as unit:
        rows = unit.session.scalars(select(OutboxRow.args).where(OutboxRow.job == PERIODIC_JOB))
        return sorted((args["name"], args["slot"]) for args in rows)


def test_it_rings_for_what_is_due_and_not_for_what_is_held(rung: list[str]) -> None:
    owner = make_team()
    with acting(owner):
        outbox.put("test.job", {}, queue_name=queue.MAIL, delay=timedelta(seconds=60))
        outbox.put("test.job", {}, queue_name=queue.WORK, delay=timedelta(seconds=-1))
    rung.clear()
    Clock({}).tick()
    assert rung == [queue.WORK]


def test_a_ring_that_was_lost_is_made_up_for(rung: list[str]) -> None:
    owner = make_team()
    with acting(owner):
        outbox.put("test.job", {}, queue_name=queue.MAIL)
    ticking = Clock({})
    rung.clear()
    for _ in range(3):
        ticking.tick()
    assert rung == [queue.MAIL] * 3
    outbox.claim(queue.MAIL)
    ticking.tick()
    assert rung == [queue.MAIL] * 3


def test_every_team_is_owed_each_slot_once_whoever_leads(rung: list[str]) -> None:
    teams = [make_team() for _ in range(3)]
    at = datetime.fromisoformat("2026-06-01T12:00:00+00:00")
    first = Clock(SCHEDULE)
    for seconds in (0, 1, 9):
        with clock.shifted(lambda _, s=seconds: at + timedelta(seconds=s)):
            first.tick()
            Clock(SCHEDULE).tick()
    for actor in teams:
        assert [name for name, _ in slots(actor)] == ["test.daily", "test.often"]
    with clock.shifted(lambda _: at + timedelta(seconds=10)):
        first.tick()
    for actor in teams:
        assert [name for name, _ in slots(actor)] == ["test.daily", "test.often", "test.often"]


def test_a_clock_that_jumps_back_owes_nothing_twice(rung: list[str]) -> None:
    owner = make_team()
    at = datetime.fromisoformat("2026-06-01T12:00:00+00:00")
    ticking = Clock(SCHEDULE)
    for jump in (timedelta(0), -timedelta(hours=1), timedelta(0), timedelta(days=1), timedelta(0)):
        with clock.shifted(lambda _, j=jump: at + j):
            ticking.tick()
    found = slots(owner)
    assert len(found) == len(set(found))


def test_a_tick_within_a_slot_asks_for_no_team(
    rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_team()
    ticking = Clock(SCHEDULE)
    at = datetime.fromisoformat("2026-06-01T12:00:00+00:00")
    with clock.shifted(lambda _: at):
        ticking.tick()
        monkeypatch.setattr(clock_process.identity, "team_ids", lambda: pytest.fail("it asked"))
        ticking.tick()


def test_it_gives_a_sign_of_life(rung: list[str]) -> None:
    Clock({}).tick()
    with db.transaction():
        assert heartbeat.ages()["clock"] < 5


def test_only_one_leads_and_the_next_takes_over(
    rung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_process, "TICK_SECONDS", 0.02)
    ticks: list[str] = []
    stops = {name: threading.Event() for name in "ab"}

    def run(name: str) -> None:
        class Named(Clock):
            def tick(self) -> None:
                ticks.append(name)

        monkeypatch.setattr(clock_process, "Clock", Named)
        with clock_process._line() as line:
            clock_process._lead(line, stops[name])

    threads = {}
    for name in "ab":
        threads[name] = threading.Thread(target=run, args=(name,))
        threads[name].start()
        _until(lambda: ticks)
    _until(lambda: len(ticks) > 5)
    leader = ticks[0]
    assert set(ticks) == {leader}
    stops[leader].set()
    threads[leader].join(10)
    ticks.clear()
    _until(lambda: ticks)
    for name in "ab":
        stops[name].set()
        threads[name].join(10)
        assert not threads[name].is_alive()


def _until(true: object, seconds: float = 10.0) -> None:
    waited = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if true():  # type: ignore[operator]
            return
        waited.wait(0.02)
    pytest.fail("it did not happen")
