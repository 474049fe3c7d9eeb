"""Rows of several kinds in one statement: each kind's columns beside the others', empty in their rows.

One round trip then reads as many kinds as there are, each with its own columns and types.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Text,
    cast,
    literal,
    literal_column,
    null,
    select,
    union_all,
)

from community.core.paging import Rows


class PartRow:
    """A row of one kind: its own columns alone, by name."""

    __slots__ = ("_mapping",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._mapping = values

    def __getattr__(self, name: str) -> Any:
        try:
            return self._mapping[name]
        except KeyError:
            raise AttributeError(name) from None


class Parts:
    """Several SELECTs as one; `read` tells a row's kind and gives it back its columns."""

    def __init__(self, parts: Mapping[str, Rows]) -> None:
        self._places: dict[str, tuple[int, tuple[str, ...]]] = {}
        subqueries = {code: part.subquery(f"part_{code}") for code, part in parts.items()}
        start = 1
        for code, part in subqueries.items():
            names = tuple(part.c.keys())
            self._places[code] = start, names
            start += len(names)
        selects = [
            select(
                cast(literal(code), Text),
                *(
                    column if other is part else _nothing(column, is_first=number == 0)
                    for other in subqueries.values()
                    for column in other.c
                ),
            )
            for number, (code, part) in enumerate(subqueries.items())
        ]
        self.statement: CompoundSelect[*tuple[Any, ...]] = union_all(*selects)

    def read(self, row: Row[Any] | Sequence[Any]) -> tuple[str, PartRow]:
        """The kind of a row, and the row."""
        start, names = self._places[row[0]]
        values = row[start : start + len(names)]
        return row[0], PartRow(dict(zip(names, values, strict=True)))


def _nothing(column: ColumnElement[Any], *, is_first: bool) -> ColumnElement[Any]:
    """Nothing, of a column's type: said once, the other SELECTs take it from the first."""
    return cast(null(), column.type) if is_first else literal_column("NULL")
