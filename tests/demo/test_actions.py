"""The sample team lived through its year: every figure adds up from its rows, and no mail is owed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Row, func, select, text

from community.accounts.actions.teams import NewTeam, add_member, create_team, find_or_create_user
from community.core import clock, db
from community.core.outbox import OutboxRow
from community.core.paging import PageRequest
from community.demo import actions, queries
from community.demo.actions import year
from community.identity.models import Actor, Circle, Membership, Team, User
from community.journal import queries as journal_queries
from community.ledger.models import Give, GiveState
from community.notifications.models import Notice
from community.people.models import Moment, Note, Person
from community.reciprocity.queries import find_pairs
from tests.demo.conftest import differences, member
from tests.factories.identity import acting
from tests.factories.journal import seal_all


def test_it_is_as_large_as_it_says_and_plainly_marked(noor: Actor) -> None:
    with acting(noor) as unit:
        count = lambda model: unit.session.scalar(select(func.count()).select_from(model))  # noqa: E731
        team = unit.session.get_one(Team, noor.team_id)
        assert (team.is_demo, team.slug, "sample" in team.name) == (True, "sample", True)
        assert (count(Membership), count(Circle), count(Give)) == (12, 2, 400)
        outside = unit.session.scalars(select(Person).where(Person.membership_id.is_(None))).all()
        assert len(outside) == 40
        assert {person.source for person in outside} == {"demo"}
        assert {person.audience for person in outside} == {"team", "circle", "private"}
        assert {note.audience for note in unit.session.scalars(select(Note))} == {
            "team",
            "circle",
            "private",
        }
        days = unit.session.execute(
            select(func.min(Give.happened_on), func.max(Give.happened_on))
        ).one()
        assert days[1] - days[0] == timedelta(days=364)
        assert clock.today() - days[1] <= timedelta(days=1)


def test_every_state_a_give_can_be_in_is_there(noor: Actor) -> None:
    with acting(noor) as unit:
        found = _counts(
            unit.session.execute(select(GiveState.state, func.count()).group_by(GiveState.state))
        )
        awaiting = unit.session.scalar(
            select(func.count()).where(GiveState.awaiting, GiveState.receiver_id == noor.person_id)
        )
        told = unit.session.scalar(select(func.count()).where(GiveState.told_at.is_not(None)))
    assert sum(found.values()) == 400
    assert set(found) == {
        "logged",
        "acknowledged",
        "amended",
        "disputed",
        "retracted",
        "lapsed",
        "corrected",
    }
    planned = year.plan_year(clock.local_clock())
    assert (
        awaiting
        == sum(each.fate == "awaiting" and each.receiver == noor.name for each in planned)
        >= 3
    )
    assert told == 8


def test_states_days_and_sums_are_those_of_a_replay(noor: Actor) -> None:
    with acting(noor):
        assert differences() == []


@pytest.mark.parametrize("name", ["noor.haddad", "ivy.okonjo", "luca.ferri"])
def test_the_balances_shown_add_up_from_the_rows(noor: Actor, name: str) -> None:
    actor = member(f"{name}@sample.example.org")
    with acting(actor) as unit:
        today = clock.today()
        shown = find_pairs(actor, today, PageRequest(limit=100)).items
        rows = unit.session.execute(select(GiveState, Person.membership_id).join(
            Person, (Person.team_id == GiveState.team_id) & (Person.id == GiveState.receiver_id))).all()  # fmt: skip
    reckoned = _reckon(actor, rows, today)
    assert {view.person_id for view in shown} == reckoned.keys()
    for view in shown:
        given, received, entries = reckoned[view.person_id]
        assert view.exchange.given == pytest.approx(given, rel=1e-9)
        assert view.exchange.received == pytest.approx(received, rel=1e-9)
        assert view.exchange.entries == entries


def _reckon(actor: Actor, rows: list[Row[Any]], today: date) -> dict[Any, tuple[float, float, int]]:
    """measures.md §2 by hand: capped at 6 points a day and way, halved every 180 days."""
    days: dict[Any, dict[tuple[bool, date], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    entries: dict[Any, int] = defaultdict(int)
    for state, receiver_membership in rows:
        gave = state.giver_id == actor.person_id
        if not gave and state.receiver_id != actor.person_id:
            continue
        counts = state.state in ("acknowledged", "amended")
        if gave and state.state == "logged" and (state.no_reply or receiver_membership is None):
            counts = True
        if counts and state.happened_on <= today:
            other = state.receiver_id if gave else state.giver_id
            days[other][gave, state.happened_on] += state.value
            entries[other] += 1
    return {other: (*_both_ways(sums, today), entries[other]) for other, sums in days.items()}


def _both_ways(sums: dict[tuple[bool, date], Decimal], today: date) -> tuple[float, float]:
    ways = {True: 0.0, False: 0.0}
    for (gave, day), value in sums.items():
        ways[gave] += min(float(value), 6.0) * 2 ** (-(today - day).days / 180)
    return ways[True], ways[False]


def _counts(rows: Iterable[Row[Any]]) -> dict[str, int]:
    return {row[0]: row[1] for row in rows}


def test_no_mail_is_owed_for_what_only_is_said_to_have_happened(noor: Actor) -> None:
    with acting(noor) as unit:
        assert unit.session.scalar(select(func.count()).select_from(OutboxRow)) == 0


def test_notices_are_in_the_past_about_gives_that_exist_and_mostly_seen(noor: Actor) -> None:
    with acting(noor) as unit:
        of_others = Notice.thing_kind.in_(("circle", "subject_request"))
        notices = unit.session.scalars(select(Notice).where(~of_others)).all()
        things = {
            thing_id
            for model in (Give, Note, Moment)
            for thing_id in unit.session.scalars(select(model.id))
        }
    assert len(notices) > 250
    assert {notice.thing_id for notice in notices} <= things
    assert all(notice.visible_at < clock.local_clock() for notice in notices)
    unseen = [notice for notice in notices if notice.seen_at is None]
    assert 5 <= len(unseen) <= 40
    assert any(notice.member_id == noor.member_id for notice in unseen)


def test_the_journal_holds_every_act_and_seals_into_a_whole_chain(noor: Actor) -> None:
    with acting(noor) as unit:
        entries = unit.session.execute(
            text("SELECT verb, count(*) FROM journal_entries GROUP BY verb")
        )
        acts = unit.session.execute(text("SELECT verb, count(*) FROM give_acts GROUP BY verb"))
        journalled, done = _counts(entries), _counts(acts)
        assert all(journalled[verb] == count for verb, count in done.items())
    seal_all(noor, sum(journalled.values()))
    with acting(noor):
        assert journal_queries.verify(noor.team_id) == []


@pytest.mark.usefixtures("app")
def test_the_audit_of_the_sample_team_is_in_the_order_of_time(noor: Actor) -> None:
    with acting(noor):
        told = journal_queries.list_entries(noor, PageRequest(100)).items
    times = [entry.at for entry in told]
    assert len(set(times)) > 50
    assert times == sorted(times, reverse=True)


def test_a_private_person_is_seen_by_one_member_alone(noor: Actor) -> None:
    with acting(noor) as unit:
        private = unit.session.scalars(select(Person).where(Person.audience == "private")).all()
        gives = unit.session.scalars(select(GiveState)).all()
    hidden = {person.id: person.author_id for person in private}
    assert hidden
    for give in gives:
        for side, other in ((give.giver_id, give.receiver_id), (give.receiver_id, give.giver_id)):
            if side in hidden:
                assert (give.audience, other) == ("private", hidden[side])


def test_made_again_nothing_changes(noor: Actor) -> None:
    with db.transaction():
        assert actions.make_sample_team() is None
    with acting(noor) as unit:
        assert unit.session.scalar(select(func.count()).select_from(Give)) == 400


def test_removed_nothing_of_it_is_left_and_nobody_elses_is_touched(noor: Actor) -> None:
    with db.transaction():
        real = create_team(
            NewTeam("Real", "real-team"), find_or_create_user("mara@real.example.org"), "Mara Real"
        )
        kept = add_member(find_or_create_user("ivy.okonjo@sample.example.org"), "Ivy Okonjo")
    with db.transaction():
        assert actions.remove_sample_team()
        assert not actions.remove_sample_team()
    with acting(real) as unit:
        assert unit.session.scalars(select(Team.slug)).all() == ["real-team"]
        assert set(unit.session.scalars(select(User.id))) == {real.user_id, kept.user_id}
        assert unit.session.scalar(select(func.count()).select_from(Person)) == 2
    with db.transaction(noor.team_id) as unit:
        assert unit.session.scalar(select(func.count()).select_from(Person)) == 0
        assert queries.find_sample_team() is None
