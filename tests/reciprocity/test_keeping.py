"""The kept pairs equal the ledger: after any order of acts, late entries and voids."""

import math
import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from community.core import clock, db
from community.core.errors import AppError
from community.identity.models import Actor
from community.ledger import actions as ledger
from community.ledger.actions import projections
from community.people.models import Person
from community.reciprocity import actions, measures, queries
from community.reciprocity.models import PairDay, PairSum
from tests.factories.identity import acting, make_member, make_team
from tests.factories.ledger import acknowledge, days_ago, log_give, say_thanks
from tests.factories.people import make_person

UNHURRIED = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reciprocity listens to the ledger, as app.py arranges it."""
    monkeypatch.setattr(projections, "PROJECTIONS", [actions.keep])


def pair(me: Actor, other_id: Any, *, days_from_now: int = 0) -> queries.PairView:
    """The pair as the API reads it."""
    with acting(me):
        return queries.get_pair(me, other_id, clock.today() + timedelta(days=days_from_now))


def differences(actor: Actor) -> list[str]:
    with acting(actor):
        return actions.verify()


def test_a_word_about_oneself_counts_nothing_until_the_receiver_says_so(
    owner: Actor, member: Actor
) -> None:
    entry = log_give(owner, member.person_id, size="large")
    assert pair(owner, member.person_id).figures.volume == 0
    acknowledge(member, entry.give.id)
    assert pair(owner, member.person_id).figures.given == 2
    assert pair(member, owner.person_id).figures.received == 2


def test_the_stated_impact_replaces_the_size(owner: Actor, member: Actor) -> None:
    entry = log_give(owner, member.person_id, size="large")
    acknowledge(member, entry.give.id, impact="small")
    assert pair(owner, member.person_id).figures.given == 0.5


def test_help_to_somebody_outside_counts_in_the_givers_own_view_at_once(owner: Actor) -> None:
    outsider = make_person(owner)
    log_give(owner, outsider.id)
    assert pair(owner, outsider.id).figures.given == 1
    assert differences(owner) == []


def test_no_reply_counts_in_the_givers_view_alone(owner: Actor, member: Actor) -> None:
    log_give(owner, member.person_id, no_reply=True)
    assert pair(owner, member.person_id).figures.given == 1
    assert pair(member, owner.person_id).figures.volume == 0
    assert differences(owner) == []


def test_a_private_give_counts_in_the_two_private_balances(owner: Actor, member: Actor) -> None:
    third = make_member(owner, "Kofi Asante")
    say_thanks(owner, member.person_id, visibility=None)
    assert pair(owner, member.person_id).figures.received == 1
    assert pair(third, member.person_id).figures.volume == 0


def test_voiding_restores_the_earlier_figures_exactly(owner: Actor, member: Actor) -> None:
    say_thanks(owner, member.person_id, happened_on=days_ago(owner, 40))
    before = pair(owner, member.person_id)
    entry = say_thanks(owner, member.person_id, happened_on=days_ago(owner, 3))
    assert pair(owner, member.person_id).figures != before.figures
    with acting(owner):
        ledger.correct(owner, entry.give.id)
    assert pair(owner, member.person_id) == before
    assert differences(owner) == []


def test_voiding_the_only_entry_leaves_no_exchange(owner: Actor, member: Actor) -> None:
    entry = say_thanks(owner, member.person_id)
    with acting(owner):
        ledger.retract(owner, entry.give.id)
    assert pair(owner, member.person_id).words == "no exchange yet"
    assert differences(owner) == []


def test_splitting_an_entry_changes_no_balance(owner: Actor, member: Actor) -> None:
    other = make_member(owner)
    day = days_ago(owner, 30)
    say_thanks(owner, member.person_id, impact="large", happened_on=day)
    say_thanks(owner, other.person_id, impact="medium", happened_on=day)
    say_thanks(owner, other.person_id, impact="medium", happened_on=day)
    whole, split = pair(owner, member.person_id), pair(owner, other.person_id)
    assert whole.figures == split.figures


def test_more_than_six_points_a_day_count_six(owner: Actor, member: Actor) -> None:
    for _ in range(4):
        say_thanks(owner, member.person_id, impact="large")
    assert pair(owner, member.person_id).figures.received == 6
    assert differences(owner) == []


def test_tomorrows_give_counts_from_its_day(owner: Actor, member: Actor) -> None:
    say_thanks(owner, member.person_id, happened_on=days_ago(owner, -1))
    assert pair(owner, member.person_id).figures.volume == 0
    assert pair(owner, member.person_id, days_from_now=1).figures.received == 1


def test_an_earlier_day_is_reckoned_from_the_days(owner: Actor, member: Actor) -> None:
    say_thanks(owner, member.person_id, happened_on=days_ago(owner, 200))
    say_thanks(owner, member.person_id, happened_on=days_ago(owner, 2))
    earlier = pair(owner, member.person_id, days_from_now=-20)
    assert math.isclose(earlier.figures.received, 2 ** (-180 / 180))
    assert earlier.exchange.entries == 1


def test_merged_people_are_one_pair_and_come_apart_again(owner: Actor) -> None:
    one, other = make_person(owner), make_person(owner)
    day = days_ago(owner, 1)
    for person in (one, other):
        for _ in range(2):
            log_give(owner, person.id, size="large", happened_on=day)
    with acting(owner):
        merged = db.session().get_one(Person, (owner.team_id, other.id))
        merged.merged_into_id = merged.canonical_id = one.id
    together = pair(owner, one.id)
    assert math.isclose(together.figures.given, 6 * 2 ** (-1 / 180))
    assert pair(owner, other.id).figures == together.figures
    with acting(owner):
        merged = db.session().get_one(Person, (owner.team_id, other.id))
        merged.merged_into_id, merged.canonical_id = None, other.id
    assert math.isclose(pair(owner, one.id).figures.given, 4 * 2 ** (-1 / 180))


entries = st.lists(
    st.tuples(
        st.sampled_from(["log", "thank", "outside"]),
        st.integers(-1, 400),
        st.sampled_from(["small", "medium", "large"]),
        st.sampled_from(["leave", "answer", "amend", "dispute", "void"]),
    ),
    min_size=1,
    max_size=7,
)


def live_through(
    owner: Actor, member: Actor, outsider: Any, entry: tuple[str, int, str, str]
) -> None:
    """Log one entry and let what follows follow."""
    way, days, size, then = entry
    day = days_ago(owner, days)
    if way == "thank":
        give_id = say_thanks(owner, member.person_id, impact=size, happened_on=day).give.id
        if then == "void":
            with acting(member):
                ledger.correct(member, give_id)
        return
    to = member.person_id if way == "log" else outsider.id
    give_id = log_give(owner, to, size=size, happened_on=day).give.id
    if way == "outside" or then == "leave":
        if then == "void":
            with acting(owner):
                ledger.retract(owner, give_id)
        return
    with acting(member):
        if then == "dispute":
            ledger.dispute(member, give_id)
        elif then == "amend":
            ledger.amend(member, give_id, happened_on=clock.today() - timedelta(days=days // 2 + 1))
        else:
            ledger.acknowledge(member, give_id)
    if then == "void":
        with acting(owner):
            ledger.correct(owner, give_id)


@given(entries=entries)
@UNHURRIED
def test_what_is_kept_equals_a_replay_after_anything(
    configured: None, entries: list[tuple[str, int, str, str]]
) -> None:
    owner = make_team()
    member, outsider = make_member(owner), make_person(owner)
    for entry in entries:
        live_through(owner, member, outsider, entry)
    assert differences(owner) == []
    kept = all_rows(owner)
    with acting(owner):
        actions.rebuild()
    assert all_rows(owner) == kept


@given(entries=entries, random=st.randoms(use_true_random=False))
@UNHURRIED
def test_the_order_of_arrival_does_not_matter(
    configured: None, entries: list[tuple[str, int, str, str]], random: Any
) -> None:
    figures = []
    for order in (entries, random.sample(entries, len(entries))):
        owner = make_team()
        member, outsider = make_member(owner), make_person(owner)
        for entry in order:
            live_through(owner, member, outsider, entry)
        views = [pair(owner, other) for other in (member.person_id, outsider.id)]
        figures.append([(v.exchange.given, v.exchange.received, v.exchange.entries) for v in views])
    for first, second in zip(*figures, strict=True):
        assert first[2] == second[2]
        assert math.isclose(first[0], second[0], rel_tol=1e-9, abs_tol=1e-9)
        assert math.isclose(first[1], second[1], rel_tol=1e-9, abs_tol=1e-9)


def all_rows(actor: Actor) -> tuple[list[Any], list[Any]]:
    """Days to the last digit, sums to nine."""
    with acting(actor):
        days = db.session().scalars(select(PairDay)).all()
        sums = db.session().scalars(select(PairSum)).all()
    exact = sorted(
        (str(d.viewer_id), str(d.other_id), d.day, d.given, d.received, d.given_entries)
        for d in days
        if d.given_entries + d.received_entries
    )
    rounded = sorted(
        (
            str(s.viewer_id),
            str(s.other_id),
            s.latest_day,
            round(s.given, 9),
            round(s.received, 9),
            s.entries,
        )
        for s in sums
    )
    return exact, rounded


def test_verify_finds_a_figure_that_was_tampered_with(owner: Actor, member: Actor) -> None:
    say_thanks(owner, member.person_id)
    assert differences(owner) == []
    with acting(owner):
        row = (
            db.session().scalars(select(PairSum).where(PairSum.viewer_id == owner.person_id)).one()
        )
        row.received += 0.001
    assert len(differences(owner)) == 1
    with acting(owner):
        day = (
            db.session().scalars(select(PairDay).where(PairDay.viewer_id == owner.person_id)).one()
        )
        day.received += 1
    assert len(differences(owner)) == 2
    with acting(owner):
        actions.rebuild()
    assert differences(owner) == []


def test_half_life_and_cap_are_those_of_the_measures() -> None:
    assert (measures.HALF_LIFE, measures.DAILY_CAP) == (180, 6)


def test_many_acts_on_one_pair_at_once_lose_nothing_and_do_not_deadlock(
    owner: Actor, member: Actor
) -> None:
    failed: list[Exception] = []
    start = threading.Barrier(6)

    def act(me: Actor, other: Actor, days: int) -> None:
        start.wait()
        try:
            for _ in range(3):
                give_id = log_give(me, other.person_id, happened_on=days_ago(me, days)).give.id
                acknowledge(other, give_id)
                say_thanks(me, other.person_id, happened_on=days_ago(me, days + 1))
        except (AppError, DBAPIError) as error:
            failed.append(error)

    sides = [(owner, member), (member, owner)]
    threads = [threading.Thread(target=act, args=(*sides[n % 2], n)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert differences(owner) == []
    assert pair(owner, member.person_id).exchange.entries == 36
