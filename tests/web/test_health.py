"""What watches the installation asks."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from community.core import db, heartbeat, outbox, queue, schema
from community.identity.models import Actor
from community.web import health
from community.web.session import CommunityFlask
from tests.conftest import database_url
from tests.conftest_servers import Servers
from tests.factories.identity import acting, make_team
from tests.web_client import BASE_URL


@pytest.fixture
def alive(app: CommunityFlask, fresh_database: str) -> CommunityFlask:
    """An installation whose clock and mail worker were seen just now."""
    for name in ("clock", "worker:mail"):
        heartbeat.beat(name)
    return app


@pytest.fixture
def queue_away(servers: Servers) -> Iterator[None]:
    queue.configure("redis://127.0.0.1:1/0")
    yield
    queue.configure(servers.valkey.url)


def age(name: str, seconds: int) -> None:
    with db.transaction() as unit:
        unit.session.execute(
            text(
                "UPDATE heartbeats SET beat_at = clock_timestamp() - make_interval(secs => :age) WHERE name = :name"
            ),
            {"age": seconds, "name": name},
        )


def ask(app: CommunityFlask) -> tuple[int, str, dict[str, bool]]:
    answer = app.test_client().get("/readyz", base_url=BASE_URL)
    checks = {name: check["ok"] for name, check in answer.json["checks"].items()}
    return answer.status_code, answer.json["status"], checks


def test_a_living_process_says_so_without_asking_anyone(
    app: CommunityFlask, queue_away: None
) -> None:
    answer = app.test_client().get("/healthz", base_url=BASE_URL)
    assert (answer.status_code, answer.json) == (200, {"status": "up"})


def test_a_whole_installation_is_ready(alive: CommunityFlask) -> None:
    assert ask(alive) == (
        200,
        "ready",
        {"database": True, "queue": True, "clock": True, "mail": True},
    )


def test_a_clock_that_stands_is_not_ready(alive: CommunityFlask) -> None:
    age("clock", 599)
    assert ask(alive)[0] == 200
    age("clock", 601)
    status, word, checks = ask(alive)
    assert (status, word, checks["clock"]) == (503, "unready", False)


def test_a_clock_that_was_never_seen_is_not_ready(app: CommunityFlask, fresh_database: str) -> None:
    assert ask(app)[0] == 503


def test_pages_do_not_need_the_queue_s_server(alive: CommunityFlask, queue_away: None) -> None:
    status, word, checks = ask(alive)
    assert (status, word, checks["queue"]) == (200, "degraded", False)


def test_mail_without_a_worker_or_long_overdue_is_told(alive: CommunityFlask) -> None:
    owner = make_team()
    with acting(owner):
        outbox.put("test.job", {}, queue_name=queue.MAIL)
    assert ask(alive)[2]["mail"]
    with acting(owner) as unit:
        unit.session.execute(
            text("UPDATE outbox SET next_at = clock_timestamp() - interval '11 minutes'")
        )
    assert ask(alive)[1:] == (
        "degraded",
        {"database": True, "queue": True, "clock": True, "mail": False},
    )
    with acting(owner) as unit:
        unit.session.execute(text("UPDATE outbox SET next_at = NULL"))
    age("worker:mail", 61)
    assert not ask(alive)[2]["mail"]


def test_pending_migrations_are_not_ready(
    alive: CommunityFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "newest_revision", lambda: "a later one")
    status, _, checks = ask(alive)
    assert (status, checks["database"]) == (503, False)


def test_a_database_that_is_away_is_not_ready(
    alive: CommunityFlask, servers: Servers, worker_database: str
) -> None:
    db.configure("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    try:
        status, word, checks = ask(alive)
    finally:
        db.configure(database_url(servers, schema.APP, worker_database))
    assert (status, word, checks) == (503, "unready", {"database": False, "queue": True})


def test_metrics_tell_depth_age_and_requests_and_no_names(
    alive: CommunityFlask, owner: Actor
) -> None:
    with acting(make_team("Northlight")):
        for _ in range(3):
            outbox.put("test.job", {}, queue_name=queue.WORK)
    alive.test_client().get("/healthz", base_url=BASE_URL)
    body = alive.test_client().get("/metrics", base_url=BASE_URL).get_data(as_text=True)
    assert 'community_outbox_due{queue="work"} 3.0' in body
    assert 'community_outbox_due{queue="mail"} 0.0' in body
    assert 'community_heartbeat_age_seconds{process="clock"}' in body
    assert 'community_requests_total{endpoint="healthz",method="GET",status="2xx"}' in body
    assert "northlight" not in body.lower()
