"""Second factors in a real browser: with a passkey of its own, and without script by an app."""

import re

import pytest
from playwright.sync_api import Page, expect

from community.identity.models import Actor
from tests.browser.conftest import Visit, Visitor
from tests.factories.accounts import PASSWORD, address_of, code_of, make_app, make_password
from tests.factories.identity import make_team

SETTINGS = "/settings/second_factor"


def _passkeys(window: Visit) -> None:
    """Give the browser a built-in authenticator that always says yes."""
    tools = window.context.new_cdp_session(window.page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def _propose(page: Page) -> str:
    """Begin to set up an app; the key that it would take."""
    page.get_by_role("button", name="Set up an app").click()
    return page.locator("#f-key").input_value()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_shown_on_the_way_has_no_barrier(visit: Visitor, owner: Actor, theme: str) -> None:
    window = visit(owner, size="phone", theme=theme, axe=True)
    key = _propose(window.go(SETTINGS))
    assert window.axe() == []
    window.page.get_by_label("The six digits").fill(code_of(key))
    window.page.get_by_role("button", name="Set up").click()
    expect(window.page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert window.axe() == []
    assert window.overflow() <= 0
    window.go(SETTINGS)
    assert window.axe() == []
    make_password(owner)
    other = visit(size="phone", theme=theme, axe=True)
    _by_password(other.go("//login"), owner)
    assert other.axe() == []


def _by_password(page: Page, who: Actor) -> None:
    page.locator("#f-password-email").fill(address_of(who))
    page.locator("#f-password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/login/second")


@pytest.mark.parametrize("javascript", [True, False])
def test_whoever_must_have_a_factor_sets_up_an_app_and_signs_in_with_it(
    visit: Visitor, javascript: bool
) -> None:
    owner = make_team(second_factor="everybody")
    make_password(owner)
    page = visit(owner, javascript=javascript).go("/")
    assert page.url.endswith(SETTINGS)
    key = _propose(page)
    page.get_by_label("The six digits").fill(code_of(key))
    page.get_by_role("button", name="Set up").click()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    other = visit(javascript=javascript).go("//login")
    _by_password(other, owner)
    other.get_by_label("Code").fill(codes[0])
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url(f"**/t/{owner.team_slug}/")


def test_a_passkey_is_made_signs_in_alone_and_as_the_second_factor(
    visit: Visitor, owner: Actor
) -> None:
    make_password(owner)
    window = visit(owner, own=True)
    _passkeys(window)
    page = window.go(SETTINGS)
    assert page.get_by_text("Passkeys need JavaScript").count() == 0
    page.get_by_label("What do you call it?").fill("My laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    window.context.clear_cookies()
    page = window.go("//login")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"**/t/{owner.team_slug}/")
    window.context.clear_cookies()
    _by_password(window.go("//login"), owner)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"**/t/{owner.team_slug}/")
    window.go("//confirm")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(re.compile(rf"/t/{owner.team_slug}/$"))


def test_a_passkey_that_does_not_answer_says_so_in_place(visit: Visitor) -> None:
    window = visit(own=True)
    window.page.add_init_script(
        "navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    page = window.go("//login")
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_role("alert").inner_text().startswith("Your browser did not answer")


def test_without_script_the_page_says_what_works_instead(visit: Visitor, owner: Actor) -> None:
    make_app(owner)
    page = visit(owner, javascript=False).go(SETTINGS)
    expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
    assert page.get_by_role("button", name="Add a passkey").count() == 0
