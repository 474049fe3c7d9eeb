"""Every page of the portal: whole and in part, without script, within its budget, and clean."""

import gzip
import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from community.core import clock
from community.identity.models import Actor
from tests.contract.conftest import admin, world  # noqa: F401
from tests.contract.route import Route
from tests.contract.table import ROUTES
from tests.contract.world import World, told
from tests.factories.identity import acting, make_member, make_team
from tests.factories.ledger import acknowledge, log_give, say_thanks
from tests.factories.people import make_note, make_person
from tests.web_client import Portal

PORTAL = [route for route in ROUTES if not route.is_api]
HEALTH = ("/healthz", "/readyz", "/metrics", "/static")
PAGES = [route for route in PORTAL if route.reads and not route.rule.startswith(HEALTH)]
FORMS = [route for route in PORTAL if not route.reads]
KIB = 1024
PAGE_BYTES, PAGE_NODES, PART_BYTES = 15 * KIB, 900, 3 * KIB
_HANDLER = re.compile(r"^on[a-z]+$")
# htmx runs what these hold as script.
_SCRIPTED = ("hx-on", "hx-vals", "hx-headers", "hx-vars")


def ask(
    world: World,
    route: Route,
    *,
    partial: bool = False,
    query: str | None = None,
) -> TestResponse:
    """The answer to a page's GET, as whoever may read it."""
    thing = world.named_by(route)
    if route.public:
        return Portal(world.app).get("/" + route.path(thing.path), partial=partial)
    actor = world.people[route.by] if route.by else thing.maker
    path = route.path({"team": actor.team_slug, **thing.path})
    path += route.query if query is None else query
    portal = world.portal(actor)
    return portal.get(path if "<team>" in route.rule else f"/{path}", partial=partial)


@pytest.mark.parametrize("route", PAGES, ids=str)
def test_a_page_answers_whole_and_in_part(world: World, route: Route) -> None:
    for partial in (False, True):
        response = ask(world, route, partial=partial)
        assert response.status_code == route.answers, told(response)
    if route.answers == 200 and "<team>" in route.rule:
        page, part = ask(world, route), ask(world, route, partial=True)
        assert b"<h1" in page.data or not route.is_page
        assert b"<html" not in part.data, "a part brings no shell"


@pytest.mark.parametrize("route", FORMS, ids=str)
def test_a_form_without_script_leads_on_or_comes_back(
    world: World,
    route: Route,
) -> None:
    """303 to a page of ours, or 422 with the form and its messages; sent whole, and sent empty."""
    for body in (None, {}):
        thing = world.named_by(route)
        if route.public:
            browser = Portal(world.app)
            browser.get("//login")
            sent = route.body(world, thing) if body is None else body
            response = browser.post("/" + route.path(thing.path), sent)
        else:
            actor = world.people[route.by] if route.by else thing.maker
            response = world.send(actor, route, thing, body=body)
        if body is None:
            assert response.status_code == route.answers, told(response)
        assert response.status_code in (200, 303, 404, 422), told(response)
        if response.status_code == 303:
            where = response.headers["Location"]
            assert where.startswith("/"), where
            assert not where.startswith("//"), where
        elif response.status_code == 422:
            page = BeautifulSoup(response.get_data(as_text=True), "html.parser")
            assert page.select('form[method="post"]'), "the form comes back"
            assert page.select('[role="alert"], .error'), "and says what to mend"


@pytest.mark.parametrize("route", PAGES, ids=str)
def test_a_page_holds_no_script_or_style_of_its_own(world: World, route: Route) -> None:
    for query in (route.query, *route.queries):
        response = ask(world, route, query=query)
        if response.mimetype == "text/html":
            assert _breaches(response.get_data(as_text=True)) == []


def _breaches(html: str) -> list[str]:
    found = []
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        names = {name.lower() for name in tag.attrs}
        if "style" in names or tag.name == "style":
            found.append(f"style: {str(tag)[:120]}")
        if tag.name == "script" and (tag.get("src") is None or tag.get_text(strip=True)):
            found.append(f"script: {str(tag)[:120]}")
        if any(_HANDLER.match(name) or name.startswith(_SCRIPTED) for name in names):
            found.append(f"handler: {str(tag)[:120]}")
        for name in ("href", "src", "action", "formaction"):
            if str(tag.get(name, "")).strip().lower().startswith(("javascript:", "data:", "//")):
                found.append(f"address: {str(tag)[:120]}")
    return found


