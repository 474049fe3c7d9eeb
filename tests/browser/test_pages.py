"""Every page of the portal in a real browser: no barrier in either theme, and it fits every width.

The pages are those of the contract table, so that a new page is here as soon as it is there.
"""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit, Visitor
from tests.contract.conftest import admin, world  # noqa: F401
from tests.contract.makers import PROOFS
from tests.contract.route import Route
from tests.contract.table import ROUTES
from tests.contract.world import World

HEALTH = ("/healthz", "/readyz", "/metrics", "/static", "/api/v1/")
PAGES = [
    route
    for route in ROUTES
    if route.is_page and route.answers == 200 and not route.rule.startswith(HEALTH)
]


def _open(world: World, visit: Visitor, route: Route, **window: object) -> Visit:
    thing = world.named_by(route)
    actor = None if route.public else world.people[route.by] if route.by else thing.maker
    opened = visit(actor, **window)
    path = route.path({"team": actor.team_slug if actor else "", **thing.path}) + route.query
    opened.go(path if "<team>" in route.rule else f"/{path}")
    return opened


def _unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('#main details').forEach(d => { d.open = true })")


def _thin_out(page: Page) -> None:
    """Of hundreds of like entries the first ones: the document of the API takes half a minute else."""
    page.evaluate(
        "document.querySelectorAll('section .flow').forEach("
        "list => [...list.children].slice(60).forEach(entry => entry.remove()))"
    )


@pytest.mark.parametrize("route", PAGES, ids=str)
def test_a_page_has_no_barrier_and_fits_every_width(
    visit: Visitor,
    world: World,
    route: Route,
) -> None:
    window = _open(world, visit, route, size="phone", axe=True)
    _unfold(window.page)
    assert window.misfits() == []
    _thin_out(window.page)
    assert window.findings() == []


def test_links_that_are_their_own_proof_are_among_the_pages() -> None:
    assert {route.of for route in PAGES} >= set(PROOFS)
