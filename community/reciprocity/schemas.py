"""Pairs as programs read them."""

from collections.abc import Mapping
from datetime import UTC, date, timedelta
from typing import Any

from marshmallow import fields

from community.core.fields import Choice, Day, Moment, Schema
from community.ledger.models import KINDS
from community.reciprocity.measures import WORDS
from community.reciprocity.queries import PairView

PERIODS = {"30d": 30, "90d": 90, "12m": 365}
_DAY_LENGTH = 10


class AsOf(Moment):
    """A time with an offset, or a day; only its day in UTC matters."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if isinstance(value, str) and len(value) == _DAY_LENGTH:
            return Day().deserialize(value, attr, data)
        return super()._deserialize(value, attr, data, **kwargs).astimezone(UTC).date()


class PairArgs(Schema):
    """When the figures are of; now unless said otherwise."""

    as_of = AsOf(load_default=None)


class PeriodArgs(PairArgs):
    """How far back one looks, from when."""

    period = Choice(tuple(PERIODS), load_default="90d")


class PairOut(Schema):
    """The pair between the reader and a person.

    Given is from the reader to them. The ratios are null while there is no exchange.
    """

    person_id = fields.UUID(required=True)
    as_of = fields.Date(required=True)
    given = fields.Float(required=True)
    received = fields.Float(required=True)
    balance = fields.Float(required=True)
    volume = fields.Float(required=True)
    imbalance = fields.Float(required=True, allow_none=True)
    shown_imbalance = fields.Float(required=True, allow_none=True)
    reciprocity = fields.Float(required=True, allow_none=True)
    entries = fields.Integer(required=True)
    words = Choice(WORDS, required=True)
    state = Choice(("no exchange yet", "too early to tell", "told"), required=True)


class KindSum(Schema):
    """What counts of one kind."""

    kind = Choice(KINDS, required=True)
    entries = fields.Integer(required=True)
    value = fields.Float(required=True)


class MineOut(Schema):
    """What the reader gave and received by kind; nobody else reads it, and nothing adds it up."""

    period = Choice(tuple(PERIODS), required=True)
    as_of = fields.Date(required=True)
    since = fields.Date(required=True)
    given = fields.List(fields.Nested(KindSum), required=True)
    received = fields.List(fields.Nested(KindSum), required=True)


def dump_pair(view: PairView) -> dict[str, Any]:
    """A pair as `PairOut` describes it."""
    figures = view.figures
    return {
        "person_id": view.person_id,
        "as_of": view.at_day,
        "given": figures.given,
        "received": figures.received,
        "balance": figures.balance,
        "volume": figures.volume,
        "imbalance": figures.imbalance,
        "shown_imbalance": figures.shown_imbalance,
        "reciprocity": figures.reciprocity,
        "entries": view.exchange.entries,
        "words": view.words,
        "state": view.state,
    }


def dump_mine(period: str, day: date, sums: list[tuple[str, str, int, float]]) -> dict[str, Any]:
    """Sums by kind as `MineOut` describes them."""
    sides: dict[str, list[dict[str, Any]]] = {"given": [], "received": []}
    for side, kind, entries, value in sums:
        sides[side].append({"kind": kind, "entries": entries, "value": value})
    return {"period": period, "as_of": day, "since": period_start(period, day), **sides}


def period_start(period: str, day: date) -> date:
    """The first day of a period that ends on this day."""
    return day - timedelta(days=PERIODS[period])
