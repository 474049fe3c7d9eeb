"""Keys and the focus, page by page: what is typed next always goes where the reader is."""

import pytest
from playwright.sync_api import Page, expect

from community.core import slugs
from community.identity.models import Actor
from community.people.models import Person
from tests.browser.conftest import Visitor
from tests.factories.identity import make_member
from tests.factories.ledger import log_give
from tests.factories.people import make_note, make_person


@pytest.fixture
def ivy(owner: Actor) -> Actor:
    """A colleague."""
    return make_member(owner, "Ivy Okonjo")


@pytest.fixture
def lena(owner: Actor) -> Person:
    """Somebody the team knows."""
    return make_person(owner, "Lena Brandt")


def focus(page: Page, what: str = "id") -> str:
    return str(page.evaluate(f"document.activeElement.{what}"))


def page_of(person: Person) -> str:
    return f"/people/{slugs.slug(person.id, person.name)}"


def test_n_opens_the_sentence_with_the_cursor_in_it(visit: Visitor, owner: Actor) -> None:
    page = visit(owner).go("/people")
    page.keyboard.press("n")
    page.wait_for_url("**/gives/new")
    expect(page.locator("#quick-who")).to_be_focused()
    page.keyboard.type("gpn")
    assert page.locator("#quick-who").input_value() == "gpn", "what is typed is no key"


def test_n_on_a_persons_page_thanks_that_person(visit: Visitor, owner: Actor, lena: Person) -> None:
    page = visit(owner).go(page_of(lena))
    assert page.get_by_role("link", name="Thank Lena").locator("kbd").text_content() == "N"
    page.keyboard.press("n")
    page.wait_for_url("**/gives/new?to=*")
    assert page.locator("#quick-who").input_value() == "Lena Brandt"
    expect(page.locator("#quick-what")).to_be_focused()
    page.keyboard.type("an hour")
    page.keyboard.press("Control+Enter")
    page.locator("#recent").get_by_text("an hour").wait_for()


def test_f_on_people_puts_the_cursor_into_the_filter(
    visit: Visitor, owner: Actor, lena: Person
) -> None:
    page = visit(owner).go("/people")
    page.keyboard.press("f")
    assert focus(page, "name") == "q"
    page.keyboard.type("len")
    page.wait_for_url("**q=len*")


def test_rows_are_walked_and_opened_by_keys(visit: Visitor, owner: Actor, lena: Person) -> None:
    window = visit(owner)
    page = window.go("/people")
    page.keyboard.press("j")
    first = focus(page, "textContent")
    page.keyboard.press("j")
    assert focus(page, "textContent") != first
    page.keyboard.press("k")
    assert focus(page, "textContent") == first
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    page = window.go(page_of(lena))
    page.keyboard.press("e")
    page.wait_for_url("**/edit")
    page.keyboard.press("Escape")
    assert not page.url.endswith("/edit/edit")


def test_notices_are_marked_seen_and_the_pages_gone_to_by_keys(
    visit: Visitor, at_once: None, owner: Actor, ivy: Actor
) -> None:
    log_give(owner, ivy.person_id, story="two hours")
    page = visit(ivy).go("/notifications")
    page.keyboard.press("j")
    page.keyboard.press("m")
    page.locator("#toasts").get_by_text("Marked as seen.").wait_for()
    for letter, path in {"t": "/", "p": "/people", "v": "/gives", "r": "/reciprocity"}.items():
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(f"**/t/{ivy.team_slug}{path}")
    page.keyboard.press("/")
    assert focus(page, "role") == "combobox"
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    page.keyboard.press("?")
    page.wait_for_url("**/help/keyboard")
    page.get_by_role("heading", name="Keys").wait_for()


def test_m_opens_the_note_that_is_folded_until_then(
    visit: Visitor, owner: Actor, lena: Person
) -> None:
    page = visit(owner, size="phone").go(page_of(lena))
    box = page.locator("#note").bounding_box()
    assert box is not None
    assert box["height"] < 60, "the history is near"
    page.keyboard.press("m")
    assert focus(page) == "f-body"
    page.keyboard.type("Talked about the garden.")
    page.keyboard.press("Control+Enter")
    page.locator("#toasts").get_by_text("Noted.").wait_for()
    page.locator("#history").get_by_text("Talked about the garden.").wait_for()


def test_a_note_is_written_without_script(visit: Visitor, owner: Actor, lena: Person) -> None:
    page = visit(owner, javascript=False).go(page_of(lena))
    page.get_by_text("Write a note").click()
    page.locator("#f-body").fill("Talked about the garden.")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#history").get_by_text("Talked about the garden.")).to_be_visible()


