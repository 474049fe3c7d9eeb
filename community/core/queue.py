"""The doorbell: RQ tells a worker that a queue has something due, and nothing more.

A ring carries the queue's name only. A lost ring is made up for by the sweeper, a double
one finds nothing to claim. Redis away is therefore logged and never an error.
"""

import structlog
from redis import ConnectionPool, Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

log = structlog.get_logger(__name__)

MAIL = "mail"
WORK = "work"
QUEUES = (MAIL, WORK)
RING_JOB = "community.worker.answer_ring"
JOB_SECONDS = 45

_redis: Redis | None = None


def configure(url: str) -> None:
    """Point this process at its Redis or Valkey. Nothing is connected until the first ring."""
    global _redis
    pool = ConnectionPool.from_url(url, socket_timeout=2, socket_connect_timeout=1)
    _redis = Redis(connection_pool=pool)


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
    """Ring a queue's bell; False when the queue's server is away (the sweeper rings again)."""
    try:
        rq_queue(name).enqueue(RING_JOB, name, result_ttl=0, failure_ttl=60, ttl=120)
    except RedisError as error:
        log.warning("queue.away", queue=name, error=type(error).__name__)
        return False
    return True


def eviction_policy() -> str:
    """The server's `maxmemory-policy`; anything but `noeviction` can drop rings under load."""
    reply = redis().config_get("maxmemory-policy")
    return str(reply.get("maxmemory-policy", "unknown"))
