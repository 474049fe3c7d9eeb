"""All the positions of somebody in one cell of a table: one a line, newest first, parts by semicolons."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from community.core.card_text import escape, split_value
from community.exchange.formats.limits import MAX_VALUES
from community.exchange.formats.record import Job

_PARTS = ("organisation", "title", "from_on", "to_on")


def write_jobs(positions: Iterable[Mapping[str, Any]]) -> str:
    """`Hale;CTO;2021-01-01;` and so on, of positions as the API has them."""
    return "\n".join(
        ";".join(escape(str(held[name] or "")) for name in _PARTS) for held in positions
    )


def read_jobs(cell: str) -> Iterator[Job]:
    """The positions of such a cell; a day that is none is left out."""
    for line in cell.split("\n")[:MAX_VALUES]:
        organisation, title, from_on, to_on = [*split_value(line, ";"), "", "", "", ""][:4]
        if organisation.strip() or title.strip():
            yield Job(organisation, title, _day(from_on), _day(to_on))


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        return None
