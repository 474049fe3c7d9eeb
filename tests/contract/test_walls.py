"""P7, generated: only the database's rows per team are left; foreign ids and managed fields in every place."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from community.core import db, schema
from community.web import openapi
from community.web.session import CommunityFlask
from tests.conftest import database_url
from tests.conftest_servers import Servers
from tests.contract.makers import KINDS
from tests.contract.route import API, Route
from tests.contract.table import ROUTES
from tests.contract.things import Thing
from tests.contract.world import World, lasting, text_of, told

READS = [route for route in ROUTES if route.reads and not route.public]
WRITES = [r for r in ROUTES if r.is_api and not r.public and r.method in ("POST", "PUT", "PATCH")]
FORMS = [r for r in ROUTES if not r.is_api and not r.reads and not r.public and not r.spends]
MANAGED = (
    "author_id",
    "canonical_id",
    "created_at",
    "created_by_id",
    "deleted_at",
    "id",
    "member_id",
    "state",
    "team_id",
    "updated_at",
    "user_id",
    "version",
)
"""What the server says of a thing. The version is said by If-Match."""

# Wherever a statement compares with a value: the team it is for, and the audience of an item.
_OF_A_TEAM = re.compile(r"\b(?:\w+\.)?team_id = (?:%\(\w+\)s|\$\d+)(?:::uuid)?", re.IGNORECASE)
_OF_AN_AUDIENCE = re.compile(r"\b(?:\w+\.)?audience = %\(\w+\)s(?:::\w+)?", re.IGNORECASE)


@contextmanager
def unfiltered() -> Iterator[list[int]]:
    """Every SELECT of the application loses its comparisons with a team and an audience."""
    taken: list[int] = []

    def forget(_conn: Any, _cursor: Any, sql: str, parameters: Any, *_more: Any) -> tuple[str, Any]:
        if not sql.lstrip().upper().startswith(("SELECT", "WITH")):
            return sql, parameters
        bare, teams = _OF_A_TEAM.subn("TRUE", sql)
        bare, audiences = _OF_AN_AUDIENCE.subn("TRUE", bare)
        taken.append(teams + audiences)
        return bare, parameters

    event.listen(db.engine(), "before_cursor_execute", forget, retval=True)
    try:
        yield taken
    finally:
        event.remove(db.engine(), "before_cursor_execute", forget)


@pytest.mark.parametrize("route", READS, ids=str)
def test_with_no_filter_of_the_application_no_foreign_row_is_read(
    world: World, route: Route
) -> None:
    for thing in _theirs(world, route):
        with unfiltered() as taken:
            answers = [
                world.send(world.people["author"], route, thing, query=query)
                for query in (route.query, *route.queries)
            ]
        assert taken
        for answer in answers:
            assert _told_of(world, text_of(answer) + str(answer.headers)) == []


def test_the_same_reads_tell_of_them_where_the_database_hides_nothing(
    world: World, servers: Servers, worker_database: str
) -> None:
    """Else the test before could not fail: with rights beyond the guard, lists show foreign rows."""
    list_of_people = next(r for r in READS if str(r) == f"GET {API}/people")
    theirs = world.fresh("person", "foreign")
    mighty = make_url(servers.postgres.superuser_dsn).set(database=worker_database)
    db.configure(mighty.render_as_string(hide_password=False))
    try:
        with unfiltered() as taken:
            answer = world.send(
                world.people["author"], list_of_people, _nothing(world), query="?sort=-updated"
            )
    finally:
        db.configure(database_url(servers, schema.APP, worker_database))
    assert sum(taken) > 0
    assert str(theirs.id) in text_of(answer), told(answer)


def _theirs(world: World, route: Route) -> list[Thing]:
    if route.of and "foreign" in KINDS[route.of].cases:
        return [world.thing(route.of, "foreign")]
    return [] if route.of else [_nothing(world)]


def _nothing(world: World) -> Thing:
    return Thing(world.people["author"], frozenset(), {})


def _told_of(world: World, said: str) -> list[str]:
    stranger = world.people["stranger"]
    things = [thing for thing in world.hidden_from("author") if thing.maker == stranger]
    return [secret for thing in things for secret in thing.secrets if secret in said]


class Document:
    """What the OpenAPI document says a route takes."""

    def __init__(self, app: CommunityFlask) -> None:
        self.spec: dict[str, Any] = app.test_client().get(f"{API}/openapi.json").json or {}
        self.operations = {
            (method.upper(), path): operation
            for path, method, operation in openapi.operations(self.spec)
        }

    def operation(self, route: Route) -> dict[str, Any]:
        """The route's operation."""
        return self.operations[route.method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.rule)]

    def body(self, route: Route) -> dict[str, Any]:
        """The schema of its JSON body; empty where it takes none."""
        content = self.operation(route).get("requestBody", {}).get("content", {})
        return self.resolved(content.get("application/json", {}).get("schema", {}))

    def resolved(self, found: dict[str, Any]) -> dict[str, Any]:
        """A schema instead of a reference to it."""
        for part in found.get("allOf", ()):
            found = {**found, **self.resolved(part)}
        name = found.get("$ref", "").rpartition("/")[2]
        return self.spec["components"]["schemas"][name] if name else found

    def ids(self, found: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        """Where in a body ids stand; `[]` is inside a list."""
        found = self.resolved(found)
        if found.get("format") == "uuid":
            yield place
        for name, inner in found.get("properties", {}).items():
            yield from self.ids(inner, (*place, name))
        for inner in [found[part] for part in ("items",) if part in found]:
            yield from self.ids(inner, (*place, "[]"))
        for inner in [one for part in ("anyOf", "oneOf") for one in found.get(part, ())]:
            yield from self.ids(inner, place)

    def objects(self, body: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """Every object in a body that is sent, by its place."""
        if isinstance(body, dict):
            yield place
            for name, inner in body.items():
                yield from self.objects(inner, (*place, name))
        if isinstance(body, list):
            for number, inner in enumerate(body):
                yield from self.objects(inner, (*place, number))


@pytest.fixture(scope="module")
def document(app: CommunityFlask) -> Document:
    return Document(app)


def _put(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The body with a value at a place; lists and objects on the way are made."""
    if not place:
        return value
    if place[0] == "[]":
        return [_put(None, place[1:], value)]
    if isinstance(place[0], int):
        return [_put(x, place[1:], value) if n == place[0] else x for n, x in enumerate(body)]
    inner = body if isinstance(body, dict) else {}
    return {**inner, place[0]: _put(inner.get(place[0]), place[1:], value)}


def _actor(world: World, route: Route, thing: Thing) -> Any:
    return world.people[route.by] if route.by else thing.maker


@pytest.mark.parametrize("route", [r for r in WRITES if not r.spends], ids=str)
def test_an_id_of_another_team_in_a_body_is_as_none_at_all(
    world: World, document: Document, route: Route
) -> None:
    thing = world.named_by(route)
    body, actor = route.body(world, thing), _actor(world, route, thing)
    foreign = [world.thing(kind, "foreign") for kind in KINDS if "foreign" in KINDS[kind].cases]
    for place in document.ids(document.body(route)):
        theirs = world.fingerprint_of("stranger")
        nobody = str(db.new_id())
        absent = _tried(world, route, actor, thing, _put(body, place, nobody), nobody)
        for each in foreign:
            # What was refused leaves the thing as it was.
            thing = thing if absent[0] >= 400 else world.named_by(route)
            sent = _put(body, place, str(each.id))
            answer = _tried(world, route, actor, thing, sent, str(each.id))
            assert answer == absent, f"{place}: {each.path}"
        assert world.fingerprint_of("stranger") == theirs, place


def _tried(
    world: World, route: Route, actor: Any, thing: Thing, body: Any, sent: str
) -> tuple[int, str]:
    """What an answer says, without ids and times of what it made."""
    answer = world.send(actor, route, thing, body=body)
    status, said = lasting(answer, sent)
    return (status, said) if status >= 400 else (status, "")


@pytest.mark.parametrize("route", [r for r in ROUTES if r.is_api and not r.public], ids=str)
def test_an_id_of_another_team_in_a_filter_is_as_none_at_all(
    world: World, document: Document, route: Route
) -> None:
    if not route.reads or route.rule.endswith("openapi.json"):
        return
    thing = world.named_by(route)
    for parameter in document.operation(route).get("parameters", ()):
        if parameter.get("in") != "query" or parameter["schema"].get("format") != "uuid":
            continue
        name, nobody = parameter["name"], str(db.new_id())
        actor = _actor(world, route, thing)
        absent = lasting(world.send(actor, route, thing, query=f"?{name}={nobody}"), nobody)
        for kind in KINDS:
            if "foreign" not in KINDS[kind].cases:
                continue
            theirs = str(world.thing(kind, "foreign").id)
            found = world.send(actor, route, thing, query=f"?{name}={theirs}")
            assert lasting(found, theirs) == absent, f"{name} of a {kind}"


@pytest.mark.parametrize("route", [r for r in WRITES if not r.uploads], ids=str)
def test_what_the_server_says_of_a_thing_is_refused_in_every_write(
    world: World, document: Document, route: Route
) -> None:
    declared = document.body(route).get("properties", {})
    if not declared:
        return
    thing = world.named_by(route)
    body, actor = route.body(world, thing), _actor(world, route, thing)
    world.api(actor)
    before = world.fingerprint()
    for place in document.objects(body):
        for name in MANAGED:
            if (not place and name in declared) or place[:1] == ("settings",):
                continue
            sent = _put(body, (*place, name), str(db.new_id()))
            answer = world.send(actor, route, thing, body=sent)
            assert answer.status_code == 422, f"{place} {name}: {told(answer)}"
            fields = [error["field"] for error in (answer.json or {})["errors"]]
            assert any(field.split(".")[-1] == name for field in fields), fields
    assert world.fingerprint() == before


def test_no_body_takes_what_only_the_server_says(document: Document) -> None:
    never = set(MANAGED) - {"id", "state", "version"}
    taken = {
        str(route): sorted(never & document.body(route).get("properties", {}).keys())
        for route in WRITES
    }
    assert {route: names for route, names in taken.items() if names} == {}


@pytest.mark.parametrize("route", FORMS, ids=str)
def test_what_the_server_says_of_a_thing_changes_nothing_in_a_form(
    world: World, route: Route
) -> None:
    """A page sends its own fields; what is put beside them reaches no row of another team."""
    thing = world.named_by(route)
    theirs, stranger = world.fingerprint_of("stranger"), world.people["stranger"]
    managed = {
        "team_id": str(stranger.team_id),
        "author_id": str(stranger.person_id),
        "created_by_id": str(stranger.person_id),
        "member_id": str(stranger.member_id),
        "user_id": str(stranger.user_id),
        "created_at": "2020-01-01T00:00:00Z",
        "state": "active",
    }
    body = route.body(world, thing)
    extra = {name: value for name, value in managed.items() if name not in body}
    plain = world.send(_actor(world, route, thing), route, thing, body={**body, **extra})
    assert plain.status_code == route.answers, told(plain)
    assert world.fingerprint_of("stranger") == theirs


@pytest.mark.parametrize("route", [r for r in ROUTES if r.reads], ids=str)
def test_no_answer_is_built_from_a_forged_host(world: World, route: Route) -> None:
    """No link, redirect or document names a host that the request claims."""
    thing = world.named_by(route)
    actor = None if route.public else _actor(world, route, thing)
    path = route.path({"team": actor.team_slug if actor else "", **thing.path}) + route.query
    headers = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "gopher",
        "X-Original-URL": "/evil.example",
        "Forwarded": "host=evil.example",
    }
    if route.is_api and actor is not None:
        headers["Authorization"] = f"Bearer {world.api(actor).token}"
        client = world.app.test_client()
    else:
        client = (world.portal(actor) if actor else world.nobody).client
    answer = client.get(path, headers=headers)
    assert answer.status_code < 500 or answer.status_code == route.answers
    assert "evil.example" not in text_of(answer) + str(answer.headers)
    assert "gopher:" not in text_of(answer) + str(answer.headers)
