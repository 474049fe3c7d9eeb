"""How the tests of components draw them."""

from typing import Any

from bs4 import BeautifulSoup, Tag

from tests.web.pattern_data import render
from tests.web.pattern_env import environment

NASTY = "<script>alert(1)</script>"


def draw(source: str, **values: Any) -> BeautifulSoup:
    return BeautifulSoup(environment().from_string(source).render(**values), "html.parser")


def only(soup: BeautifulSoup | Tag, selector: str) -> Tag:
    found = soup.select(selector)
    assert len(found) == 1, (selector, len(found))
    return found[0]


def page(name: str, **values: Any) -> BeautifulSoup:
    return BeautifulSoup(render(name, **values), "html.parser")
