"""The pages of accounts in a real browser: accessible at every width, and usable without script."""

import re
import uuid

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from community.core import db
from community.identity.models import Actor, User
from tests.browser.conftest import Visitor
from tests.factories.accounts import PASSWORD, address_of, make_password, newest_link


@pytest.mark.parametrize("javascript", [True, False])
def test_the_present_tab_is_in_view_on_a_phone(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    page = visit(owner, size="phone", javascript=javascript).go("/settings/tokens")
    box = page.locator(".subnav [aria-current]").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_the_browsers_time_zone_is_offered_and_taken_only_by_a_click(
    visit: Visitor, owner: Actor
) -> None:
    with db.transaction() as unit:
        other = update(User).where(User.id == owner.user_id).values(zone="Pacific/Apia")
        unit.session.execute(other)
    page = visit(owner).go("/settings/profile")
    here = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    assert page.locator("#f-zone").input_value() == "Pacific/Apia"
    page.get_by_role("button", name=f"Take the time zone of this browser: {here}").click()
    assert page.locator("#f-zone").input_value() == here


def test_icons_are_as_small_as_the_words_beside_them(visit: Visitor, owner: Actor) -> None:
    page = visit(owner, size="phone").go("/more")
    sizes = page.locator("main svg").evaluate_all("all => all.map(one => one.clientHeight)")
    assert sizes
    assert max(sizes) <= 24


@pytest.mark.parametrize("javascript", [True, False])
def test_one_signs_in_by_the_mailed_link_and_out_again(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    page = visit(javascript=javascript).go(f"/t/{owner.team_slug}/settings/profile")
    page.get_by_label("E-mail").first.fill(address_of(owner))
    page.get_by_role("button", name="Mail me a link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    base = re.sub(r"(https?://[^/]+).*", r"\1", page.url)
    page.goto(f"{base}/login/{newest_link(owner.user_id)}")
    page.get_by_role("button", name="Sign in").click()
    assert page.url.endswith("/settings/profile")
    page.goto(f"{base}/t/{owner.team_slug}/settings/sessions")
    page.get_by_role("button", name="Sign out", exact=False).first.click()
    assert page.url.endswith("/login")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_theme_is_chosen_and_stays(visit: Visitor, owner: Actor, javascript: bool) -> None:
    page = visit(owner, javascript=javascript).go("/settings/appearance")
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("button", name="Save").click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_wrong_password_says_so_beside_the_field(visit: Visitor, owner: Actor) -> None:
    make_password(owner)
    window = visit(axe=True)
    page = window.go("//login")
    page.locator("#f-password-email").fill(address_of(owner))
    page.get_by_role("textbox", name="Password").fill(f"{uuid.uuid4()}")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("do not go together")).to_be_visible()
    assert window.axe() == []
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    assert f"/t/{owner.team_slug}/" in page.url
