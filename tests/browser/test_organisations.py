"""The pages of organisations in a real browser: without barriers, and from a name to its page."""

from playwright.sync_api import expect

from community.core import slugs
from community.identity.models import Actor
from tests.browser.conftest import Visitor
from tests.factories.identity import make_member
from tests.factories.people import make_organisation
from tests.people.doing import add


def test_the_pages_have_no_barrier(visit: Visitor, owner: Actor) -> None:
    hale = make_organisation(owner, "Hale Featherstonehaugh Studio", about="Chairs, and tables.")
    held = {"title": "Lead", "organisation": hale.name, "from_on": None, "to_on": None}
    text = {"title": "", "organisation": "A name in words", "from_on": None, "to_on": None}
    mara = add(make_member(owner, "Ivy Okonjo"), positions=[held, text])
    slug, person = slugs.slug(hale.id, hale.name), slugs.slug(mara, "Mara Ellison")
    window = visit(owner, size="phone", axe=True)
    for path in (
        "/organisations",
        "/organisations/new",
        f"/organisations/{slug}",
        f"/organisations/{slug}/edit",
        f"/people/{person}",
        f"/people/{person}/positions",
    ):
        window.go(path)
        assert window.barriers() == [], path


def test_a_name_becomes_an_organisation_whose_people_are_on_its_page(
    visit: Visitor, owner: Actor
) -> None:
    held = {"title": "Lead", "organisation": "Hale Studio", "from_on": None, "to_on": None}
    mara = slugs.slug(add(owner, positions=[held]), "Mara Ellison")
    page = visit(owner, javascript=False).go(f"/people/{mara}")
    page.get_by_role("button", name="Make it an organisation").click()
    page.get_by_text("Hale Studio is added.").wait_for()
    expect(page.locator("#now").get_by_role("link", name="Mara Ellison")).to_be_visible()
    page.get_by_role("link", name="Mara Ellison").click()
    page.get_by_role("link", name="They do something new").click()
    page.get_by_label("Role").fill("Owner")
    page.get_by_label("Organisation").fill("Orbit")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Hale Studio").click()
    expect(page.locator("#before").get_by_role("link", name="Mara Ellison")).to_be_visible()
