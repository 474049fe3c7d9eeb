"""Whole pages made of the components: headings, forms, labels, navigation and errors."""

import re

import pytest
from bs4 import BeautifulSoup, Tag

from tests.web.drawing import NASTY, only, page
from tests.web.pattern_data import PATTERNS
from tests.web.pattern_env import NAV, environment


@pytest.mark.parametrize("name", PATTERNS)
def test_a_page_has_one_heading_and_distinct_ids(name: str) -> None:
    soup = page(name)
    assert len(soup.find_all("h1")) == 1
    ids = [element["id"] for element in soup.select("[id]")]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("name", PATTERNS)
def test_every_form_works_without_javascript(name: str) -> None:
    for form in page(name).find_all("form"):
        assert form.get("action"), form
        if form.get("method") == "post":
            assert only(form, "[name=csrf_token]")
            assert form.select("button")


@pytest.mark.parametrize("name", PATTERNS)
def test_every_control_has_a_label(name: str) -> None:
    soup = page(name)
    labelled = {label["for"] for label in soup.select("label[for]")}
    for control in soup.select("input:not([type=hidden]), select, textarea"):
        named = (
            control.get("id") in labelled
            or control.get("aria-label")
            or control.find_parent("label")
        )
        assert named, control


@pytest.mark.parametrize("name", PATTERNS)
def test_htmx_never_does_what_a_link_or_form_does_not(name: str) -> None:
    polls_and_search = ("bell-side", None)
    for element in page(name).select("[hx-get], [hx-post]"):
        if element.name == "input" or element.get("id") in polls_and_search[:1]:
            continue
        assert element.get("href") or element.get("action"), element


@pytest.mark.parametrize("name", [name for name in PATTERNS if name != "sign_in"])
def test_a_part_is_the_main_of_the_page(name: str) -> None:
    def words(soup: BeautifulSoup | Tag) -> str:
        return re.sub(r"\s+", " ", soup.decode_contents()).strip()

    whole, part = page(name, flashes=[]), page(name, flashes=[], partial=True)
    title = part.select("title")[0].extract()
    assert title.get_text() == only(whole, "head title").get_text()
    assert words(part) == words(only(whole, "main"))


def test_a_section_that_does_not_exist_yet_is_not_drawn() -> None:
    small = [item for item in NAV if item["key"] in ("today", "people", "thank", "gives", "more")]
    soup = page("settings", nav=small, page="settings")
    assert [link["href"] for link in soup.select(".side .nav a")] == [
        "/thank",
        "/today",
        "/people",
        "/gives",
    ]
    assert [link["href"] for link in soup.select(".tabs a")] == [
        "/today",
        "/people",
        "/thank",
        "/gives",
        "/more",
    ]
    assert soup.find("dialog") is None


def test_the_current_section_is_marked_once_in_each_navigation() -> None:
    soup = page("people_list")
    for place in (".side", ".tabs"):
        assert only(soup, f"{place} [aria-current]")["href"] == "/people"


def test_the_theme_is_written_by_the_server() -> None:
    assert only(page("today", theme="dark"), "html")["data-theme"] == "dark"
    assert not only(page("today", theme=""), "html").has_attr("data-theme")
    assert only(page("today", hotkeys=False), "html")["data-hotkeys"] == "off"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 503])
def test_each_error_is_a_page_that_says_what_to_do(status: int) -> None:
    template = environment().get_template(f"errors/{status}.html")
    html = template.render(status=status, message=NASTY, reference="", flashes=[], theme="")
    soup = BeautifulSoup(html, "html.parser")
    assert len(only(soup, "h1").get_text(strip=True)) > 5
    assert soup.select("main a[href]")
    assert NASTY not in html
