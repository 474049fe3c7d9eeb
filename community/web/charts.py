"""Charts as SVG text. Geometry comes from here, colour from classes in charts.css, words from the caller.

Nothing carries a style attribute, so the content security policy holds and themes and forced colours apply.
Every chart has a name, a sentence and a table with the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT, AXIS = 300, 128, 56
REACH = 52
"""Height in units that the largest value of either side may take."""


@dataclass(frozen=True, slots=True)
class ColumnLabels:
    """The words of a columns chart, already in the reader's language."""

    name: str
    sentence: str
    given: str
    received: str
    month: str
    table: str


def diverging_columns(
    months: Sequence[str], given: Sequence[float], received: Sequence[float], labels: ColumnLabels
) -> Markup:
    """One column a month, oldest first: given above the line, received below, both on one scale.

    The three sequences have the same length; values are at least 0. Raises ValueError otherwise.
    """
    if not len(months) == len(given) == len(received):
        raise ValueError("months, given and received differ in length")
    if any(value < 0 for value in (*given, *received)):
        raise ValueError("a value is negative")
    drawing = _columns(months, given, received, labels)
    return Markup(
        '<figure><svg class="chart chart-columns" viewBox="0 0 {w} {h}" role="img"'
        ' aria-label="{name}. {sentence}">{drawing}</svg>'
        '<figcaption class="flow"><ul class="legend"><li><span class="key key-give"></span>{given}</li>'
        '<li><span class="key key-receive"></span>{received}</li></ul><p class="soft small">{sentence}</p></figcaption>'
        '<details class="figure-table no-print mt"><summary>{table}</summary>{rows}</details></figure>'
    ).format(
        w=WIDTH,
        h=HEIGHT,
        name=labels.name,
        sentence=labels.sentence,
        given=labels.given,
        received=labels.received,
        table=labels.table,
        drawing=drawing,
        rows=_table(months, given, received, labels),
    )


def _columns(
    months: Sequence[str], given: Sequence[float], received: Sequence[float], labels: ColumnLabels
) -> Markup:
    top = max((*given, *received, 1))
    step = (WIDTH - 8) / max(len(months), 1)
    width = max(step - 6, 2)
    every = max(1, round(len(months) / 4))
    parts = [
        Markup('<line class="axis" x1="0" x2="{}" y1="{}" y2="{}"/>').format(WIDTH, AXIS, AXIS)
    ]
    for at, (month, gave, got) in enumerate(zip(months, given, received, strict=True)):
        x = 4 + at * step + (step - width) / 2
        up, down = REACH * gave / top, REACH * got / top
        if gave:
            parts.append(
                _column("given", x, AXIS - 1 - up, width, up, f"{month}: {labels.given} {gave:g}")
            )
        if got:
            parts.append(
                _column("received", x, AXIS + 1, width, down, f"{month}: {labels.received} {got:g}")
            )
        if at % every == 0:
            parts.append(
                Markup('<text class="tick" x="{:.1f}" y="{}">{}</text>').format(
                    x, HEIGHT - 5, escape(month[:3])
                )
            )
    return Markup("").join(parts)


def _column(side: str, x: float, y: float, width: float, height: float, title: str) -> Markup:
    return Markup(
        '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2"><title>{}</title></rect>'
    ).format(side, x, y, width, height, title)


def _table(
    months: Sequence[str], given: Sequence[float], received: Sequence[float], labels: ColumnLabels
) -> Markup:
    rows = Markup("").join(
        Markup(
            '<tr><th scope="row">{}</th><td class="r num">{:g}</td><td class="r num">{:g}</td></tr>'
        ).format(*line)
        for line in zip(months, given, received, strict=True)
    )
    return Markup(
        '<div class="table-wrap"><table class="table"><caption class="sr">{}</caption>'
        '<thead><tr><th scope="col">{}</th><th scope="col" class="r">{}</th><th scope="col" class="r">{}</th></tr>'
        "</thead><tbody>{}</tbody></table></div>"
    ).format(labels.name, labels.month, labels.given, labels.received, rows)
