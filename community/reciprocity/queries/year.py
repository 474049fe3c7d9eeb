"""The actor's own year: how often help went each way in every month, for their eyes alone."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, func, select

from community.core.prepared import Prepared
from community.identity.models import Actor
from community.reciprocity.models import PairDay
from community.reciprocity.queries.pairs import Other, OtherRow, day_of, known, number_of

MONTHS = 12
# Where the statement that is built once has its first and last day.
_FIRST, _LAST = 987_654_321, 987_654_322


@dataclass(slots=True)
class Month:
    """How many entries of one month count, each way."""

    first_on: date
    given: int = 0
    received: int = 0


def months_until(last: date) -> list[date]:
    """The first days of the twelve months that end with this day's, oldest first."""
    months = [last.replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]


def find_year(actor: Actor, at: date) -> list[Month]:
    """The twelve months up to `at`, of the entries that are in the actor's history."""
    months = {first: Month(first) for first in months_until(at)}
    values = {"first": number_of(min(months)), "last": number_of(at)}
    for row in _prepared(actor.shape).rows({**actor.places, **values}):
        month = months[day_of(row.day).replace(day=1)]
        month.given += row.given
        month.received += row.received
    return list(months.values())


@lru_cache(maxsize=100)
def _prepared(shape: tuple[str, int, int]) -> Prepared:
    """The statement for all actors of one shape."""
    nobody = Actor.stand_in(shape)
    return Prepared(_statement(nobody), {**nobody.places, "first": _FIRST, "last": _LAST})


def _statement(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            PairDay.day,
            func.sum(PairDay.given_entries).label("given"),
            func.sum(PairDay.received_entries).label("received"),
        )
        .join(OtherRow, and_(OtherRow.team_id == PairDay.team_id, OtherRow.id == PairDay.other_id))
        .join(Other, and_(Other.team_id == OtherRow.team_id, Other.id == OtherRow.canonical_id))
        .where(
            PairDay.team_id == actor.team_id,
            PairDay.viewer_id == actor.person_id,
            PairDay.day.between(_FIRST, _LAST),
            known(actor),
        )
        .group_by(PairDay.day)
    )
