"""Data rights in a real browser: asked, prepared, answered and erased, with and without script."""

import pytest
from playwright.sync_api import expect

from community.core import slugs
from community.identity.models import Actor
from tests.browser.conftest import Visitor
from tests.factories.identity import make_member
from tests.factories.people import make_note, make_person


@pytest.mark.parametrize("javascript", [True, False])
def test_a_request_goes_from_the_one_who_asks_to_an_owner(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    member = make_member(owner, "Ivy Okonjo")
    asking = visit(member, javascript=javascript).go("/settings/privacy")
    asking.get_by_label("What do you want?").select_option("rectification")
    asking.get_by_label("In your words").fill("I write my name with a y.")
    asking.get_by_role("button", name="Ask", exact=True).click()
    asking.get_by_text("You asked. Owners answer within 30 days.").wait_for()
    page = visit(owner, javascript=javascript).go("/admin/privacy")
    page.get_by_role("link", name="Ivy Okonjo").click()
    expect(page.get_by_text("I write my name with a y.")).to_be_visible()
    page.get_by_role("button", name="It is prepared").click()
    page.get_by_role("button", name="It is answered").click()
    page.get_by_text("Answered.", exact=True).wait_for()
    asking.reload()
    expect(asking.get_by_text("answered", exact=True)).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_somebody_is_erased_after_their_name_was_typed(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    mara = make_person(owner, "Mara Ellison", email="mara@example.org")
    make_note(owner, mara.id, "Likes long walks.")
    window = visit(owner, javascript=javascript)
    page = window.go(f"/people/{slugs.slug(mara.id, mara.name)}")
    page.get_by_role("link", name="What is held, and on what ground").click()
    page.get_by_role("link", name="Erase …").click()
    page.get_by_label("Type the name to confirm: Mara Ellison").fill("Mara Ellison")
    page.get_by_role("button", name="Erase for good").click()
    page.get_by_text("Erased. Nothing personal is left").wait_for()
    assert page.get_by_text("Erased person").count() == 1
    assert "Mara" not in window.go("/people").inner_text("#main")
