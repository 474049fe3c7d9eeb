"""P16, P9: a deploy loses nothing: every process is restarted in turn, and no request fails.

Before the two web servers stands a proxy that asks the other one where a connection is refused
and forgives nothing else.
"""

import time

import pytest

from community.identity.models import Actor
from tests.factories.identity import make_member, make_team
from tests.faults.checks import check_arrivals, check_writes, due
from tests.faults.conftest import Figures
from tests.faults.load import Proxied, giving
from tests.faults.rig import WEB, Rig, eventually
from tests.faults.sizes import CLIENTS, FULL, HEALED_SECONDS, RESTARTS

OTHERS = ("mail", "work", "clock")
# A mail for each write: the listener and the worker keep up with as much.
PAUSE_SECONDS = 0.5 if FULL else 0.2

pytestmark = pytest.mark.timeout(3600 if FULL else 240)


@pytest.fixture
def owner(rig: Rig) -> Actor:
    with rig.core():
        return make_team()


def _clients(rig: Rig, owner: Actor, servers: int) -> list[tuple[Proxied, str]]:
    """Half of them behind a proxy that uses its connections again."""
    with rig.core():
        members = [make_member(owner) for _ in range(CLIENTS)]
    return [
        (Proxied(rig, rig.token(one), keeps=number % 2 == 0, servers=servers), str(owner.person_id))
        for number, one in enumerate(members)
    ]


def test_a_rolling_restart_of_everything_fails_no_request_and_loses_no_notice(
    rig: Rig, owner: Actor, figures: Figures
) -> None:
    rig.run(*WEB, *OTHERS)
    with giving(_clients(rig, owner, 2), PAUSE_SECONDS) as tallies:
        for _ in range(RESTARTS):
            for name in (*WEB, *OTHERS):
                rig.stop(name)
                rig.start(name)
                rig.kills[f"restart of {name}"] += 1
        time.sleep(0.5)
    check_writes(rig, owner, tallies, figures)
    healed = eventually(lambda: due(rig, owner) == 0, "no mail is due", HEALED_SECONDS)
    gives = {id_ for tally in tallies for id_ in tally.gives.values()}
    check_arrivals(rig, owner, gives, healed, figures)


def test_workers_of_web_that_are_replaced_fail_no_request(
    rig: Rig, owner: Actor, figures: Figures
) -> None:
    rig.run("web")
    with giving(_clients(rig, owner, 1), PAUSE_SECONDS) as tallies:
        for _ in range(RESTARTS):
            time.sleep(0.3)
            rig.replace_web_workers()
            rig.kills["HUP"] += 1
        time.sleep(0.5)
    check_writes(rig, owner, tallies, figures)
