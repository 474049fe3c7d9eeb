"""Facts in a real browser: stated, changed in their row by keyboard, verified, and what a note said before."""

from datetime import date

import pytest

from community.core import slugs
from community.identity.models import Actor
from community.people import actions
from tests.browser.conftest import Visitor
from tests.factories.identity import acting
from tests.factories.people import make_fact, make_note, make_person


@pytest.mark.parametrize("javascript", [True, False])
def test_a_fact_is_stated_and_changed_in_its_row(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    person = make_person(owner, "Mara Ellison")
    path = f"/people/{slugs.slug(person.id, person.name)}"
    page = visit(owner, javascript=javascript).go(path)
    page.get_by_role("link", name="Add a fact").click()
    page.get_by_label("What", exact=True).fill("Rebuilds a boat.")
    page.get_by_role("button", name="Save fact").click()
    page.get_by_text("Rebuilds a boat.").first.wait_for()
    page.locator("#facts a.edit").first.click()
    field = page.get_by_label("What", exact=True)
    field.fill("Sails a boat.")
    field.press("Enter")
    page.locator("#facts").get_by_text("Sails a boat.").wait_for()
    assert page.get_by_label("What", exact=True).count() == 0
    if javascript:
        assert page.evaluate("document.activeElement.className") == "edit"


def test_the_new_pages_have_no_barrier(visit: Visitor, owner: Actor) -> None:
    person = make_person(owner, "Mara Ellison")
    path = f"/people/{slugs.slug(person.id, person.name)}"
    due = date(2020, 1, 1)
    fact = make_fact(owner, person.id, "Lives in Lisbon.", recheck_on=due, in_confidence=True)
    note = make_note(owner, person.id, "She sails.")
    with acting(owner):
        actions.edit_note(owner, note.id, body="She rows.")
        actions.set_preferences(owner, person.id, channel="Voice notes")
    window = visit(owner, size="phone", axe=True)
    for address in (
        path,
        f"{path}/facts/new",
        f"{path}/facts/{fact.id}/edit",
        f"{path}/preferences",
        f"/notes/{note.id}/versions",
        "/facts/verify",
    ):
        page = window.go(address)
        assert window.barriers() == [], address
    page.get_by_role("button", name="Still true").click()
    page.get_by_text("Nothing waits for another look.").wait_for()
