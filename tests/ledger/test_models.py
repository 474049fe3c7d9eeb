"""What may follow what on a give, without a database; and that a replay leads to the same."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from community.core.errors import Conflict
from community.identity.models import Visibility
from community.ledger.models import SIZES, STATES, Give, GiveAct, GiveState, replay
from community.ledger.models.states import MOVES, audience_data
from community.ledger.models.values import CONFIRMED
from community.ledger.queries.sums import differs

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
HOLD = timedelta(seconds=60)


def begin(verb: str = "log", **more: Any) -> tuple[Give, list[GiveAct], GiveState]:
    """A give and its first act."""
    giver, receiver = uuid4(), uuid4()
    give = Give(
        team_id=uuid4(),
        id=uuid4(),
        giver_id=giver,
        receiver_id=receiver,
        logged_by_id=giver if verb == "log" else receiver,
        kind="advice",
        size=more.pop("size", "medium"),
        happened_on=date(2026, 11, 1),
        no_reply=more.pop("no_reply", False),
        weights_version=0,
        created_at=NOW,
    )
    first = GiveAct(
        team_id=give.team_id,
        give_id=give.id,
        seq=1,
        verb=verb,
        by_id=give.logged_by_id,
        at=NOW,
        data={**audience_data(Visibility("team")), "held": 60, **more},
    )
    return give, [first], GiveState.begin(give, first)


def standing(state: str) -> GiveState:
    """A give in this state, come there by acts."""
    _give, _acts, row = begin("log")
    later, by = NOW + timedelta(days=1), row.receiver_id
    if state in ("acknowledged", "corrected"):
        row.acknowledge(by=by, at=later)
    if state == "corrected":
        row.correct(by=by, at=later)
    if state == "amended":
        row.amend(by=by, at=later, size="large")
    if state == "disputed":
        row.dispute(by=by, at=later)
    if state == "retracted":
        row.retract(by=row.giver_id, at=later)
    if state == "lapsed":
        row.lapse(at=later)
    assert row.state == state
    return row


ALLOWED = {
    "logged": {"acknowledge", "amend", "dispute", "retract", "lapse"},
    "acknowledged": {"correct"},
    "amended": {"correct"},
    "disputed": {"acknowledge", "retract"},
    "retracted": set(),
    "lapsed": {"acknowledge", "amend"},
    "corrected": set(),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", MOVES)
def test_each_state_admits_its_own_acts_only(state: str, verb: str) -> None:
    row = standing(state)
    by = {} if verb == "lapse" else {"by": row.giver_id}
    if verb in ALLOWED[state]:
        getattr(row, verb)(at=NOW + timedelta(days=2), **by)
        assert row.state == MOVES[verb][1]
    else:
        before = (row.state, row.version)
        with pytest.raises(Conflict):
            getattr(row, verb)(at=NOW + timedelta(days=2), **by)
        assert (row.state, row.version) == before


def test_the_impact_replaces_the_size() -> None:
    _give, _acts, row = begin("log", size="large")
    assert (row.value, row.counted_value) == (Decimal(2), Decimal(0))
    row.acknowledge(by=row.receiver_id, at=NOW, impact="small")
    assert (row.value, row.counted_value) == (Decimal("0.5"), Decimal("0.5"))


def test_a_thanks_is_born_acknowledged() -> None:
    _give, _acts, row = begin("thank", impact="large")
    assert (row.state, row.awaiting, row.counted_value) == ("acknowledged", False, Decimal(2))


def test_a_thanks_is_retracted_inside_its_hold_only() -> None:
    _give, _acts, row = begin("thank")
    with pytest.raises(Conflict):
        row.retract(by=row.receiver_id, at=NOW + HOLD)
    row.retract(by=row.receiver_id, at=NOW + timedelta(seconds=59))
    assert row.state == "retracted"


def test_an_acknowledged_give_is_not_retracted_even_inside_the_hold() -> None:
    _give, _acts, row = begin("log")
    row.acknowledge(by=row.receiver_id, at=NOW, hold=HOLD)
    with pytest.raises(Conflict):
        row.retract(by=row.giver_id, at=NOW)


@pytest.mark.parametrize(
    ("more", "awaiting", "giver_counts"),
    [
        ({}, True, 0),
        ({"outside": True}, False, 1),
        ({"outside": True, "tell": True}, True, 1),
        ({"no_reply": True}, False, 1),
    ],
)
def test_who_is_asked_and_what_the_givers_own_view_counts(
    more: dict[str, Any], awaiting: bool, giver_counts: int
) -> None:
    _give, _acts, row = begin("log", **more)
    assert (row.awaiting, row.giver_counts, row.counted_value) == (awaiting, giver_counts, 0)


def test_a_mail_that_could_not_arrive_asked_nobody() -> None:
    _give, _acts, row = begin("log", outside=True, tell=True)
    row.miss(at=NOW, why="refused")
    assert (row.awaiting, row.told_at, row.giver_counts) == (False, None, 1)


def test_no_reply_is_not_shared() -> None:
    _give, _acts, row = begin("log", no_reply=True)
    with pytest.raises(Conflict):
        row.share(by=row.giver_id, at=NOW, visibility=Visibility("team"))


class Giving(RuleBasedStateMachine):
    """Both people do whatever comes to their mind, as time goes by."""

    @initialize(
        verb=st.sampled_from(["log", "thank"]), outside=st.booleans(), no_reply=st.booleans()
    )
    def start(self, verb: str, outside: bool, no_reply: bool) -> None:
        given = {"outside": True} if outside else {}
        self.give, self.acts, self.row = begin(verb, no_reply=no_reply and verb == "log", **given)
        self.now = NOW

    def do(self, verb: str, **more: Any) -> None:
        allowed = verb in ALLOWED[self.row.state]
        before = (self.row.state, self.row.version, self.row.counted_value)
        try:
            self.acts.append(getattr(self.row, verb)(at=self.now, **more))
        except Conflict:
            assert not allowed
            assert (self.row.state, self.row.version, self.row.counted_value) == before
        else:
            assert allowed or self.row.state == "retracted"

    @rule(seconds=st.integers(0, 40))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(impact=st.sampled_from([None, *SIZES]), held=st.booleans())
    def acknowledge(self, impact: str | None, held: bool) -> None:
        hold = HOLD if held else timedelta(0)
        self.do("acknowledge", by=self.row.receiver_id, impact=impact, hold=hold)

    @rule(size=st.sampled_from(SIZES), day=st.dates(date(2026, 1, 1), date(2026, 11, 20)))
    def amend(self, size: str, day: date) -> None:
        self.do("amend", by=self.row.receiver_id, size=size, happened_on=day, hold=HOLD)

    @rule()
    def dispute(self) -> None:
        self.do("dispute", by=self.row.receiver_id, hold=HOLD)

    @rule()
    def retract(self) -> None:
        self.do("retract", by=self.give.logged_by_id)

    @rule()
    def lapse(self) -> None:
        self.do("lapse")

    @rule()
    def correct(self) -> None:
        self.do("correct", by=self.row.giver_id)

    @precondition(lambda self: self.row.is_held(self.now) and len(self.acts) > 1)
    @rule()
    def take_back(self) -> None:
        if self.acts[-1].verb not in ("acknowledge", "amend", "dispute"):
            return
        earlier = replay(self.give, self.acts[:-1])
        by, to = self.row.receiver_id, earlier.state
        self.acts.append(self.row.take_back(by=by, at=self.now, give=self.give, to=to))
        assert (self.row.state, self.row.value) == (earlier.state, earlier.value)

    @invariant()
    def a_replay_leads_to_the_same_row(self) -> None:
        if hasattr(self, "row"):
            assert not differs(self.row, replay(self.give, self.acts))

    @invariant()
    def only_the_receivers_word_counts(self) -> None:
        if hasattr(self, "row"):
            assert (self.row.counted_value > 0) == (self.row.state in CONFIRMED)
            said = {act.verb for act in self.acts} & {"thank", "acknowledge", "amend"}
            assert said or self.row.counted_value == 0

    @invariant()
    def nobody_is_asked_after_an_answer(self) -> None:
        if hasattr(self, "row"):
            assert not self.row.awaiting or self.row.state == "logged"


Giving.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestGiving = Giving.TestCase


def test_a_replay_does_not_need_the_order_of_json_keys() -> None:
    give, acts, row = begin("log")
    acts.append(row.amend(by=row.receiver_id, at=NOW, kind="time", happened_on=date(2026, 10, 1)))
    acts[-1].data = dict(reversed(acts[-1].data.items()))
    assert not differs(row, replay(give, acts))


def test_visibility_is_part_of_the_replay() -> None:
    give, acts, row = begin("log")
    friend = UUID(int=7)
    acts.append(row.share(by=row.giver_id, at=NOW, visibility=Visibility("people", (friend,))))
    assert row.audience_people == [friend]
    assert not differs(row, replay(give, acts))
