"""The pages of people in a real browser: without barriers at every width, with and without script."""

import pytest
from playwright.sync_api import expect

from community.core import slugs
from community.identity.models import Actor
from tests.browser.conftest import Visitor
from tests.factories.identity import make_member
from tests.factories.people import make_note, make_person


def pages_of(owner: Actor) -> dict[str, str]:
    member = make_member(owner, "Ivy Okonjo")
    person = make_person(owner, "Mara Ellison-Featherstonehaugh", email="mara@hale.example")
    make_person(owner, "Oskar Blom", tags=["Design", "Spring cohort"], audience="private")
    slug = slugs.slug(person.id, person.name)
    note = make_note(owner, member.person_id, "Gave a **great** talk.", audience="team")
    return {
        "list": "/people",
        "nobody": "/people?q=zzz",
        "new": "/people/new",
        "paste": "/people/paste",
        "edit": f"/people/{slug}/edit",
        "delete": f"/people/{slug}/delete",
        "note": f"/notes/{note.id}/edit",
    }


def test_the_pages_have_no_barrier_and_fit_every_width(visit: Visitor, owner: Actor) -> None:
    window = visit(owner, size="phone", axe=True)
    window.go("/people")
    assert window.barriers() == []
    for name, path in pages_of(owner).items():
        window.go(path)
        assert window.barriers() == [], name


@pytest.mark.parametrize("javascript", [True, False])
def test_a_person_is_added_found_changed_deleted_and_brought_back(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    window = visit(owner, javascript=javascript)
    page = window.go("/people")
    page.get_by_label("Type one name").fill("Mara Ellison")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_text("Mara Ellison is added.").wait_for()
    make_person(owner, "Oskar Blom")
    page = window.go("/people")
    page.get_by_label("Name or address").fill("elison")
    page.get_by_label("Name or address").press("Enter")
    page.wait_for_url("**q=elison*")
    page.get_by_role("link", name="Oskar Blom").wait_for(state="detached")
    address = page.get_by_role("link", name="Mara Ellison").get_attribute("href")
    page = window.go(f"{address}/edit")
    page.get_by_label("Call name").fill("Mara")
    page.get_by_label("Mail 1", exact=True).fill("mara@hale.example")
    page.get_by_role("button", name="Save").click()
    page = window.go(f"{address}/delete")
    page.get_by_label("Type the name").fill("Mara Ellison")
    page.get_by_role("button", name="Delete").click()
    page.get_by_text("Mara Ellison is deleted.").wait_for()
    assert page.get_by_role("link", name="Mara Ellison").count() == 0
    page.get_by_role("button", name="Undo").click()
    page = window.go("/people")
    expect(page.get_by_role("link", name="Mara Ellison")).to_be_visible()
    expect(page.get_by_text("mara@hale.example")).to_be_visible()


def test_more_people_join_the_list_and_the_focus_stays(visit: Visitor, owner: Actor) -> None:
    for number in range(60):
        make_person(owner, f"Person {number:02}")
    page = visit(owner).go("/people?sort=name")
    assert page.locator("#people-rows tr").count() == 50
    page.get_by_role("link", name="Show more").click()
    page.locator("#people-rows tr").nth(60).wait_for()
    assert page.locator("#people-rows tr").count() == 61
    assert page.get_by_role("link", name="Show more").count() == 0
    assert page.evaluate("document.activeElement !== document.body")


def test_a_refused_form_leads_to_what_is_wrong(visit: Visitor, owner: Actor) -> None:
    page = visit(owner).go("/people/new")
    page.get_by_label("Name", exact=False).first.fill("Mara")
    page.get_by_label("Day", exact=False).fill("30")
    page.locator("select[name=birthday-month]").select_option("2")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").get_by_role("link", name="There is no such day.").click()
    assert page.evaluate("document.activeElement.id") == "f-birthday.day"
