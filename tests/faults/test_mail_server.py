"""P11: a mail server that is slow, away, or says no costs patience and loses nothing."""

import pytest

from community.identity.models import Actor
from tests.factories.accounts import address_of
from tests.factories.identity import make_member, make_team
from tests.faults.conftest import Figures
from tests.faults.owing import all_are, log_to_all, outbox_of
from tests.faults.rig import Rig, eventually
from tests.faults.sizes import FULL, MAILS_A_MODE
from tests.smtp_listener import away

pytestmark = pytest.mark.timeout(1200 if FULL else 240)


@pytest.fixture(scope="module")
def owner(rig: Rig) -> Actor:
    """The owner of a team on the installation, with web, a mail worker and the clock running."""
    rig.run("web", "mail", "clock")
    with rig.core():
        return make_team()


@pytest.fixture
def members(rig: Rig, owner: Actor) -> list[Actor]:
    """Members nobody has written to yet, one for each mail of a mode."""
    with rig.core():
        return [make_member(owner) for _ in range(MAILS_A_MODE)]


@pytest.fixture
def addresses(rig: Rig, members: list[Actor]) -> set[str]:
    """Where their mail goes."""
    with rig.core():
        return {address_of(member) for member in members}


def test_a_slow_mail_server_gets_every_mail_once(
    rig: Rig, owner: Actor, members: list[Actor], addresses: set[str], figures: Figures
) -> None:
    rig.listener.mode, rig.listener.slow_seconds = "slow", 0.5
    gives = log_to_all(rig, owner, members)
    took = eventually(lambda: all_are(rig, owner, gives, "done"), "all are sent", 600)
    arrived = _arrived_at(rig, addresses)
    figures(mails=len(gives), arrived=len(arrived), seconds=round(took))
    assert arrived == sorted(addresses)


@pytest.mark.parametrize("mode", ["4xx", "away"])
def test_what_the_mail_server_does_not_take_now_is_put_off_and_arrives_later(
    rig: Rig, owner: Actor, members: list[Actor], addresses: set[str], mode: str, figures: Figures
) -> None:
    if mode == "away":
        with away(rig.listener):
            gives = log_to_all(rig, owner, members)
            _check_put_off(rig, owner, gives)
    else:
        rig.listener.mode = mode
        gives = log_to_all(rig, owner, members)
        _check_put_off(rig, owner, gives)
    assert _arrived_at(rig, addresses) == []
    rig.listener.mode = "ok"
    _let_wait_pass(rig, owner)
    eventually(lambda: all_are(rig, owner, gives, "done"), "all are sent")
    arrived = _arrived_at(rig, addresses)
    figures(mails=len(gives), put_off=len(gives), arrived=len(arrived))
    assert arrived == sorted(addresses)
    assert {row[1] for row in outbox_of(rig, owner, gives)} == {2}


def test_an_address_refused_for_good_is_not_tried_again(
    rig: Rig, owner: Actor, members: list[Actor], addresses: set[str], figures: Figures
) -> None:
    rig.listener.modes_by_address = dict.fromkeys(addresses, "5xx")
    first = log_to_all(rig, owner, members)
    eventually(lambda: all_are(rig, owner, first, "dead"), "each is given up")
    suppressed = rig.rows("SELECT address FROM mail_suppressions WHERE team_id = %s", owner.team_id)
    assert {address for (address,) in suppressed} == addresses
    rig.listener.modes_by_address = {}
    second = log_to_all(rig, owner, members)
    eventually(lambda: all_are(rig, owner, second, "cancelled"), "nothing is sent again")
    tried = sorted(each for each in rig.listener.tried if each in addresses)
    figures(refused=len(first), tried_again=len(tried) - len(addresses))
    assert tried == sorted(addresses)
    assert _arrived_at(rig, addresses) == []


def _arrived_at(rig: Rig, addresses: set[str]) -> list[str]:
    return sorted(each for each in rig.listener.recipients if each in addresses)


def _check_put_off(rig: Rig, owner: Actor, give_ids: list[str]) -> None:
    """Tried once, not lost, and owed again in half a minute or a little more."""

    def put_off() -> bool:
        rows = outbox_of(rig, owner, give_ids)
        assert {row[0] for row in rows} == {"due"}, rows
        # A row that is being tried has its attempt already, and no wait.
        return all(attempt >= 1 and wait > 0 for _, attempt, wait in rows)

    eventually(put_off, "each was tried once and put off", 25)
    rows = outbox_of(rig, owner, give_ids)
    assert len(rows) == len(give_ids)
    assert {attempt for _, attempt, _ in rows} == {1}
    assert max(float(wait) for _, _, wait in rows) <= 37.5


def _let_wait_pass(rig: Rig, owner: Actor) -> None:
    rig.rows(
        "UPDATE outbox SET next_at = clock_timestamp() WHERE team_id = %s AND queue = 'mail'"
        " AND next_at IS NOT NULL",
        owner.team_id,
    )
