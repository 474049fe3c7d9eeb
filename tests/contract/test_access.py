"""The access matrix: who may use which route, generated from the table and held against the app."""

import pytest

from community.accounts.models import SCOPES
from community.web.session import CommunityFlask
from tests.contract.makers import KINDS
from tests.contract.route import Route
from tests.contract.table import ROUTES
from tests.contract.things import Thing
from tests.contract.world import EVERYBODY, World, lasting, told
from tests.faults.sizes import size
from tests.web_client import BASE_URL, Portal

CLOSED = [route for route in ROUTES if not route.public]
NAMING = [route for route in CLOSED if route.of]
ROLE_OF = {
    "author": "member",
    "named": "member",
    "other": "member",
    "guest": "guest",
    "steward": "steward",
}
# Of those who must not know of a thing, how many ask for it at each route.
STRANGERS = size(3, len(EVERYBODY))
ROLES = {"owner": "owner", "steward": "steward", "member": "other", "guest": "guest"}


def test_every_route_is_in_the_table(app: CommunityFlask) -> None:
    there = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    known = {(route.method, route.rule) for route in ROUTES}
    assert len(known) == len(ROUTES), "a route is in the table twice"
    assert there - known == set(), "routes without a contract"
    assert known - there == set(), "contracts of routes that are gone"


@pytest.mark.parametrize("route", CLOSED, ids=str)
def test_without_credentials_nothing_opens(world: World, route: Route) -> None:
    thing = _some_thing(world, route)
    path = route.path({"team": world.people["owner"].team_slug, **thing.path})
    client = Portal(world.app).client
    response = client.open(path, method=route.method, base_url=BASE_URL)
    if route.is_api:
        assert response.status_code == 401
        assert response.json["code"] == "no_token"
        assert response.headers["WWW-Authenticate"] == "Bearer"
    elif route.reads:
        assert response.status_code == 303
        assert response.headers["Location"].startswith("/login?next=")
    else:
        assert response.status_code == 400, "a form without its CSRF token"
        signed_out = Portal(world.app)
        signed_out.get("//login")
        assert signed_out.post(f"/{path}" if "/t/" not in path else path).status_code == 401


@pytest.mark.parametrize("route", [r for r in ROUTES if r.public], ids=str)
def test_what_is_public_asks_for_no_sign_in(world: World, route: Route) -> None:
    thing = world.named_by(route)
    browser = Portal(world.app)
    browser.get("//login")
    path = "/" + route.path(thing.path)
    if route.reads:
        response = browser.get(path)
    else:
        body = route.body(world, thing)
        if not route.proof:
            assert browser.post(path, body, csrf=False).status_code == 400
        response = browser.post(path, body, csrf=not route.proof)
    assert response.status_code == route.answers, told(response)


@pytest.mark.parametrize("route", NAMING, ids=str)
def test_what_is_hidden_answers_as_if_it_were_not_there(world: World, route: Route) -> None:
    absent, never = world.absent(route.of), {}
    for number, case in enumerate(KINDS[route.of].cases):
        thing = world.thing(route.of, case)
        for who in _strangers_to(world, thing, NAMING.index(route) + number):
            actor = world.people[who]
            if who not in never:
                never[who] = nothing = lasting(world.send(actor, route, absent))
                by_role = nothing[0] == 403 and ROLE_OF.get(who, "owner") not in route.roles
                assert nothing[0] == 404 or by_role, f"{who} asks for what never was: {nothing}"
            answer = lasting(world.send(actor, route, thing))
            assert answer == never[who], f"{who} asks for a thing of {case}"


def _strangers_to(world: World, thing: Thing, turn: int) -> list[str]:
    """Who must not know of it: some of them by turns, so that each asks for each kind of thing."""
    strangers = [who for who in world.people if who not in thing.knowers]
    turned = strangers[turn % len(strangers) :] + strangers[: turn % len(strangers)]
    return turned[:STRANGERS]


@pytest.mark.parametrize(
    "route", [r for r in CLOSED if not r.is_api and "<team>" in r.rule], ids=str
)
def test_the_pages_of_a_foreign_team_are_not_there(world: World, route: Route) -> None:
    stranger = world.people["stranger"]
    thing = _some_thing(world, route)
    foreign = {"team": world.people["owner"].team_slug}
    nowhere = {"team": "no-such-team"}
    answer = lasting(world.send(stranger, route, thing, path=foreign))
    assert answer[0] == 404
    assert answer == lasting(world.send(stranger, route, thing, path=nowhere))


@pytest.mark.parametrize("route", CLOSED, ids=str)
def test_whoever_made_it_may(world: World, route: Route) -> None:
    thing = world.named_by(route)
    actor = world.people[route.by] if route.by else thing.maker
    # The one scope is enough; a token that makes tokens needs those that it hands on.
    handed_on = route.body(world, thing).get("scopes", ())
    enough = {"scopes": tuple({route.needs, *handed_on})} if route.is_api else {}
    response = world.send(actor, route, thing, **enough)
    assert response.status_code == route.answers, told(response)


@pytest.mark.parametrize("route", CLOSED, ids=str)
def test_a_role_may_what_the_table_says(world: World, route: Route) -> None:
    for role, who in ROLES.items():
        thing = _seen_by(world, route, who)
        if thing is None or (route.spends and role in route.roles):
            continue
        response = world.send(world.people[who], route, thing)
        wanted = route.answers if role in route.roles else route.refusal
        assert response.status_code == wanted, f"{role}: {told(response)}"


@pytest.mark.parametrize("route", [r for r in CLOSED if r.is_api], ids=str)
def test_a_token_without_the_scope_is_refused(world: World, route: Route) -> None:
    thing = _some_thing(world, route)
    actor = world.people[route.by or "author"]
    lacking = tuple(scope for scope in SCOPES if scope != route.needs)
    response = world.send(actor, route, thing, scopes=lacking)
    assert response.status_code == 403
    assert response.json["code"] == "scope_missing"


@pytest.mark.parametrize("route", [r for r in CLOSED if not r.is_api and not r.reads], ids=str)
def test_a_form_without_its_token_does_nothing(world: World, route: Route) -> None:
    thing = _some_thing(world, route)
    actor = thing.maker if route.of else world.people[route.by or "author"]
    world.portal(actor)
    body = route.body(world, thing)
    before = world.fingerprint()
    assert world.send(actor, route, thing, csrf=False, body=body).status_code == 400
    assert world.fingerprint() == before


def _some_thing(world: World, route: Route) -> Thing:
    if route.of:
        return world.thing(route.of, KINDS[route.of].cases[0])
    return Thing(world.people["author"], frozenset(), {})


def _seen_by(world: World, route: Route, who: str) -> Thing | None:
    """Something that this person sees and has not made, fresh where it will be acted on."""
    if not route.of:
        return Thing(world.people[who], frozenset(), {})
    cases = KINDS[route.of].cases
    case = "guest" if who == "guest" else "team"
    if case not in cases:
        return None
    thing = world.thing(route.of, case) if route.reads else world.fresh(route.of, case)
    return thing if who in thing.knowers or route.refusal == 404 else None