@pytest.mark.parametrize("route", [r for r in ROUTES if r.reads], ids=str)
def test_every_answer_carries_the_policy_and_is_kept_by_nobody(
    world: World,
    route: Route,
) -> None:
    if route.is_api and not route.public:
        thing = world.named_by(route)
        actor = world.people[route.by] if route.by else thing.maker
        response = world.send(actor, route, thing)
    else:
        response = ask(world, route)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if not route.rule.startswith("/static"):
        kept = response.headers["Cache-Control"]
        # A picture's address, or its ETag, is another one with each picture.
        is_picture = response.mimetype == "image/jpeg"
        assert kept.startswith("private, ") if is_picture else kept == "no-store"


@pytest.mark.parametrize("route", PAGES, ids=str)
def test_ids_and_labels_of_a_page_fit(world: World, route: Route) -> None:
    """No id twice, every label and description points to something, one h1, every field is named."""
    response = ask(world, route)
    if response.mimetype != "text/html" or response.status_code != 200:
        return
    page = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    ids = [str(tag["id"]) for tag in page.find_all(id=True)]
    assert sorted({name for name in ids if ids.count(name) > 1}) == []
    pointing = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list")
    dangling = [
        f"{name}={target}"
        for name in pointing
        for tag in page.find_all(attrs={name: True})
        for target in str(tag[name] if isinstance(tag[name], str) else " ".join(tag[name])).split()
        if target not in ids
    ]
    assert dangling == []
    if page.find("html"):
        assert len(page.find_all("h1")) == 1
        assert page.title is not None
        assert page.title.get_text(strip=True)


@pytest.fixture(scope="module")
def busy(world: World) -> Actor:
    """Somebody with a year behind them: 40 people, 60 gives, notes, and people who wait."""
    me = make_team("Busy", owner_name="Noor Haddad")
    team = [make_member(me, f"Colleague {number}") for number in range(8)]
    with acting(me):
        today = clock.today()
    for number in range(32):
        person = make_person(me, f"Somebody Outside {number}")
        make_note(me, person.id, "We met at the fair and spoke about the second reader. " * 3)
    friend = make_person(me, "Lena Brandt", email="lena@example.org")
    for number in range(30):
        day = today - timedelta(days=number * 11)
        story = f"an hour on the draft, number {number}"
        log_give(me, friend.id, story=story, happened_on=day)
        say_thanks(me, friend.id, story=f"the {story}", happened_on=day)
        make_note(me, friend.id, f"Likes long walks and number {number}. " * 4)
    for colleague in team:
        log_give(colleague, me.person_id, story="read the whole draft twice")
        give = log_give(me, colleague.person_id, story="looked after the release")
        acknowledge(colleague, give.give.id)
    return me


def _weigh(response: TestResponse) -> tuple[int, int]:
    html = response.get_data()
    nodes = len(BeautifulSoup(html, "html.parser").find_all(True))
    return len(gzip.compress(html, 6)), nodes


def _lena(world: World, me: Actor) -> str:
    page = Portal(world.app, me).get("/people?q=Lena").get_data(as_text=True)
    found = re.search(r'href="(/t/[^"]+/people/[0-9a-z]{16}-lena-brandt)"', page)
    assert found is not None
    return found[1]


def test_today_is_light(world: World, busy: Actor) -> None:
    size, nodes = _weigh(Portal(world.app, busy).get("/"))
    assert size <= PAGE_BYTES, size
    assert nodes <= PAGE_NODES, nodes


def test_a_person_is_light(world: World, busy: Actor) -> None:
    size, nodes = _weigh(Portal(world.app, busy).get(_lena(world, busy)))
    assert size <= PAGE_BYTES, size
    assert nodes <= PAGE_NODES, nodes


def test_a_list_is_light(world: World, busy: Actor) -> None:
    for path in ("/people", "/gives", "/notifications"):
        size, nodes = _weigh(Portal(world.app, busy).get(path))
        assert size <= PAGE_BYTES, (path, size)
        assert nodes <= 1.5 * PAGE_NODES, (path, nodes)


def test_the_reply_to_a_thanks_is_light(world: World, busy: Actor) -> None:
    portal = Portal(world.app, busy)
    portal.get("/")
    sent = {"mode": "thank", "who": "Lena Brandt", "what": "the second reading"}
    response = portal.post("/gives", sent, partial=True)
    assert response.status_code == 200, told(response)
    assert _weigh(response)[0] <= PART_BYTES
