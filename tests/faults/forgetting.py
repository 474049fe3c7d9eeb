"""What a queue's server does to the rings it holds: forgets them all, a few, or for want of memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from redis import Redis
from redis.exceptions import OutOfMemoryError

from tests.faults.rig import Rig

_ROOM = 256 * 1024
_FILLERS = 2_000


@contextmanager
def _line(rig: Rig) -> Iterator[Redis]:
    with Redis.from_url(rig.valkey.url, decode_responses=True) as client:
        yield client


def keys(rig: Rig, pattern: str) -> list[str]:
    """The keys of this pattern that the server holds now."""
    with _line(rig) as client:
        return [key for key in client.keys(pattern) if isinstance(key, str)]


def flush(rig: Rig) -> None:
    """FLUSHALL: every ring is forgotten."""
    rig.kills["FLUSHALL"] += 1
    with _line(rig) as client:
        client.flushall()


def evict(rig: Rig) -> None:
    """Memory gets short, and what was not used for longest is dropped: `allkeys-lru`."""
    rig.kills["eviction"] += 1
    with _line(rig) as client:
        before = client.info("stats")["evicted_keys"]
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("maxmemory", int(client.info("memory")["used_memory"]) + _ROOM)
        # With nothing left to drop it refuses, which is all the harder for the rings.
        with suppress(OutOfMemoryError):
            for number in range(_FILLERS):
                client.set(f"filler:{number}", "x" * 1024)
        client.config_set("maxmemory", 0)
        client.config_set("maxmemory-policy", "noeviction")
        client.delete("filler:0", *client.keys("filler:*"))
        assert client.info("stats")["evicted_keys"] > before


def forget_lists(rig: Rig) -> None:
    """The queues' lists go, the jobs they named stay."""
    _delete(rig, "rq:queue:*")


def forget_jobs(rig: Rig) -> None:
    """The jobs go, the lists still name them."""
    _delete(rig, "rq:job:*")


def _delete(rig: Rig, pattern: str) -> None:
    rig.kills[f"DEL {pattern}"] += 1
    with _line(rig) as client:
        for key in client.keys(pattern):
            client.delete(key)


FORGETTING: tuple[Callable[[Rig], None], ...] = (flush, evict, forget_lists, forget_jobs)
