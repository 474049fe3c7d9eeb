"""The page patterns in a browser: no accessibility finding, nothing wider than the screen, keys and focus."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.pattern_data import PATTERNS
from tests.web.pattern_server import ROOT, Seen, serving

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

RUN_AXE = """rules => axe.run(document, {runOnly: rules, resultTypes: ["violations"]}).then(
  found => found.violations.map(each => [each.id, ...each.nodes.map(node => node.html)]))"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Seen]]:
    with serving(tmp_path_factory.mktemp("assets")) as found:
        yield found


@pytest.fixture
def seen(served: tuple[str, Seen]) -> Seen:
    served[1].requests.clear()
    return served[1]


@pytest.fixture
def page(chrome: Browser, served: tuple[str, Seen], seen: Seen) -> Iterator[Page]:
    """A page under the real content security policy; anything on the console fails the test."""
    said: list[str] = []
    context = chrome.new_context(base_url=served[0], viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    # A refused request is said to the console by the browser itself.
    assert [text for text in said if "409" not in text and "422" not in text] == []


@pytest.fixture(scope="module")
def plain(chrome: Browser, served: tuple[str, Seen]) -> Iterator[Page]:
    """One window for the looks at every pattern, into which axe can be put."""
    context = chrome.new_context(base_url=served[0], bypass_csp=True, has_touch=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_has_no_barrier_and_fits_every_screen(plain: Page, name: str) -> None:
    plain.set_viewport_size({"width": 390, "height": 844})
    plain.emulate_media(color_scheme="light")
    plain.goto(f"/{name}")
    plain.add_script_tag(path=AXE)
    for theme in THEMES:
        plain.emulate_media(color_scheme=theme)
        found = plain.evaluate(RUN_AXE, RULES)
        assert found == [], theme
    for width in (1280, 768, 390, 320):
        plain.set_viewport_size({"width": width, "height": 700})
        assert plain.evaluate("document.documentElement.scrollWidth") <= width
    plain.set_viewport_size({"width": 1280, "height": 900})
    plain.evaluate("document.documentElement.style.fontSize = '200%'")
    assert plain.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert plain.evaluate("document.documentElement.scrollWidth") <= 1280


def test_n_puts_the_cursor_into_the_sentence_and_h_turns_it_round(page: Page) -> None:
    page.goto("/today")
    expect(page.get_by_role("button", name="Say thanks")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("#quick-who")).to_be_focused()
    page.keyboard.press("h")
    expect(page.locator("#quick-who")).to_have_value("h")
    page.locator("h1").click()
    page.keyboard.press("h")
    expect(page.locator("#quick-who")).to_be_focused()
    expect(page.get_by_role("button", name="Log help")).to_be_visible()


def test_n_opens_the_form_where_there_is_no_sentence(page: Page) -> None:
    page.goto("/settings")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/thank$"))


def test_keys_are_silent_when_switched_off_but_the_palette_still_opens(page: Page) -> None:
    page.goto("/today?hotkeys=off")
    page.keyboard.press("n")
    expect(page.locator("body")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette input")).to_be_focused()


def test_g_and_a_letter_go_to_a_section(page: Page) -> None:
    page.goto("/today")
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page).to_have_url(re.compile("/people$"))


def test_question_mark_opens_the_list_of_keys(page: Page) -> None:
    page.goto("/settings")
    page.keyboard.press("?")
    expect(page).to_have_url(re.compile("/keyboard$"))


def test_j_and_k_move_along_the_rows(page: Page) -> None:
    page.goto("/today")
    links = page.locator("main .rows .row-title a")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()


def test_the_palette_is_worked_by_arrows_and_enter(page: Page) -> None:
    page.goto("/today")
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search people")
    expect(field).to_be_focused()
    field.type("Lena")
    option = page.get_by_role("option", name="Lena", exact=True)
    expect(option).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "palette-1")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "palette-search")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people_list?found=Lena")


def test_the_palette_knows_the_sections(page: Page) -> None:
    page.goto("/today")
    page.keyboard.press("/")
    expect(page.get_by_role("option")).to_have_count(14)
    page.get_by_role("combobox", name="Search people").type("recip")
    expect(page.get_by_role("option", name="Reciprocity")).to_be_visible()
    page.get_by_role("option", name="Reciprocity").click()
    page.wait_for_url("**/reciprocity")


