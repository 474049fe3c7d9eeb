"""The scenarios: what is asked of each server, and how one round is measured."""

import http.client
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bench.load import World
from bench.servers import Farm
from community.core import slugs

ALL = ("ours", "floor", "plain")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Scenario:
    """One kind of request, and what is to be reached against the floor."""

    name: str
    reach: str
    request: Callable[[World], tuple[str, str, Any]]
    servers: tuple[str, ...] = ALL
    portal: bool = False


def _search(_world: World) -> tuple[str, str, Any]:
    words = ("elison", "jorg", "mara brandt", "okonjo", "goncalves")
    return "GET", f"/api/v1/search?q={words[next(_numbers) % 5].replace(' ', '%20')}", None


def _remembered(_world: World) -> tuple[str, str, Any]:
    """Words of notes, each in about twenty of them."""
    number = next(_numbers) % 40
    return "GET", f"/api/v1/search?q=topic{number}%20topic{number + 5}%20who%20moved", None


def _give(world: World) -> tuple[str, str, Any]:
    body = {
        "giver_id": str(world.me),
        "receiver_id": str(world.other),
        "kind": "advice",
        "story": f"An hour on draft {next(_numbers)}",
    }
    return "POST", "/api/v1/gives", body


SCENARIOS = (
    Scenario("list", "≤ 4", lambda _w: ("GET", "/api/v1/people?limit=50", None)),
    Scenario("person", "≤ 4", lambda w: ("GET", f"/api/v1/people/{w.outsider}", None)),
    Scenario(
        "timeline", "≤ 4", lambda w: ("GET", f"/api/v1/people/{w.outsider}/timeline?limit=20", None)
    ),
    Scenario("search", "≤ 3", _search),
    Scenario("words", "≤ 3", _remembered, ("ours", "floor")),
    Scenario("give", "≤ 4", _give),
    Scenario("pair", "≤ 4", lambda w: ("GET", f"/api/v1/reciprocity/people/{w.other}", None)),
    Scenario("today page", "", lambda w: ("GET", f"/t/{w.slug}/", None), ("ours",), portal=True),
    Scenario(
        "person page",
        "",
        lambda w: ("GET", f"/t/{w.slug}/people/{slugs.short_id(w.outsider)}", None),
        ("ours",),
        portal=True,
    ),
)


def measure(running: Farm, name: str, scenario: Scenario, requests: int) -> dict[str, float]:
    """One round over one connection: CPU ms a request, and wall p50 and p99 in ms."""
    server = running.servers[name]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    waits: list[float] = []
    before = server.cpu() + running.database_cpu()
    waits.extend(_send(connection, running.world, scenario) for _number in range(requests))
    spent = server.cpu() + running.database_cpu() - before
    connection.close()
    waits.sort()
    return {
        "cpu": spent / requests * 1000,
        "p50": waits[len(waits) // 2] * 1000,
        "p99": waits[int(len(waits) * 0.99)] * 1000,
    }


def _send(connection: http.client.HTTPConnection, world: World, scenario: Scenario) -> float:
    method, path, body = scenario.request(world)
    headers = {"Authorization": f"Bearer {world.token}"}
    if scenario.portal:
        headers = {"Cookie": f"community={world.session}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    start = time.perf_counter()
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    response = connection.getresponse()
    said = response.read()
    wait = time.perf_counter() - start
    if response.status in (301, 302) and scenario.portal:
        connection.request("GET", response.headers["Location"], headers=headers)
        response = connection.getresponse()
        said = response.read()
    if response.status >= 300:
        raise RuntimeError(f"{scenario.name}: {response.status} {said[:400]!r}")
    return wait


def statements(running: Farm, scenario: Scenario) -> int:
    """How many statements one request of ours sends, as PostgreSQL counts calls of it."""
    engine = create_engine(running.owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    server = running.servers["ours"]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    with engine.connect() as own:
        if not own.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'")):
            return -1
        own.execute(text("SELECT pg_stat_statements_reset()"))
        for _number in range(10):
            _send(connection, running.world, scenario)
        calls = own.scalar(
            text(
                "SELECT sum(calls) FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid"
                " WHERE r.rolname = 'community_app' AND toplevel"
                " AND query !~* '^(begin|commit|rollback|savepoint|release)'"
            )
        )
    connection.close()
    return round((calls or 0) / 10)
