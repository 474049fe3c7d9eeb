"""The worker's part: stretches that survive a kill, and claims that were lost."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from community.core import db, outbox, queue
from community.core.outbox import Claim, OutboxRow
from community.exchange import actions
from community.exchange.actions import FileIn, comparing, publishing, reading, working
from community.exchange.jobs import JOBS
from community.exchange.models import ImportBatch, ImportRow
from community.identity.models import Actor, Membership
from community.notifications.models import Notice
from community.people.models import Person
from tests.exchange.test_actions import counts, outsiders
from tests.factories.exchange import again, table
from tests.factories.identity import acting, make_member

ROWS = [f"Person {n},p{n}@example.org,,,,,,,{n}" for n in range(25)]


@pytest.fixture(autouse=True)
def _small_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 10)
    monkeypatch.setattr(comparing, "AT_ONCE", 10)


def start(actor: Actor) -> ImportBatch:
    with acting(actor):
        return actions.start_import(actor, FileIn(table(*ROWS)))


def claims(actor: Actor) -> list[Claim]:
    """The open jobs of the team, claimed as a worker does."""
    mine = [c for c in outbox.claim(queue.WORK, 1000) if c.team_id == actor.team_id]
    return [claim for claim in outbox.load(mine) if claim.job in JOBS]


def lapse(claim: Claim) -> Claim:
    """The same row, claimed by another worker once the lease of the first is over."""
    with db.transaction(claim.team_id) as unit:
        row = unit.session.get_one(OutboxRow, (claim.team_id, claim.id))
        row.lease_until, row.attempt = None, claim.attempt + 1
    return Claim(claim.team_id, claim.id, claim.attempt + 1, claim.job, claim.args)


def run(claim: Claim) -> None:
    JOBS[claim.job](claim)


def staged(batch: ImportBatch) -> int:
    with db.transaction(batch.team_id) as unit:
        statement = select(func.count()).where(ImportRow.batch_id == batch.id)
        return unit.session.scalar(statement) or 0


def test_one_job_carries_a_small_import_to_its_end(owner: Actor) -> None:
    batch = start(owner)
    (claim,) = claims(owner)
    run(claim)
    assert (again(batch).state, len(outsiders(owner))) == ("done", 25)
    assert claims(owner) == []
    with acting(owner) as unit:
        assert unit.session.get_one(OutboxRow, (owner.team_id, claim.id)).state == "done"


def test_a_long_import_goes_on_in_jobs_of_its_own(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "SECONDS", -1.0)
    monkeypatch.setattr(working, "HEAVY", -1.0)
    batch = start(owner)
    jobs = 0
    while open_jobs := claims(owner):
        (claim,) = open_jobs
        run(claim)
        jobs += 1
    # Three stretches of reading, three of comparing, one of publishing.
    assert jobs == 7
    assert (again(batch).state, len(outsiders(owner))) == ("done", 25)


def test_publishing_begins_in_a_job_that_has_done_little(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "HEAVY", -1.0)
    batch = start(owner)
    (claim,) = claims(owner)
    run(claim)
    assert (again(batch).state, outsiders(owner)) == ("publishing", {})
    (claim,) = claims(owner)
    run(claim)
    assert again(batch).state == "done"


class Killed(BaseException):
    """What a worker that dies leaves: no handler of ours ends it."""


@pytest.mark.parametrize(
    ("module", "name", "after"),
    [
        (reading.Reader, "stage_some", 2),
        (comparing.Comparer, "compare_some", 2),
        (publishing.journal, "record", 0),
    ],
)
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    owner: Actor, monkeypatch: pytest.MonkeyPatch, module: object, name: str, after: int
) -> None:
    batch = start(owner)
    (claim,) = claims(owner)
    left = [after]
    real = getattr(module, name)

    def dies(*args: object, **kwargs: object) -> object:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return real(*args, **kwargs)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(module, name, dies)
        run(claim)
    assert outsiders(owner) == {}, "nothing is half imported"
    assert again(batch).is_working
    run(lapse(claim))
    assert (again(batch).state, counts(again(batch))) == ("done", {"new": 25})
    assert (len(outsiders(owner)), staged(batch)) == (25, 25)


def test_who_lost_the_claim_writes_nothing(owner: Actor) -> None:
    batch = start(owner)
    (lost,) = claims(owner)
    owned = lapse(lost)
    run(lost)
    assert (again(batch).state, staged(batch)) == ("reading", 0)
    run(owned)
    assert again(batch).state == "done"


def test_a_job_that_runs_twice_or_late_finds_its_work_done(owner: Actor) -> None:
    batch = start(owner)
    (claim,) = claims(owner)
    run(claim)
    done = again(batch)
    run(claim)
    actions.carry_on(owner.team_id, batch.id)
    assert (again(batch).version, len(outsiders(owner))) == (done.version, 25)


def test_an_import_that_kills_its_worker_fails_in_the_end(owner: Actor) -> None:
    batch = start(owner)
    (claim,) = claims(owner)
    with db.transaction(owner.team_id) as unit:
        unit.session.get_one(OutboxRow, (owner.team_id, claim.id)).attempt = 6
    run(Claim(claim.team_id, claim.id, 6, claim.job, claim.args))
    failed = again(batch)
    assert (failed.state, failed.error) == (
        "failed",
        "It could not be finished. Nothing was added.",
    )
    assert outsiders(owner) == {}


def test_an_import_ends_with_its_importers_membership(owner: Actor) -> None:
    member = make_member(owner)
    batch = start(member)
    with acting(owner) as unit:
        unit.session.get_one(Membership, (owner.team_id, member.member_id)).state = "left"
    (claim,) = claims(owner)
    run(claim)
    assert again(batch).state == "failed"
    assert outsiders(owner) == {}


def test_a_discarded_import_ends_its_job(owner: Actor) -> None:
    batch = start(owner)
    with acting(owner):
        assert actions.undo_import(owner, batch.id) is None
    (claim,) = claims(owner)
    run(claim)
    assert claims(owner) == []
    with acting(owner) as unit:
        assert unit.session.scalar(select(func.count()).select_from(Person)) == 1


def test_the_importer_hears_once_that_it_is_done(owner: Actor) -> None:
    batch = start(owner)
    (claim,) = claims(owner)
    run(claim)
    run(claim)
    with acting(owner) as unit:
        notice = unit.session.scalars(select(Notice)).one()
    assert (notice.kind, notice.thing_id, notice.member_id) == (
        "import_done",
        batch.id,
        owner.member_id,
    )


def test_jobs_carry_ids_only(owner: Actor) -> None:
    start(owner)
    (claim,) = claims(owner)
    assert set(claim.args) == {"batch_id"}
    assert UUID(str(claim.args["batch_id"]))
