"""What the bell counts of gives: what one can still read, and nothing that is over."""

import pytest

from community.core import hold
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.ledger import actions
from community.ledger.actions import Draft, log_give
from community.ledger.queries import Entry
from community.notifications import queries
from tests.factories.identity import acting


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notices are there at once."""
    monkeypatch.setattr(hold, "_period", hold.period() * 0)


def told(giver: Actor, receiver: Actor) -> Entry:
    with acting(giver):
        return log_give(giver, Draft(receiver_id=receiver.person_id, story="two hours")).entry


def bell(actor: Actor) -> tuple[int, list[str]]:
    """The number beside the bell, and the kinds of what its page lists as new."""
    with acting(actor):
        shown = queries.list_notices(actor, "new", PageRequest(50)).items
        return queries.count_new(actor), [notice.kind.code for notice in shown]


def test_the_bell_counts_what_its_page_shows(owner: Actor, member: Actor) -> None:
    told(owner, member)
    assert bell(member) == (1, ["give_logged"])


@pytest.mark.parametrize(
    ("answer", "more", "heard"),
    [
        (actions.acknowledge, {}, "give_acknowledged"),
        (actions.amend, {"kind": "advice"}, "give_amended"),
        (actions.dispute, {"reason": ""}, "give_disputed"),
    ],
)
def test_what_was_answered_counts_no_more(
    owner: Actor, member: Actor, answer: object, more: dict[str, str], heard: str
) -> None:
    give_id = told(owner, member).give.id
    with acting(member):
        answer(member, give_id, **more)  # type: ignore[operator]
    assert bell(member) == (0, [])
    assert bell(owner) == (1, [heard])


def test_what_was_taken_back_counts_no_more(owner: Actor, member: Actor) -> None:
    give_id = told(owner, member).give.id
    with acting(owner):
        actions.retract(owner, give_id)
    assert bell(member) == (0, [])


def test_what_was_corrected_leaves_only_the_correction(owner: Actor, member: Actor) -> None:
    give_id = told(owner, member).give.id
    with acting(member):
        actions.acknowledge(member, give_id)
    with acting(owner):
        actions.correct(owner, give_id)
    assert bell(owner) == (0, [])
    assert bell(member) == (1, ["give_corrected"])
