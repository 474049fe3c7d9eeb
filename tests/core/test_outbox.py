"""What is owed: committed with its change, taken by one at a time, closed by its holder only."""

import uuid
from datetime import timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)
from sqlalchemy import select, text

from community.core import clock, db, outbox, queue, schema
from community.core.outbox import Claim, OutboxRow
from community.identity.models import Actor
from tests.conftest import counting, database_url
from tests.conftest_servers import Servers
from tests.factories.identity import acting, make_team
from tests.faults.sizes import size


@pytest.fixture
def lane() -> str:
    """A queue that only this test claims from."""
    return f"lane-{uuid.uuid4().hex[:12]}"


def owe(actor: Actor, lane: str, **values: object) -> uuid.UUID:
    with acting(actor):
        return outbox.put("test.job", {"number": 1}, queue_name=lane, **values)  # type: ignore[arg-type]


def row_of(actor: Actor, row_id: uuid.UUID) -> OutboxRow:
    with acting(actor) as unit:
        row = unit.session.get_one(OutboxRow, (actor.team_id, row_id))
        unit.session.expunge(row)
    return row


def let_the_lease_end(actor: Actor, row_id: uuid.UUID) -> None:
    with acting(actor) as unit:
        unit.session.execute(
            text(
                "UPDATE outbox SET lease_until = clock_timestamp() - interval '1 second' WHERE id = :id"
            ),
            {"id": row_id},
        )


def make_due(actor: Actor, row_id: uuid.UUID) -> None:
    with acting(actor) as unit:
        unit.session.execute(
            text(
                "UPDATE outbox SET next_at = clock_timestamp() WHERE id = :id AND next_at IS NOT NULL"
            ),
            {"id": row_id},
        )


def test_a_claim_takes_due_rows_of_every_team_once(
    owner: Actor, stranger: Actor, lane: str
) -> None:
    owed = {owe(owner, lane), owe(stranger, lane)}
    assert {claim.id for claim in outbox.claim(lane)} == owed
    assert outbox.claim(lane) == []


def test_a_claim_keeps_to_its_limit_whatever_the_planner_knows_of_the_table(
    fresh_database: str, servers: Servers, lane: str
) -> None:
    actor = make_team()
    owe(actor, lane)
    # With one row known of, a join that looks for what is due again and again is the cheapest.
    with psycopg.connect(
        database_url(servers, schema.OWNER, fresh_database).replace("+psycopg", ""), autocommit=True
    ) as line:
        line.execute("VACUUM ANALYZE outbox")
    for _ in range(4):
        owe(actor, lane)
    assert [len(outbox.claim(lane, limit=2)) for _ in range(4)] == [2, 2, 1, 0]


def test_a_held_back_row_is_not_due(owner: Actor, lane: str) -> None:
    owe(owner, lane, delay=timedelta(seconds=60))
    assert outbox.claim(lane) == []
    assert lane not in outbox.due_queues()


def test_a_due_queue_is_named_until_its_rows_are_taken(owner: Actor, lane: str) -> None:
    owe(owner, lane)
    assert lane in outbox.due_queues()
    assert outbox.depths()[lane][0] == 1
    outbox.claim(lane)
    assert lane not in outbox.due_queues()


def test_someone_who_waits_is_served_before_what_is_due_already(owner: Actor, lane: str) -> None:
    owe(owner, lane)
    urgent = owe(owner, lane, priority=outbox.URGENT)
    assert outbox.claim(lane, limit=1)[0].id == urgent


def test_loading_gives_the_jobs_of_every_team_in_few_statements(
    owner: Actor, stranger: Actor, lane: str
) -> None:
    for _ in range(5):
        owe(owner, lane)
        owe(stranger, lane)
    claims = outbox.claim(lane)
    with counting() as sent:
        loaded = outbox.load(claims)
    assert len(loaded) == 10
    assert {(claim.job, claim.args["number"]) for claim in loaded} == {("test.job", 1)}
    assert len(sent) == 5, str(sent)  # open, and for each team: set it, read


