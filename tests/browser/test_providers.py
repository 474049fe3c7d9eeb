"""Signing in by a provider in a real browser, over a real provider, with and without script."""

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from community.identity.models import Actor
from tests import provider as provider_process
from tests.browser.conftest import Live, Visit, Visitor
from tests.factories.accounts import address_of
from tests.factories.identity import make_member
from tests.factories.invitations import make_invitation, new_address, token_of
from tests.provider import Provider

pytestmark = pytest.mark.usefixtures("at_once")
PAGE = "/settings/linked"


@pytest.fixture(scope="module")
def provider(live: Live) -> Iterator[Provider]:
    """The provider that the portal was told of."""
    with provider_process.running(live.provider_port) as found:
        yield found


def _known(provider: Provider, address: str) -> str:
    subject = f"sub-{uuid.uuid4().hex[:10]}"
    provider.knows(subject, email=address, email_verified=True, name="Mara Ellison")
    return subject


def _at_provider(page: Page, subject: str) -> None:
    page.get_by_placeholder("sub", exact=True).fill(subject)
    page.get_by_role("button", name="Authorize").click()


def _fits(window: Visit) -> None:
    assert window.axe() == []
    for width in (320, 390, 1280):
        window.page.set_viewport_size({"width": width, "height": 800})
        assert window.overflow() <= 0, width


@pytest.mark.parametrize("javascript", [True, False])
def test_one_signs_in_there_and_is_in(
    visit: Visitor, provider: Provider, owner: Actor, javascript: bool
) -> None:
    member = make_member(owner)
    subject = _known(provider, address_of(member))
    page = visit(javascript=javascript).go("//login")
    page.get_by_role("link", name="Sign in with Acme").click()
    _at_provider(page, subject)
    expect(page).to_have_url(re.compile(f"/t/{owner.team_slug}/"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_an_account_is_linked_and_unlinked_in_the_settings(
    visit: Visitor, provider: Provider, owner: Actor, javascript: bool
) -> None:
    subject = _known(provider, new_address())
    page = visit(make_member(owner), javascript=javascript).go(PAGE)
    page.get_by_role("link", name="Link with Acme").click()
    _at_provider(page, subject)
    page.get_by_role("button", name="Link this account").click()
    expect(page.get_by_text("The account is linked")).to_be_visible()
    page.get_by_role("button", name="Unlink Acme").click()
    expect(page.get_by_text("does not sign you in any more")).to_be_visible()
    expect(page.get_by_role("link", name="Link with Acme")).to_be_visible()


def test_whoever_is_invited_joins_by_it(visit: Visitor, provider: Provider, owner: Actor) -> None:
    address = new_address()
    token = token_of(owner, make_invitation(owner, address).id)
    page = visit().go(f"//invite/{token}")
    page.get_by_role("link", name="Sign in with Acme").click()
    _at_provider(page, _known(provider, address))
    page.get_by_label("Your name in this team").fill("Mara Ellison")
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_url(re.compile(f"/t/{owner.team_slug}/"))
    page.goto(f"{page.url.split('/t/')[0]}/t/{owner.team_slug}/admin/members")
    expect(page.get_by_text("Mara Ellison").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_have_no_barrier(
    visit: Visitor, provider: Provider, owner: Actor, theme: str
) -> None:
    window = visit(make_member(owner), size="phone", theme=theme, axe=True)
    page = window.go(PAGE)
    _fits(window)
    page.get_by_role("link", name="Link with Acme").click()
    _at_provider(page, _known(provider, new_address()))
    _fits(window)
    page.get_by_role("button", name="Link this account").click()
    _fits(window)
    window.go("//login/oidc/acme/callback?state=none")
    _fits(window)
