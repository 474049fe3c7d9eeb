"""What reading does and shows: it changes nothing, and hidden words reach nobody."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from community.identity.models import Actor
from tests.contract.makers import KINDS
from tests.contract.route import Route
from tests.contract.table import ROUTES
from tests.contract.things import Thing
from tests.contract.world import EVERYBODY, World, lasting, text_of, told
from tests.web_client import Portal

READS = [route for route in ROUTES if route.reads and not route.public]
ACTS = [route for route in ROUTES if not route.reads and not route.public]


@pytest.mark.parametrize("route", [r for r in ROUTES if r.reads], ids=str)
def test_reading_changes_nothing(world: World, route: Route) -> None:
    thing = world.named_by(route)
    actor = world.people[route.by] if route.by else thing.maker
    nobody = Portal(world.app)

    def read() -> TestResponse:
        if route.public:
            return nobody.get("/" + route.path(thing.path), buffered=True)
        return world.send(actor, route, thing)

    read()
    before = world.fingerprint()
    response = read()
    after = world.fingerprint()
    assert response.status_code == route.answers, told(response)
    assert {name for name in before if before[name] != after[name]} == set()


@pytest.mark.parametrize("route", [r for r in ACTS if not r.of and not r.spends], ids=str)
def test_answers_to_acts_name_nothing_hidden(world: World, route: Route) -> None:
    for who in ("other", "owner"):
        thing = Thing(world.people[who], frozenset(), {})
        response = world.send(world.people[who], route, thing)
        _assert_says_nothing_of(world.hidden_from(who), response, route)


@pytest.mark.parametrize("who", EVERYBODY)
def test_what_others_keep_to_themselves_changes_and_says_nothing_where_one_reads(
    world: World, who: str
) -> None:
    """Lists, counts, searches, sums and pages are the same whether or not it is there."""
    world.hidden_from(who)
    world.lay_in_spares()
    for route in READS:
        if route.rule.endswith((".csv", ".vcf", "/export", "/card", "/cards")):
            # The first time in a day is noted in the audit, which is among what is read.
            _read(world, route, who)
    world.let_notices_arrive()
    before = _all_answers(world, who)
    world.hide_more(who)
    after = _all_answers(world, who)
    assert {name: after[name] for name in before if before[name] != after[name]} == {}


@pytest.mark.parametrize("route", [r for r in ACTS if r.refers], ids=str)
def test_a_hidden_person_cannot_be_referred_to(world: World, route: Route) -> None:
    actor = world.people["other"]
    thing = Thing(actor, frozenset(), {})
    if route.of:
        thing = world.fresh(route.of, "team")
    body = route.body(world, thing)
    world.portal(actor).get("/settings/profile")  # the last act's message is shown once
    for name in route.refers:
        nobody = world.absent("person").path["person_id"]
        refused = lasting(world.send(actor, route, thing, body={**body, name: nobody}), nobody)
        assert refused[0] in (404, 422), refused
        for case in ("private", "people", "circle", "guest", "foreign"):
            hidden = world.thing("person", case).path["person_id"]
            before = world.fingerprint()
            response = world.send(actor, route, thing, body={**body, name: hidden})
            assert lasting(response, hidden) == refused, case
            assert world.fingerprint() == before


@pytest.mark.parametrize("route", READS, ids=str)
def test_the_database_hides_other_teams_when_the_application_takes_the_wrong_one(
    world: World, route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request acts as the stranger, in the stranger's team; the transaction is set to ours."""
    stranger, foreign = world.people["stranger"], world.hidden_from("author")
    foreign = [thing for thing in foreign if thing.maker == stranger]
    things = [world.thing(route.of, "foreign")] if _has(route, "foreign") else [_nobody(world)]
    with _acting_as(world, stranger, monkeypatch):
        for thing in things:
            for query in (route.query, *route.queries):
                answer = world.send(world.people["author"], route, thing, query=query)
                _assert_says_nothing_of(foreign, answer, route)


@contextmanager
def _acting_as(world: World, stranger: Actor, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    gate, ours = world.app.gate, world.people["author"]
    wrong = replace(
        stranger, scopes=frozenset({"read", "write", "admin"}), team_slug=ours.team_slug
    )

    changed = replace(
        gate,
        opened_actor=lambda _opened: wrong,
        note_use_due=lambda _opened, _digest: None,
        after_token_use=lambda _actor, _digest: None,
    )
    monkeypatch.setattr(world.app, "gate", changed)
    yield
    monkeypatch.setattr(world.app, "gate", gate)


def _has(route: Route, case: str) -> bool:
    return bool(route.of) and case in KINDS[route.of].cases


def _nobody(world: World) -> Thing:
    return Thing(world.people["author"], frozenset(), {})


def _read(world: World, route: Route, who: str) -> list[TestResponse]:
    thing = world.shown(route.of, who) if route.of else _nobody(world)
    if thing is None:
        return []
    actor = world.people[who]
    return [world.send(actor, route, thing, query=query) for query in (route.query, *route.queries)]


def _all_answers(world: World, who: str) -> dict[str, list[tuple[int, str]]]:
    world.portal(world.people[who]).get("/settings/profile")  # the last act's message is shown once
    hidden, answers = world.hidden_from(who), {}
    for route in READS:
        read = _read(world, route, who)
        for response in read:
            _assert_says_nothing_of(hidden, response, route)
        answers[str(route)] = [_standing(lasting(response), route) for response in read]
    return answers


def _standing(answer: tuple[int, str], route: Route) -> tuple[int, str]:
    """An answer without what it tells of as gone, where that is what it is for."""
    status, said = answer
    if not route.tells_deletions or status != 200:
        return answer
    body = json.loads(said)
    kept = [item for item in body["items"] if item["state"] != "deleted"]
    # Its cursor moves on with what it told.
    return status, json.dumps(kept)


def _assert_says_nothing_of(hidden: list[Thing], response: TestResponse, route: Route) -> None:
    _status, text = _standing((response.status_code, text_of(response)), route)
    said = text + str(response.headers)
    secrets = [secret for thing in hidden for secret in thing.secrets]
    assert [secret for secret in secrets if secret in said] == []
