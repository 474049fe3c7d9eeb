"""The figures of a pair: the worked examples, and what must hold whatever the days are."""

import json
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.reciprocity import measures
from community.reciprocity.measures import DaySum, Exchange

DATA = Path(__file__).parents[1] / "data" / "worked_examples.json"
WORKED: dict[str, Any] = json.loads(DATA.read_text())["pay_it_forward"]
T = 60


def days_between(me: str, other: str) -> list[DaySum]:
    """The worked ledger's days from one person's point of view."""
    days = []
    for _, giver, receiver, value, day in WORKED["hand_ledger"]:
        points = Decimal(str(value))
        if (giver, receiver) == (me, other):
            days.append(DaySum(int(day), points, Decimal(0), 1, 0))
        if (giver, receiver) == (other, me):
            days.append(DaySum(int(day), Decimal(0), points, 0, 1))
    return measures.sum_days(days)


@pytest.mark.parametrize("pair", WORKED["hand_T60_H180"])
def test_the_worked_pairs_come_out_to_nine_digits(pair: str) -> None:
    me, other = pair.split("-")
    expected = WORKED["hand_T60_H180"][pair]
    exchange = measures.exchange_at(days_between(me, other), T)
    figures = measures.pair(exchange.given, exchange.received)
    names = {
        "given": "out",
        "received": "inn",
        "balance": "balance",
        "volume": "volume",
        "imbalance": "imbalance",
        "shown_imbalance": "imbalance_shrunk",
        "reciprocity": "reciprocity",
    }
    for ours, theirs in names.items():
        assert math.isclose(getattr(figures, ours), expected[theirs], rel_tol=1e-9, abs_tol=1e-9)


def test_two_entries_are_too_early_even_when_the_band_is_leaning() -> None:
    exchange = measures.exchange_at(days_between("A", "B"), T)
    shown = measures.pair(exchange.given, exchange.received).shown_imbalance
    assert shown is not None
    assert 1 / 3 < shown <= 2 / 3
    assert measures.words(exchange, T) == "too early to tell"


def test_without_exchange_every_ratio_is_null() -> None:
    figures = measures.pair(0.0, 0.0)
    assert (figures.imbalance, figures.shown_imbalance, figures.reciprocity) == (None, None, None)
    assert measures.words(measures.NOTHING, T) == "no exchange yet"


@pytest.mark.parametrize(
    ("given_", "received", "words"),
    [
        (3.0, 3.0, "balanced"),
        (4.0, 1.0, "leaning"),
        (2.0, 0.0, "leaning"),
        (10.0, 1.0, "one-sided"),
        (1.0, 10.0, "one-sided"),
    ],
)
def test_bands_follow_the_shown_imbalance(given_: float, received: float, words: str) -> None:
    assert measures.words(Exchange(given_, received, 3, 0), 90) == words


def test_three_entries_and_ninety_days_are_enough() -> None:
    assert measures.words(Exchange(3.0, 3.0, 3, 0), 89) == "too early to tell"
    assert measures.words(Exchange(3.0, 3.0, 2, 0), 90) == "too early to tell"
    assert measures.words(Exchange(3.0, 3.0, 3, 0), 90) == "balanced"


def test_a_day_counts_six_points_at_most_each_way() -> None:
    days = [DaySum(0, Decimal(9), Decimal(7), 9, 7)]
    exchange = measures.exchange_at(days, 0)
    assert (exchange.given, exchange.received) == (6.0, 6.0)


def test_what_happens_later_is_not_counted_before_its_day() -> None:
    days = [DaySum(0, Decimal(1), Decimal(0), 1, 0), DaySum(5, Decimal(0), Decimal(1), 0, 1)]
    assert measures.exchange_at(days, 4) == Exchange(1.0 * 2 ** (-4 / 180), 0.0, 1, 0)


def test_lifetime_does_not_decay() -> None:
    days = [DaySum(0, Decimal(2), Decimal(1), 1, 1)]
    assert measures.exchange_at(days, 5000, half_life=None) == Exchange(2.0, 1.0, 2, 0)


points = st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(2), Decimal("3.25"), Decimal(7)])
day_sums = st.lists(
    st.builds(
        DaySum,
        day=st.integers(20_000, 20_400),
        given=points,
        received=points,
        given_entries=st.just(1),
        received_entries=st.just(1),
    ),
    max_size=12,
)


@given(day_sums, st.randoms(use_true_random=False))
def test_the_order_of_days_does_not_matter(days: list[DaySum], random: Any) -> None:
    shuffled = random.sample(days, len(days))
    assert measures.sum_days(days) == measures.sum_days(shuffled)


@given(day_sums, st.integers(20_000, 21_000), st.integers(0, 400))
def test_ageing_is_the_same_as_reckoning_later(days: list[DaySum], at: int, later: int) -> None:
    known = [d for d in measures.sum_days(days) if d.day <= at]
    aged = measures.aged(measures.exchange_at(known, at), later)
    anew = measures.exchange_at(known, at + later)
    assert math.isclose(aged.given, anew.given, rel_tol=1e-9, abs_tol=1e-12)
    assert math.isclose(aged.received, anew.received, rel_tol=1e-9, abs_tol=1e-12)
    assert (aged.entries, aged.first_day) == (anew.entries, anew.first_day)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_two_of_them_read_mirrored_figures(given_: float, received: float) -> None:
    mine, theirs = measures.pair(given_, received), measures.pair(received, given_)
    assert mine.balance == -theirs.balance
    assert mine.reciprocity == theirs.reciprocity
    if mine.shown_imbalance is not None:
        assert abs(mine.shown_imbalance) < 1
