"""The doorbell: RQ tells a worker that a queue has something due, and nothing more.

A ring carries the queue's name only. A lost ring is made up for by the sweeper, a double
one finds nothing to claim. Redis away is therefore logged and never an error, and it is not
tried again for a few seconds, so that no request waits for it twice.
"""

import time

import structlog
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

log = structlog.get_logger(__name__)

MAIL = "mail"
WORK = "work"
QUEUES = (MAIL, WORK)
RING_JOB = "community.worker.answer_ring"
JOB_SECONDS = 45
AWAY_SECONDS = 3.0
_RING_TTL = 120

_url: str | None = None
_redis: Redis | None = None
_away_until = 0.0


def configure(url: str) -> None:
    """Point this process at its Redis or Valkey. Nothing is connected until the first ring."""
    global _url, _redis, _away_until
    if _redis is not None:
        _redis.close()
        _redis.connection_pool.disconnect()
    _url, _away_until = url, 0.0
    _redis = connect(seconds=2)


def connect(*, seconds: float | None) -> Redis:
    """A connection of its own; `seconds` is how long one answer may take (None: the user says)."""
    if _url is None:
        raise RuntimeError("core.queue.configure() was not called")
    pool = ConnectionPool.from_url(
        _url,
        socket_timeout=seconds,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 0),
    )
    return Redis(connection_pool=pool)


def redis() -> Redis:
    """The connection to the queue's server."""
    if _redis is None:
        raise RuntimeError("core.queue.configure() was not called")
    return _redis


def rq_queue(name: str, connection: Redis | None = None) -> Queue:
    """The RQ queue of this name, with the JSON serializer on both sides."""
    return Queue(
        name,
        connection=connection or redis(),
        serializer=JSONSerializer,
        default_timeout=JOB_SECONDS,
    )


def ring(name: str) -> bool:
    """Ring a queue's bell; False when the queue's server is away (the sweeper rings again).

    A ring that still waits will be answered after this commit, so a second one adds nothing.
    """
    global _away_until
    if time.monotonic() < _away_until:
        return False
    try:
        bell = rq_queue(name)
        if not redis().llen(bell.key):
            bell.enqueue(RING_JOB, name, result_ttl=0, failure_ttl=_RING_TTL, ttl=_RING_TTL)
    except RedisError as error:
        _away_until = time.monotonic() + AWAY_SECONDS
        log.warning("queue.away", queue=name, error=type(error).__name__)
        return False
    _away_until = 0.0
    return True


def eviction_policy() -> str:
    """The server's `maxmemory-policy`; anything but `noeviction` can drop rings under load."""
    reply = redis().config_get("maxmemory-policy")
    return str(reply.get("maxmemory-policy", "unknown"))
