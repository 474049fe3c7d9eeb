"""Worker and clock as real processes, on servers of this test's own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from community.core import db, heartbeat, outbox, queue, schema
from community.embedded.valkey import Valkey
from community.identity.models import Actor
from community.worker import PERIODIC_JOB
from tests.conftest import database_url
from tests.conftest_servers import Servers
from tests.factories.identity import acting, make_team
from tests.web_client import BASE_URL

COMMAND = "from community.embedded.program import main; main()"


@pytest.fixture
def bell(tmp_path: Path, servers: Servers) -> Iterator[Valkey]:
    """A Valkey that this test may stop and start."""
    valkey = Valkey(tmp_path / "bell")
    valkey.start()
    queue.configure(valkey.url)
    yield valkey
    valkey.stop()
    queue.configure(servers.valkey.url)


@pytest.fixture
def environment(
    fresh_database: str, servers: Servers, bell: Valkey, tmp_path: Path
) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_url(servers, schema.APP, fresh_database),
        "REDIS_URL": bell.url,
        "BASE_URL": BASE_URL,
        "SECRET_KEYS": "k" * 40,
        "COMMUNITY_DATA": str(tmp_path),
    }


@contextmanager
def running(environment: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours; it is asked to stop at the end and must do so by itself."""
    process = subprocess.Popen([sys.executable, "-c", COMMAND, *arguments], env=environment)
    try:
        yield process
        assert process.poll() is None, "the process left by itself"
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.wait()


def until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def owe(actor: Actor) -> None:
    with acting(actor):
        outbox.put(PERIODIC_JOB, {"name": "outbox.prune", "slot": 1}, queue_name=queue.WORK)


def left(actor: Actor) -> int:
    with db.transaction(actor.team_id) as unit:
        due = text(
            "SELECT count(*) FROM outbox WHERE next_at IS NOT NULL AND args ->> 'slot' = '1'"
        )
        return unit.session.scalar(due) or 0


def beats() -> set[str]:
    with db.transaction():
        return set(heartbeat.ages())


@pytest.mark.timeout(400)
def test_a_worker_and_a_clock_go_on_whatever_becomes_of_the_bell(
    environment: dict[str, str], bell: Valkey
) -> None:
    owner = make_team()
    owe(owner)
    with running(environment, "worker", "work"), running(environment, "clock"):
        until(lambda: left(owner) == 0, 90)
        until(lambda: beats() == {"clock", "worker:work"}, 90)
        owe(owner)
        queue.redis().flushall()
        until(lambda: left(owner) == 0, 90)
        bell.stop()
        owe(owner)
        until(lambda: left(owner) == 0, 90)
        bell.start()
        owe(owner)
        until(lambda: left(owner) == 0, 90)
        assert beats() == {"clock", "worker:work"}, "both are alive and say so"