def test_a_row_whose_lease_ended_is_taken_again_and_its_first_holder_cannot_close_it(
    owner: Actor, lane: str
) -> None:
    row_id = owe(owner, lane)
    (first,) = outbox.claim(lane)
    let_the_lease_end(owner, row_id)
    (second,) = outbox.claim(lane)
    assert outbox.load([first]) == []
    with db.transaction(owner.team_id):
        assert outbox.get(first) is None
        assert not outbox.finish(first)
        assert outbox.fail(first, "late") == ""
        assert outbox.finish(second)
    assert row_of(owner, row_id).state == "done"


def test_a_finished_row_is_never_taken_again(owner: Actor, lane: str) -> None:
    owe(owner, lane)
    (claim,) = outbox.claim(lane)
    with db.transaction(owner.team_id):
        assert outbox.finish(claim)
        assert not outbox.finish(claim)
        assert outbox.get(claim) is None
    assert outbox.claim(lane) == []


def test_rows_that_are_given_back_are_due_as_before(owner: Actor, lane: str) -> None:
    ids = {owe(owner, lane) for _ in range(3)}
    claims = outbox.claim(lane)
    assert outbox.release(claims) == 3
    again = outbox.claim(lane)
    assert {claim.id for claim in again} == ids
    assert {claim.attempt for claim in again} == {1}


def test_a_failure_comes_back_with_a_growing_spread_out_wait(owner: Actor, lane: str) -> None:
    claims = [Claim(owner.team_id, db.new_id(), attempt) for attempt in range(1, 11)]
    waits = [outbox.backoff(claim) for claim in claims]
    bases = [*outbox.BACKOFF_SECONDS, outbox.BACKOFF_SECONDS[-1]]
    assert all(base <= wait <= base * 1.25 for base, wait in zip(bases, waits, strict=True))
    assert len({outbox.backoff(Claim(owner.team_id, db.new_id(), 1)) for _ in range(20)}) > 10


def test_ten_failures_make_a_dead_letter(owner: Actor, lane: str) -> None:
    row_id = owe(owner, lane)
    states = []
    for _ in range(outbox.MAX_ATTEMPTS):
        make_due(owner, row_id)
        (claim,) = outbox.claim(lane)
        with db.transaction(owner.team_id):
            states.append(outbox.fail(claim, "no"))
    assert states == ["due"] * 9 + ["dead"]
    make_due(owner, row_id)
    assert outbox.claim(lane) == []
    assert row_of(owner, row_id).last_error == "no"


def test_what_has_not_begun_can_be_taken_back(owner: Actor, lane: str) -> None:
    with acting(owner):
        outbox.put("test.job", {}, queue_name=lane, key="mail:a")
        assert outbox.cancel(keys=["mail:a", "mail:b"]) == 1
    assert outbox.claim(lane) == []


def test_what_is_under_way_cannot_be_taken_back(owner: Actor, lane: str) -> None:
    owe(owner, lane, key="mail:a")
    (claim,) = outbox.claim(lane)
    with acting(owner):
        assert outbox.cancel(keys=["mail:a"]) == 0
    with db.transaction(owner.team_id):
        assert outbox.finish(claim)


