"""Search, the palette and the timeline in a real browser: by keys, without script, and Back."""

import pytest
from playwright.sync_api import expect

from community.core import slugs
from community.identity.models import Actor
from community.people.models import Person
from tests.browser.conftest import Visitor
from tests.factories.identity import make_member
from tests.factories.ledger import log_give
from tests.factories.people import make_note, make_person


@pytest.fixture
def ines(owner: Actor) -> Person:
    """Somebody of whom there is something to find."""
    person = make_person(owner, "Inês Gonçalves")
    make_note(owner, person.id, "Sat beside me at the dinner in Lisbon.")
    make_note(owner, person.id, "A remarkable woman: goes <b>sailing</b> every weekend.")
    log_give(owner, person.id, story="Lent the sails for Lisbon")
    return person


def test_what_one_remembers_finds_the_person(visit: Visitor, owner: Actor, ines: Person) -> None:
    window = visit(owner, size="phone", axe=True)
    page = window.go("/search?q=the+woman+from+the+Lisbon+dinner+who+sails")
    found = page.locator("#found")
    expect(found.get_by_role("link", name="Inês Gonçalves")).to_be_visible()
    assert set(found.locator("mark").all_inner_texts()) >= {"sail", "dinner", "Lisbon", "woman"}
    assert page.locator("#hits b").count() == 0, "what people wrote is text"
    assert window.barriers() == []
    page.get_by_role("link", name="Help", exact=True).and_(page.locator("#hits a")).click()
    page.wait_for_url("**kind=give*")
    expect(page.locator("#found")).to_contain_text("Lent the sails")
    assert window.barriers() == []
    page.go_back()
    expect(page.locator("#found")).to_contain_text("Inês Gonçalves")


def test_without_script_search_and_filters_are_pages(
    visit: Visitor, owner: Actor, ines: Person
) -> None:
    page = visit(owner, javascript=False).go("/search")
    page.get_by_label("A name, an address").fill("lisbon sails")
    page.locator("main").get_by_role("button", name="Search").click()
    page.locator("#hits").get_by_role("link", name="Notes").first.click()
    page.wait_for_url("**kind=note*")
    expect(page.locator("#found-rows > li")).to_have_count(2)


def test_the_palette_is_worked_by_keys_alone(visit: Visitor, owner: Actor, ines: Person) -> None:
    window = visit(owner, axe=True)
    page = window.go("/people")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search people")
    expect(field).to_be_focused()
    expect(page.locator("#palette-list > div").first).to_contain_text("Inês Gonçalves")
    assert window.axe() == []
    page.keyboard.type("note ines")
    option = page.get_by_role("option", name="Note about Inês Gonçalves")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "palette-1")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/people/{slugs.slug(ines.id, ines.name)}#note")


def test_the_timeline_is_filtered_and_back_goes_back(visit: Visitor, owner: Actor) -> None:
    ivy, sami = make_member(owner, "Ivy Okonjo"), make_member(owner, "Sami Subject")
    for number in range(22):
        make_note(ivy, sami.person_id, f"Ivy's note {number}", audience="team")
    make_note(owner, sami.person_id, "My own", audience="team")
    log_give(owner, sami.person_id, story="An hour on the plan")
    window = visit(owner, size="phone", axe=True)
    page = window.go(f"/people/{slugs.slug(sami.person_id, 'Sami Subject')}")
    entries = page.locator("#timeline > li:not(.month)")
    page.locator("#timeline-part").get_by_role("link", name="Help").click()
    page.wait_for_url("**kind=give*")
    expect(entries).to_have_count(1)
    page.go_back()
    expect(entries).to_have_count(20)
    page.get_by_label("By", exact=True).select_option(label="Ivy Okonjo")
    page.wait_for_url("**member=*")
    expect(page.locator("#timeline")).not_to_contain_text("My own")
    page.get_by_role("link", name="Older").click()
    expect(entries).to_have_count(22)
    expect(page.get_by_role("link", name="Older")).to_have_count(0)
    assert window.barriers() == []
