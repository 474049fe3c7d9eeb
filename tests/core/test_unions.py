"""Rows of several kinds in one statement."""

from typing import Any

import pytest
from sqlalchemy import ARRAY, Date, Integer, Text, Uuid, cast, column, literal, null, select, values

from community.core import db
from community.core.unions import Parts
from community.identity.models import Actor
from tests.factories.identity import acting


def test_each_row_has_its_own_columns_with_their_types(owner: Actor) -> None:
    one = select(
        literal(7, Integer).label("many"),
        cast(literal("2026-03-01"), Date).label("day"),
        cast(null(), ARRAY(Uuid)).label("ids"),
    )
    made = values(column("word", Text), column("many", Integer), name="made").data(
        [("a", 1), ("b", 2)]
    )
    parts = Parts({"one": one, "other": select(made)})
    with acting(owner):
        found: list[tuple[str, Any]] = [
            parts.read(row) for row in db.session().execute(parts.statement)
        ]
    assert [code for code, _row in found] == ["one", "other", "other"]
    first = found[0][1]
    assert (first.many, first.day.isoformat(), first.ids) == (7, "2026-03-01", None)
    assert {(row.word, row.many) for _code, row in found[1:]} == {("a", 1), ("b", 2)}
    with pytest.raises(AttributeError):
        _missing = first.word
