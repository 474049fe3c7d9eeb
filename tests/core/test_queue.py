"""The doorbell: one ring waits, a server that is away is not waited for."""

import time
from collections.abc import Iterator

import pytest
from redis.exceptions import RedisError

from community.core import queue
from tests.conftest_servers import Servers


@pytest.fixture
def own_url(configured: None, servers: Servers) -> Iterator[str]:
    """The queue's server with a database number nobody else rings in."""
    url = servers.valkey.url.replace("db=0", "db=9")
    assert url != servers.valkey.url
    queue.configure(url)
    queue.redis().flushdb()
    yield url
    queue.configure(servers.valkey.url)


@pytest.fixture
def own_bell(own_url: str) -> str:
    """A queue whose bell only this test rings."""
    return queue.WORK


def waiting(name: str) -> int:
    return int(queue.redis().llen(queue.rq_queue(name).key))


def test_a_ring_carries_the_queue_s_name_only(own_bell: str) -> None:
    assert queue.ring(own_bell)
    (job,) = queue.rq_queue(own_bell).jobs
    assert (job.func_name, job.args, job.kwargs) == (queue.RING_JOB, [own_bell], {})
    assert job.timeout == queue.JOB_SECONDS


def test_a_ring_that_waits_is_not_doubled(own_bell: str) -> None:
    for _ in range(5):
        assert queue.ring(own_bell)
    assert waiting(own_bell) == 1


def test_each_queue_has_its_own_bell(own_bell: str) -> None:
    queue.ring(queue.WORK)
    queue.ring(queue.MAIL)
    assert (waiting(queue.WORK), waiting(queue.MAIL)) == (1, 1)


def test_a_server_that_is_away_is_no_error_and_costs_one_try(
    own_bell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.configure("redis://127.0.0.1:1/0")
    assert not queue.ring(own_bell)
    monkeypatch.setattr(queue, "rq_queue", lambda name: pytest.fail("it was asked again"))
    began = time.monotonic()
    assert not queue.ring(own_bell)
    assert time.monotonic() - began < 0.1


def test_a_server_that_came_back_is_rung_again(
    own_url: str, own_bell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_name: str) -> None:
        raise RedisError

    monkeypatch.setattr(queue, "AWAY_SECONDS", 0.05)
    with monkeypatch.context() as patch:
        patch.setattr(queue, "rq_queue", away)
        assert not queue.ring(own_bell)
    assert not queue.ring(own_bell)
    time.sleep(0.06)
    assert queue.ring(own_bell)


def test_the_run_s_server_evicts_nothing(own_bell: str) -> None:
    assert queue.eviction_policy() == "noeviction"
