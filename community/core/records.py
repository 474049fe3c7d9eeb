"""Rows that wait to be written together: many tables, one statement, one round trip.

Each table's rows travel as one JSON value and are spread out by the database, so that the
statement is the same for one row and for a thousand, and short enough for the driver to keep
it prepared. Whoever records a row gives every column that has no default in the database.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Connection, Table

Shape = tuple[Table, tuple[str, ...], bool]
"""A table, the columns given, and whether a row that is there already may stay."""


class Records:
    """The rows of one transaction that wait, in the order they came."""

    def __init__(self) -> None:
        self._rows: dict[Shape, list[Mapping[str, Any]]] = {}
        self.is_read_soon = False

    def add(self, table: Table, row: Mapping[str, Any], *, once: bool) -> None:
        """Keep a row until `write`."""
        self._rows.setdefault((table, tuple(row), once), []).append(row)

    def clear(self) -> None:
        """Forget what waits."""
        self._rows = {}
        self.is_read_soon = False

    def write(self, connection: Connection) -> None:
        """Insert all that waits. References among the rows may be in any order."""
        if not self._rows:
            return
        shapes = sorted(self._rows, key=_name)
        values = {f"rows_{n}": _json(self._rows[shape]) for n, shape in enumerate(shapes)}
        self.clear()
        connection.exec_driver_sql(_statement(tuple(shapes)), values)


def _name(shape: Shape) -> tuple[str, tuple[str, ...], bool]:
    table, columns, once = shape
    return table.name, columns, once


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    # Whatever JSON has no form for (exact numbers, bytes are not recorded) travels as its text.
    return orjson.dumps(rows, default=str).decode()


@cache
def _statement(shapes: tuple[Shape, ...]) -> str:
    parts = [_insert(shape, f"rows_{number}") for number, shape in enumerate(shapes)]
    *before, last = parts
    named = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(before))
    return f"WITH {named} {last}" if named else last


def _insert(shape: Shape, place: str) -> str:
    table, columns, once = shape
    left_out = {c.key for c in table.columns if c.default is not None} - set(columns)
    if left_out:
        raise RuntimeError(f"a recorded row of {table.name} lacks {sorted(left_out)}")
    names = ", ".join(f'"{table.columns[column].name}"' for column in columns)
    conflict = " ON CONFLICT DO NOTHING" if once else ""
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {names}"
        f" FROM json_populate_recordset(NULL::{table.name}, %({place})s::json){conflict}"
    )
