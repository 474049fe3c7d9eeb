"""docs/security.md: every requirement has a row, every met row names a proof, and every proof exists."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
LISTED = dict(
    line.split() for line in (ROOT / "tests/data/asvs-5.0.0.txt").read_text().splitlines()
)
STATES = ("met", "not applicable", "not met", "operator")


class Row(NamedTuple):
    id: str
    level: str
    asks: str
    state: str
    proof: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        """The tests it names: file and function."""
        return re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", self.proof)


ROWS = [
    Row(*found)
    for found in re.findall(
        r"^\| (V[\d.]+) \| (\d) \| (.*?) \| (.*?) \| (.*?) \|$", PAGE, re.MULTILINE
    )
]


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_list_is_that_of_the_standard() -> None:
    """70 requirements of level 1 and 183 of level 2, in 17 chapters."""
    levels = list(LISTED.values())
    assert (levels.count("1"), levels.count("2"), len(levels)) == (70, 183, 253)
    assert {name.split(".")[0] for name in LISTED} == {f"V{number}" for number in range(1, 18)}


def test_every_requirement_has_one_row_with_its_level() -> None:
    assert [(row.id, row.level) for row in ROWS] == list(LISTED.items())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_says_how_it_stands_and_what_proves_it(row: Row) -> None:
    assert row.state in STATES
    assert len(row.asks) > 3
    assert row.tests or (row.state != "met" and len(row.proof) > 5)
    assert [test for test in row.tests if test[1] not in functions(test[0])] == []


def test_the_page_counts_what_it_says() -> None:
    states = [row.state for row in ROWS]
    said = {
        "met": r"(\d+) met",
        "operator": r"(\d+) left to the operator",
        "not applicable": r"(\d+) not applicable",
        "not met": r"(\d+) not met",
    }
    told = {name: re.search(pattern, PAGE) for name, pattern in said.items()}
    assert {name: int(found[1]) for name, found in told.items() if found} == {
        name: states.count(name) for name in STATES
    }


def test_the_page_has_a_section_for_each_thing_it_promises() -> None:
    sections = dict(re.findall(r"^## ([^\n]+)\n(.+?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
    anchors = {re.sub(r"[^a-z ]", "", name.lower()).replace(" ", "-") for name in sections}
    linked = {link for row in ROWS for link in re.findall(r"\]\(#([\w-]+)\)", row.proof)}
    assert linked
    assert linked - anchors == set()
    assert all(len(text.split()) > 20 for name, text in sections.items() if name != "Row by row")


def test_what_is_not_met_is_no_more_than_it_was() -> None:
    """Whoever mends one takes it out here; whoever adds one says why in its row."""
    assert {row.id for row in ROWS if row.state == "not met"} == {
        "V2.1.2",
        "V4.2.1",
        "V6.3.3",
        "V6.5.2",
        "V6.5.5",
        "V6.6.2",
        "V6.8.4",
        "V7.4.4",
        "V7.4.5",
        "V7.5.2",
        "V12.3.2",
        "V13.2.1",
        "V14.2.1",
        "V16.3.1",
    }
