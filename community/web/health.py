"""What watches the installation asks: is the process up, can it serve, how deep is the outbox.

`/readyz` fails (503) on what pages cannot do without, or on a clock that stands: the database,
its migrations, a clock older than ten minutes. The queue's server and mail may be away without
any page noticing, so they are reported as degraded and answer 200.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import orjson
import structlog
from flask import Flask, Response, request
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from community.core import db, heartbeat, outbox, queue
from community.core.revisions import newest_revision
from community.web.security import limiter
from community.web.session import public, without_transaction

log = structlog.get_logger(__name__)

CLOCK_LATE = 600.0
WORKER_LATE = 60.0
MAIL_LATE = 600.0


@dataclass(frozen=True)
class Check:
    """One answer; `needed` means that the installation cannot serve without it."""

    name: str
    ok: bool
    said: str
    needed: bool


def install(app: Flask) -> None:
    """Add the three addresses and count requests."""
    registry = CollectorRegistry()
    registry.register(_Outbox())
    requests = Counter(
        "community_requests",
        "Requests answered by this process.",
        ("endpoint", "method", "status"),
        registry=registry,
    )

    def note(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        requests.labels(endpoint, request.method, f"{response.status_code // 100}xx").inc()
        return response

    app.after_request(note)
    _add(app, "/healthz", "healthz", lambda: _answer({"status": "up"}, 200))
    _add(app, "/readyz", "readyz", readyz)
    _add(app, "/metrics", "metrics", lambda: _metrics(registry))


def _add(app: Flask, path: str, name: str, view: Callable[[], Response]) -> None:
    app.add_url_rule(path, name, limiter.exempt(without_transaction(public(view))))


def readyz() -> Response:
    """Whether this installation can serve, and what of it is away."""
    checks = run_checks()
    failed = [check for check in checks if not check.ok]
    unready = any(check.needed for check in failed)
    status = "unready" if unready else "degraded" if failed else "ready"
    body = {"status": status, "checks": {c.name: {"ok": c.ok, "said": c.said} for c in checks}}
    return _answer(body, 503 if unready else 200)


def run_checks() -> list[Check]:
    """Database, queue, clock and mail."""
    try:
        ages, revision, depths = _read_database()
    except SQLAlchemyError as error:
        log.error("readyz.database_away", error=type(error).__name__)
        return [Check("database", ok=False, said="away", needed=True), _queue()]
    current = revision == newest_revision()
    return [
        Check("database", ok=current, said="ok" if current else "migrations pending", needed=True),
        _queue(),
        _clock(ages.get("clock")),
        _mail(ages.get(f"worker:{queue.MAIL}"), depths.get(queue.MAIL, (0, 0.0))[1]),
    ]


def _read_database() -> tuple[dict[str, float], str | None, dict[str, tuple[int, float]]]:
    with db.transaction() as unit:
        revision = unit.session.scalar(text("SELECT version_num FROM alembic_version"))
        ages = heartbeat.ages()
    return ages, revision, outbox.depths()


def _queue() -> Check:
    try:
        policy = queue.eviction_policy()
    except RedisError as error:
        return Check("queue", ok=False, said=f"away: {type(error).__name__}", needed=False)
    kept = policy == "noeviction"
    said = "ok" if kept else f"maxmemory-policy is {policy}, set it to noeviction"
    return Check("queue", ok=kept, said=said, needed=False)


def _clock(age: float | None) -> Check:
    if age is None:
        return Check("clock", ok=False, said="never seen", needed=True)
    return Check("clock", ok=age <= CLOCK_LATE, said=f"seen {age:.0f} s ago", needed=True)


def _mail(age: float | None, oldest: float) -> Check:
    if age is None or age > WORKER_LATE:
        return Check("mail", ok=False, said="no worker on the queue “mail”", needed=False)
    late = oldest > MAIL_LATE
    said = f"mail waits since {oldest:.0f} s" if late else "ok"
    return Check("mail", ok=not late, said=said, needed=False)


class _Outbox(Collector):
    """Depth and age of the outbox, read when asked; sums over all teams only."""

    def collect(self) -> Iterable[Metric]:
        depth = GaugeMetricFamily("community_outbox_due", "Rows that are due.", labels=["queue"])
        oldest = GaugeMetricFamily(
            "community_outbox_oldest_seconds", "How long the oldest is due.", labels=["queue"]
        )
        beats = GaugeMetricFamily(
            "community_heartbeat_age_seconds", "Since a process was seen.", labels=["process"]
        )
        try:
            depths = outbox.depths()
            with db.transaction():
                ages = heartbeat.ages()
        except SQLAlchemyError:
            return
        for name in sorted({*queue.QUEUES, *depths}):
            due, age = depths.get(name, (0, 0.0))
            depth.add_metric([name], due)
            oldest.add_metric([name], age)
        for name, age in sorted(ages.items()):
            beats.add_metric([name], age)
        yield from (depth, oldest, beats)


def _metrics(registry: CollectorRegistry) -> Response:
    return Response(
        generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8"
    )


def _answer(body: object, status: int) -> Response:
    return Response(orjson.dumps(body), status=status, mimetype="application/json")