@pytest.mark.parametrize("by_key", [True, False], ids=["u", "click"])
def test_after_undo_the_focus_is_where_the_act_was_begun(
    visit: Visitor, owner: Actor, ivy: Actor, by_key: bool
) -> None:
    def undo(page: Page, said: str) -> None:
        if by_key:
            page.keyboard.press("u")
        else:
            page.get_by_role("button", name="Undo").click()
        page.locator("#toasts").get_by_text(said).wait_for()

    log_give(owner, ivy.person_id, story="two hours")
    page = visit(ivy).go("/")
    page.keyboard.press("j")
    page.keyboard.press("t")
    page.locator("#toasts").get_by_text("Thanked.").wait_for()
    undo(page, "It waits for your answer again")
    assert "two hours" in str(page.evaluate("document.activeElement.closest('li')?.textContent"))
    page.locator("#quick-who").fill("Noor Haddad")
    page.locator("#quick-what").fill("a word")
    page.keyboard.press("Enter")
    page.locator("#recent").get_by_text("a word").wait_for()
    undo(page, "Undone. It counts no more.")
    assert focus(page) == "quick-who"


_CONTRASTS = """
() => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const found = rgba(getComputedStyle(e).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  return [...document.querySelectorAll("kbd")].filter((k) => k.checkVisibility()).map((k) => {
    const [one, two] = [light(rgba(getComputedStyle(k).color)), light(behind(k))];
    return [k.parentElement.textContent.trim(), (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05)];
  });
}
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_key_hint_can_be_read(
    visit: Visitor, owner: Actor, ivy: Actor, lena: Person, theme: str
) -> None:
    """axe leaves them out: hints beside a name are hidden from screen readers, so it skips them."""
    log_give(ivy, owner.person_id, story="two hours")
    note = make_note(owner, lena.id, "A note.")
    window = visit(owner, theme=theme)
    page = window.go("/")
    page.keyboard.press("j")
    page.keyboard.press("t")
    page.locator("#toasts kbd").wait_for()
    seen = dict(page.evaluate(_CONTRASTS))
    assert any("Undo" in text for text in seen)
    for path in (page_of(lena), f"{page_of(lena)}/edit", f"/notes/{note.id}/edit", "/gives/new"):
        seen |= dict(window.go(path).evaluate(_CONTRASTS))
    seen |= dict(window.go("/settings/keyboard").evaluate(_CONTRASTS))
    page.keyboard.press("/")
    page.locator("#palette-list kbd").first.wait_for()
    seen |= dict(page.evaluate(_CONTRASTS))
    assert {text: ratio for text, ratio in seen.items() if ratio < 4.5} == {}


def test_the_figures_of_today_move_with_each_act(
    visit: Visitor, at_once: None, owner: Actor, ivy: Actor
) -> None:
    other = make_member(owner, "Otto Other")
    log_give(owner, ivy.person_id, story="two hours")
    log_give(other, ivy.person_id, story="a book")
    page = visit(ivy).go("/")
    words, tally = page.locator(".lede"), page.locator("#waiting .tally")
    expect(page.locator("#lately").get_by_text("Nothing has been told yet")).to_be_visible()
    expect(words).to_contain_text("2 people told")
    expect(page.locator("#bell-side")).to_contain_text("2")
    page.keyboard.press("j")
    page.keyboard.press("t")
    expect(tally).to_have_text("1")
    expect(page.locator("#bell-side")).to_contain_text("1")
    expect(words).to_contain_text("One person told")
    page.keyboard.press("j")
    page.keyboard.press("t")
    expect(tally).to_have_text("")
    expect(words).to_contain_text("Nobody is waiting for you.")
    expect(page.locator("#waiting").get_by_text("That was the last one.")).to_be_visible()
    page.keyboard.press("u")
    expect(tally).to_have_text("1")
    expect(words).to_contain_text("One person told")
    page.goto(page.url + "gives?to=me&thanked=no")
    expect(page.locator("#gives-sums")).to_contain_text("Waiting for your answer")
    page.keyboard.press("j")
    page.keyboard.press("t")
    page.locator("#toasts").get_by_text("Thanked.").wait_for()
    expect(page.locator("#gives-sums")).not_to_contain_text("Waiting for your answer")


def test_the_first_thanks_takes_the_words_of_the_empty_list_away(
    visit: Visitor, owner: Actor, lena: Person
) -> None:
    page = visit(owner).go("/")
    page.locator("#quick-who").fill(lena.name)
    page.locator("#quick-what").fill("an hour")
    page.keyboard.press("Enter")
    page.locator("#recent").get_by_text("an hour").wait_for()
    expect(page.get_by_text("Nothing has been told yet")).to_have_count(0)
