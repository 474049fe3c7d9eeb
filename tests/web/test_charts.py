"""Charts: geometry, names, the table beside them, and what is refused."""

import pytest
from bs4 import BeautifulSoup

from community.web.charts import ColumnLabels, diverging_columns
from tests.web.drawing import NASTY, only

LABELS = ColumnLabels("By month", "About even.", "From you", "To you", "Month", "As a table")


def columns(given: list[float], received: list[float]) -> BeautifulSoup:
    months = [f"Month {n}" for n in range(len(given))]
    return BeautifulSoup(diverging_columns(months, given, received, LABELS), "html.parser")


def test_columns_grow_up_for_given_and_down_for_received_on_one_scale() -> None:
    soup = columns([4, 0], [2, 1])
    axis = float(str(only(soup, "line.axis")["y1"]))
    up, down = only(soup, "rect.given"), soup.select("rect.received")
    assert float(str(up["y"])) + float(str(up["height"])) <= axis
    assert all(float(str(column["y"])) >= axis for column in down)
    assert float(str(up["height"])) == pytest.approx(2 * float(str(down[0]["height"])))


def test_a_chart_has_a_name_a_sentence_and_a_table() -> None:
    soup = columns([4, 0], [2, 1])
    assert only(soup, "svg")["aria-label"] == "By month. About even."
    cells = [cell.get_text() for cell in soup.select("tbody td")]
    assert cells == ["4", "2", "0", "1"]
    assert soup.select("[style]") == []


def test_an_empty_year_is_a_line_and_no_columns() -> None:
    soup = columns([0] * 12, [0] * 12)
    assert soup.find("rect") is None
    assert only(soup, "line.axis")


def test_words_in_a_chart_are_escaped() -> None:
    labels = ColumnLabels(NASTY, NASTY, NASTY, NASTY, NASTY, NASTY)
    html = diverging_columns([NASTY], [1], [1], labels)
    assert "<script" not in html


@pytest.mark.parametrize(("given", "received"), [([1], [1, 2]), ([-1], [0])])
def test_numbers_that_make_no_chart_are_refused(given: list[float], received: list[float]) -> None:
    with pytest.raises(ValueError, match=r"differ|negative"):
        diverging_columns(["May"], given, received, LABELS)