def test_escape_closes_the_palette_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/today")
    link = page.locator(".side [data-open=palette]")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(link).to_be_focused()


def test_a_fact_is_edited_in_place_and_the_focus_returns(page: Page, seen: Seen) -> None:
    page.goto("/people/lena")
    edit = page.locator("#fact-3-edit")
    edit.focus()
    page.keyboard.press("Enter")
    field = page.get_by_label("Cares about")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(edit).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    field.fill("Swimming in the sea")
    page.keyboard.press("Enter")
    expect(page.locator("#fact-3")).to_contain_text("Swimming in the sea")
    expect(edit).to_be_focused()
    (sent,) = [body for method, body in seen.of("/people/lena/facts/3") if method == "POST"]
    assert sent["text"] == ["Swimming in the sea"]
    assert "csrf_token" in sent


def test_the_sentence_is_empty_again_after_it_was_sent(page: Page, seen: Seen) -> None:
    page.goto("/today")
    page.locator("#quick-who").fill("Mara Ellison")
    page.locator("#quick-what").fill("an hour on the grant")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("Mara will hear about it.")
    expect(page.locator("#quick-who")).to_have_value("")
    expect(page.locator("#quick-who")).to_be_focused()
    assert [method for method, _ in seen.of("/gives")] == ["POST"]


def test_a_refused_sentence_stays_with_its_message(page: Page) -> None:
    page.goto("/today")
    page.locator("#quick-who").fill("Nobody")
    page.locator("#quick-what").fill("x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Nobody by that name.")
    expect(page.locator("#quick-who")).to_have_value("Nobody")
    expect(page.locator("#quick-who")).to_be_focused()


def test_a_toast_stays_until_the_next_act(page: Page) -> None:
    page.goto("/today")
    page.locator("#quick-who").fill("Mara")
    page.locator("#quick-what").fill("x")
    page.keyboard.press("Enter")
    toast = page.locator(".toast")
    expect(toast).to_be_visible()
    page.locator("#quick-who").fill("Nobody")
    expect(toast).to_be_visible()
    page.locator("#quick-what").fill("x")
    page.keyboard.press("Enter")
    expect(toast).to_have_count(0)


def test_an_error_leaves_the_part_and_says_why(page: Page) -> None:
    page.goto("/today")
    before = page.locator("#nudge-1").inner_text()
    page.evaluate(
        """() => {
          const form = document.querySelector('#nudge-1 form');
          form.setAttribute('hx-post', '/nudges/1/snooze');
          form.setAttribute('hx-target', '#nudge-1');
          form.setAttribute('hx-swap', 'outerHTML');
          htmx.process(form, true);
        }"""
    )
    page.locator("#nudge-1").get_by_role("button").click()
    expect(page.locator("#toasts")).to_contain_text("Someone was faster.")
    assert page.locator("#nudge-1").inner_text() == before


def test_filters_change_the_part_the_address_and_back_again(page: Page) -> None:
    page.goto("/person")
    page.get_by_role("link", name="Help", exact=True).click()
    page.wait_for_url("**/person?show=help")
    expect(page.locator("#timeline")).to_be_visible()
    page.go_back()
    page.wait_for_url("**/person")
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()


def test_the_bell_is_asked_about_only_while_someone_looks(page: Page, seen: Seen) -> None:
    page.goto("/today")
    poll = "() => htmx.trigger('#bell-side', 'every')"
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.evaluate(poll)
    page.wait_for_timeout(150)
    assert seen.of("/notifications/count") == []
    page.evaluate("Object.defineProperty(document, 'hidden', {value: false})")
    page.evaluate(poll)
    expect(page.locator("#bell-side")).to_contain_text("9")
    expect(page.locator("#bell-top")).to_contain_text("9")


def test_a_page_works_without_javascript(chrome: Browser, served: tuple[str, Seen]) -> None:
    context = chrome.new_context(base_url=served[0], java_script_enabled=False)
    opened = context.new_page()
    opened.goto("/today")
    opened.locator("#quick-who").fill("Mara")
    opened.locator("#quick-what").fill("x")
    opened.get_by_role("button", name="Say thanks").click()
    assert opened.url.endswith("/gives")
    opened.goto("/today")
    opened.locator(".side [data-open=palette]").click()
    assert opened.url.endswith("/search")
    context.close()


def test_the_skip_link_comes_first(page: Page) -> None:
    page.goto("/settings")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
