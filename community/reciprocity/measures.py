"""The pair between two people, exactly as measures.md §2: plain functions over plain numbers.

Days are day numbers (days since 1970-01-01). Values of a day are capped for each direction
before anything else is done with them. Given and received are from one person's point of view.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

HALF_LIFE = 180
DAILY_CAP = Decimal(6)
ENOUGH_ENTRIES = 3
ENOUGH_DAYS = 90
PRIOR = 2
NO_EXCHANGE = "no exchange yet"
TOO_EARLY = "too early to tell"
BALANCED = "balanced"
LEANING = "leaning"
ONE_SIDED = "one-sided"
WITHOUT_BAND = (NO_EXCHANGE, TOO_EARLY)
WORDS = (*WITHOUT_BAND, BALANCED, LEANING, ONE_SIDED)


@dataclass(frozen=True, slots=True)
class DaySum:
    """What counts on one day, uncapped, and by how many entries."""

    day: int
    given: Decimal
    received: Decimal
    given_entries: int = 0
    received_entries: int = 0


@dataclass(frozen=True, slots=True)
class Exchange:
    """The decayed sums of a pair at a day, and what the words need to know besides."""

    given: float
    received: float
    entries: int
    first_day: int | None


NOTHING = Exchange(0.0, 0.0, 0, None)


@dataclass(frozen=True, slots=True)
class Pair:
    """The figures of a pair; imbalances and reciprocity are None while there is no exchange."""

    given: float
    received: float
    balance: float
    volume: float
    imbalance: float | None
    shown_imbalance: float | None
    reciprocity: float | None


def capped(points: Decimal) -> Decimal:
    """The day's points of one direction: scaling its entries by min(1, 6/Σ) sums to min(Σ, 6)."""
    return min(points, DAILY_CAP)


def decay(days: int, half_life: float | None = HALF_LIFE) -> float:
    """What is left of a point after so many days; all of it without a half-life."""
    return 1.0 if half_life is None else float(2.0 ** (-days / half_life))


def exchange_at(days: Iterable[DaySum], at: int, half_life: float | None = HALF_LIFE) -> Exchange:
    """W both ways at day `at`, from the days up to it."""
    known = [d for d in days if d.day <= at and d.given_entries + d.received_entries > 0]
    if not known:
        return NOTHING
    return Exchange(
        given=sum(float(capped(d.given)) * decay(at - d.day, half_life) for d in known),
        received=sum(float(capped(d.received)) * decay(at - d.day, half_life) for d in known),
        entries=sum(d.given_entries + d.received_entries for d in known),
        first_day=min(d.day for d in known),
    )


def aged(kept: Exchange, days: int) -> Exchange:
    """The same exchange so many days later, nothing new in between."""
    left = decay(days)
    return Exchange(kept.given * left, kept.received * left, kept.entries, kept.first_day)


def pair(given: float, received: float) -> Pair:
    """Balance, volume, imbalance β = B/V, the shown B/(V + 2) and reciprocity 1 − |β|."""
    balance, volume = given - received, given + received
    if volume <= 0:
        return Pair(given, received, balance, volume, None, None, None)
    imbalance = balance / volume
    return Pair(
        given, received, balance, volume, imbalance, balance / (volume + PRIOR), 1 - abs(imbalance)
    )


def words(exchange: Exchange, at: int) -> str:
    """The band of the shown imbalance, or that it is too early for one."""
    figures = pair(exchange.given, exchange.received)
    if figures.shown_imbalance is None or exchange.first_day is None:
        return NO_EXCHANGE
    if exchange.entries < ENOUGH_ENTRIES or at - exchange.first_day < ENOUGH_DAYS:
        return TOO_EARLY
    shown = abs(figures.shown_imbalance)
    if shown <= 1 / 3:
        return BALANCED
    return LEANING if shown <= 2 / 3 else ONE_SIDED


def sum_days(days: Iterable[DaySum]) -> list[DaySum]:
    """Days of several views of the same pair (merged people) as one view, in order."""
    sums: dict[int, DaySum] = {}
    for d in days:
        old = sums.get(d.day, DaySum(d.day, Decimal(0), Decimal(0)))
        sums[d.day] = DaySum(
            d.day,
            old.given + d.given,
            old.received + d.received,
            old.given_entries + d.given_entries,
            old.received_entries + d.received_entries,
        )
    return [sums[day] for day in sorted(sums)]
