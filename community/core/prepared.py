"""Statements made once for a shape of question and asked many times with other values.

Building a rich SELECT costs more than running it. A hot query is therefore built with stand-in
values, compiled, and kept as SQL with places for the real ones; it still comes from the same
functions (`policy.visible` and all) as any other. What a stand-in must be: a value that occurs
nowhere else, so that its places are found by equality.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.sql.selectable import SelectBase

from community.core import db


class Prepared:
    """SQL with named places. `stand_ins` are the values the statement was built with.

    A stand-in that is a tuple gives a place to each of its members, and to the whole as a list.
    """

    def __init__(self, statement: SelectBase, stand_ins: Mapping[str, Any]) -> None:
        compiled = statement.compile(
            dialect=db.engine().dialect, compile_kwargs={"render_postcompile": True}
        )
        self.sql = compiled.string
        self.fixed: dict[str, Any] = {}
        self.places: dict[str, tuple[str, int | None]] = {}
        for bind, value in compiled.params.items():
            place = _place_of(value, stand_ins)
            if place is not None:
                self.places[bind] = place
            else:
                self.fixed[bind] = _constant(bind, value)
        # A time bounds some audiences only; an id that nothing asks for is a mistake.
        wanted = {name for name, value in stand_ins.items() if not isinstance(value, datetime)}
        missing = wanted - {name for name, _index in self.places.values()}
        if missing:
            raise RuntimeError(f"these values have no place in the statement: {sorted(missing)}")

    def rows(self, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """Ask with these values, one for each stand-in."""
        given = dict(self.fixed)
        for bind, (name, index) in self.places.items():
            value = values[name]
            if index is not None:
                value = value[index]
            given[bind] = list(value) if isinstance(value, tuple) else value
        return db.session().connection().exec_driver_sql(self.sql, given).all()


def _place_of(value: Any, stand_ins: Mapping[str, Any]) -> tuple[str, int | None] | None:
    for name, stand_in in stand_ins.items():
        if isinstance(stand_in, tuple):
            if isinstance(value, list) and tuple(value) == stand_in:
                return name, None
            if value in stand_in:
                return name, stand_in.index(value)
        elif type(value) is type(stand_in) and value == stand_in:
            return name, None
    return None


def _constant(bind: str, value: Any) -> Any:
    """A constant of the statement: never an id or a time, which would be somebody's."""
    several = value if isinstance(value, (list, tuple)) else [value]
    if any(isinstance(one, (UUID, datetime)) for one in several):
        raise RuntimeError(f"{bind} holds an id or a time that is no stand-in")
    return value