def test_the_bell_rings_after_the_commit_and_once(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(queue, "ring", rung.append)
    with acting(owner):
        outbox.put("test.job", {}, queue_name=queue.MAIL)
        outbox.put("test.job", {}, queue_name=queue.MAIL)
        outbox.put("test.job", {}, queue_name=queue.WORK, delay=timedelta(seconds=60))
        assert rung == []
    assert rung == [queue.MAIL]
    with pytest.raises(ZeroDivisionError), acting(owner):
        outbox.put("test.job", {}, queue_name=queue.WORK)
        raise ZeroDivisionError
    assert rung == [queue.MAIL]


def test_an_effect_is_owed_once_under_its_key(owner: Actor, stranger: Actor, lane: str) -> None:
    rows = [("periodic:x:1", {"slot": 1}), ("periodic:y:1", {"slot": 1})]
    for actor in (owner, stranger, owner):
        with acting(actor):
            outbox.put_once("test.job", rows, queue_name=lane)
    assert len(outbox.claim(lane)) == 4


def test_what_was_done_long_ago_is_forgotten_and_dead_letters_stay(owner: Actor, lane: str) -> None:
    names = ("periodic:old:1", "mail:old", "mail:dead")
    for name in names:
        owe(owner, lane, key=name)
    for claim in outbox.load(outbox.claim(lane)):
        with db.transaction(owner.team_id):
            key = outbox.get(claim).key
            outbox.fail(claim, "no", for_good=True) if key == "mail:dead" else outbox.finish(claim)
    kept: list[set[str | None]] = []
    for later in (timedelta(hours=1), timedelta(hours=3), timedelta(days=31)):
        with acting(owner) as unit:
            outbox.prune(clock.now() + later)
            kept.append(set(unit.session.scalars(select(OutboxRow.key))))
    assert kept == [set(names), {"mail:old", "mail:dead"}, {"mail:dead"}]


def test_a_job_nobody_declares_is_named(owner: Actor) -> None:
    with pytest.raises(LookupError, match=r"nobody\.does_it"):
        outbox.handler("nobody.does_it")


class OutboxMachine(RuleBasedStateMachine):
    """Workers that claim, stall, come back late, give back, fail and finish, in any order.

    Every claim that is out is kept, also after its lease: a worker may stall for hours and then
    go on as if nothing had happened.
    """

    claims = Bundle("claims")

    @initialize()
    def start(self) -> None:
        self.actor = make_team()
        self.lane = f"machine-{uuid.uuid4().hex[:12]}"
        self.attempts: dict[uuid.UUID, int] = {}
        self.effects: dict[uuid.UUID, int] = {}
        self.closed: set[uuid.UUID] = set()
        self.held: set[uuid.UUID] = set()

    @rule()
    def owe(self) -> None:
        row_id = owe(self.actor, self.lane)
        self.attempts[row_id] = self.effects[row_id] = 0

    @rule(target=claims, limit=st.integers(1, 3))
    def claim(self, limit: int) -> object:
        taken = outbox.claim(self.lane, limit)
        free = set(self.attempts) - self.closed - self.held
        assert {claim.id for claim in taken} <= free, "a row was taken that is held or closed"
        assert len(taken) == min(limit, len(free))
        for claim in taken:
            self.attempts[claim.id] += 1
            assert claim.attempt == self.attempts[claim.id]
            self.held.add(claim.id)
        return multiple(*taken)

    @rule(claim=claims)
    def finish(self, claim: Claim) -> None:
        mine = self._is_mine(claim)
        with db.transaction(self.actor.team_id):
            assert outbox.finish(claim) == mine
        if mine:
            self.effects[claim.id] += 1
            self.closed.add(claim.id)

    @rule(claim=claims)
    def fail(self, claim: Claim) -> None:
        mine = self._is_mine(claim)
        with db.transaction(self.actor.team_id):
            state = outbox.fail(claim, "no", after_seconds=0)
        assert bool(state) == mine
        if state == "dead":
            self.closed.add(claim.id)
        elif mine:
            self.held.discard(claim.id)

    @rule(claim=consumes(claims))
    def give_back(self, claim: Claim) -> None:
        mine = self._is_mine(claim)
        assert bool(outbox.release([claim])) == mine
        if mine:
            self.attempts[claim.id] -= 1
            self.held.discard(claim.id)

    @rule()
    def every_lease_ends(self) -> None:
        for row_id in self.held:
            let_the_lease_end(self.actor, row_id)
        self.held.clear()

    def _is_mine(self, claim: Claim) -> bool:
        return claim.id not in self.closed and self.attempts[claim.id] == claim.attempt

    @invariant()
    def every_effect_counts_once(self) -> None:
        assert all(count <= 1 for count in getattr(self, "effects", {}).values())

    def teardown(self) -> None:
        """Whatever happened, every row that was not closed can still be taken and closed."""
        if not hasattr(self, "actor"):
            return
        self.every_lease_ends()
        for row_id in self.effects:
            make_due(self.actor, row_id)
        while taken := outbox.claim(self.lane):
            for claim in taken:
                with db.transaction(self.actor.team_id):
                    assert outbox.finish(claim)
                self.closed.add(claim.id)
        assert self.closed == set(self.effects)


@pytest.mark.usefixtures("configured")
class TestOutboxMachine(OutboxMachine.TestCase):  # type: ignore[name-defined,misc]
    """The machine, as pytest runs it."""

    settings = settings(
        max_examples=size(12, 400),
        stateful_step_count=size(20, 50),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
