"""P4, P5, P9: every notice that is owed is there once and its mail arrives, whoever is killed.

The workers and the clock are killed with -9, and Valkey dies, is flushed, loses single keys and
evicts what was not used for long.
"""

import random
import time
from collections.abc import Callable

import pytest

from community.identity.models import Actor
from tests.factories.identity import make_member, make_team
from tests.faults import forgetting
from tests.faults.checks import check_arrivals, due, wrong
from tests.faults.conftest import Figures
from tests.faults.load import Client, giving
from tests.faults.owing import all_are, let_leases_pass, log_to_all
from tests.faults.rig import Rig, eventually
from tests.faults.sizes import (
    DEATHS_WHILE_SENDING,
    FULL,
    HEALED_SECONDS,
    MAILS,
    MAILS_A_MODE,
    ROUNDS,
)

# Slower than the listener takes mails between two kills, so that what waits can be told from
# what is lost within HEALED_SECONDS.
PAUSE_SECONDS = 0.4 if FULL else 0.1


@pytest.fixture(scope="module")
def owner(rig: Rig) -> Actor:
    """The owner of a team on the installation, where everything runs."""
    rig.run("web", "mail", "work", "clock")
    with rig.core():
        return make_team()


@pytest.mark.timeout(3600 if FULL else 300)
def test_every_mail_arrives_whoever_is_killed_and_whatever_the_queue_forgets(
    rig: Rig, owner: Actor, figures: Figures
) -> None:
    with rig.core():
        pairs = [(make_member(owner), make_member(owner)) for _ in range(2)]
    clients = [(Client(rig, rig.token(one)), str(other.person_id)) for one, other in pairs]
    rig.listener.mode = "slow"
    rig.listener.slow_seconds = 0.02
    with giving(clients, PAUSE_SECONDS) as tallies:
        for _ in range(ROUNDS):
            _harm(rig)
        while sum(len(tally.gives) for tally in tallies) < MAILS and not wrong(tallies):
            time.sleep(0.1)
    healed = eventually(lambda: due(rig, owner) == 0, "no mail is due", HEALED_SECONDS)
    assert wrong(tallies) == []
    gives = {id_ for tally in tallies for id_ in tally.gives.values()}
    assert len(gives) >= MAILS
    check_arrivals(rig, owner, gives, healed, figures)


def _harm(rig: Rig) -> None:
    """All there is, in any order."""
    harms = [_kill_valkey, *map(_killer, ("mail", "work", "clock")), *forgetting.FORGETTING]
    for harm in random.sample(harms, len(harms)):
        time.sleep(random.uniform(0.1, 1.0))
        harm(rig)


def _killer(name: str) -> Callable[[Rig], None]:
    def kill(rig: Rig) -> None:
        rig.kill(name)
        if not FULL:
            let_leases_pass(rig)
        rig.start(name)

    return kill


def _kill_valkey(rig: Rig) -> None:
    rig.kill("valkey")
    time.sleep(random.uniform(0.2, 1.0))
    rig.valkey.start()


@pytest.mark.timeout(1200 if FULL else 240)
@pytest.mark.parametrize("forget", forgetting.FORGETTING)
def test_what_the_queue_forgets_while_mail_is_owed_is_made_up_for(
    rig: Rig, owner: Actor, figures: Figures, forget: Callable[[Rig], None]
) -> None:
    with rig.core():
        members = [make_member(owner) for _ in range(MAILS_A_MODE)]
    with rig.frozen("mail", "clock"):
        gives = log_to_all(rig, owner, members)
        # The first ring is on its way to the worker, which stands still; the second one waits.
        eventually(lambda: forgetting.keys(rig, "rq:queue:mail"), "a ring waits")
        jobs = forgetting.keys(rig, "rq:job:*")
        forget(rig)
        assert set(jobs) - set(forgetting.keys(rig, "rq:job:*")) or not forgetting.keys(
            rig, "rq:queue:mail"
        )
    healed = eventually(lambda: due(rig, owner) == 0, "no mail is due", HEALED_SECONDS)
    assert all_are(rig, owner, gives, "done")
    check_arrivals(rig, owner, set(gives), healed, figures)
    assert sum(each["References"] in _threads(gives) for each in rig.listener.arrived) == len(gives)


def _threads(give_ids: list[str]) -> set[str]:
    return {f"<give-{give_id}@localhost>" for give_id in give_ids}


@pytest.mark.timeout(1800 if FULL else 240)
def test_who_dies_between_the_servers_yes_and_the_commit_repeats_with_the_same_message_id(
    rig: Rig, owner: Actor, figures: Figures
) -> None:
    with rig.core():
        member = make_member(owner)
    sent: list[list[str]] = []
    for _ in range(DEATHS_WHILE_SENDING):
        give_id = _die_while_sending(rig, owner, member)
        rig.listener.mode = "ok"
        if not FULL:
            let_leases_pass(rig)
        rig.start("mail")
        eventually(lambda: all_are(rig, owner, [give_id], "done"), "it is sent again")  # noqa: B023
        about = [each for each in rig.listener.arrived if each["References"] in _threads([give_id])]
        sent.append([each["Message-ID"] for each in about])
    figures(deaths=len(sent), repeats_with_the_same_id=sum(one == two for one, two in sent))
    assert all(len(ids) == 2 and len(set(ids)) == 1 for ids in sent), sent


def _die_while_sending(rig: Rig, owner: Actor, member: Actor) -> str:
    """Kill the worker after it has sent the mail and before it knows; the id of the give."""
    rig.listener.mode, rig.listener.slow_seconds = "slow", 1.0
    before, tried = len(rig.listener.arrived), len(rig.listener.tried)
    (give_id,) = log_to_all(rig, owner, [member])
    eventually(lambda: len(rig.listener.tried) > tried, "the mail is on its way")
    with rig.connect(autocommit=False) as line:
        # The worker sends, hears yes, and cannot close its row.
        line.execute("SELECT 1 FROM outbox WHERE next_at IS NOT NULL FOR UPDATE")
        eventually(lambda: len(rig.listener.arrived) > before, "the mail is taken")
        rig.kill("mail")
    assert not all_are(rig, owner, [give_id], "done")
    return give_id
