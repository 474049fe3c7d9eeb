"""Gives for tests, logged as people would log them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from community.core import clock
from community.identity.models import Actor
from community.ledger import actions, queries
from community.ledger.actions import Draft
from community.ledger.queries import Entry, SeenGive
from tests.factories.identity import acting


def log_give(giver: Actor, receiver_id: UUID, **fields: Any) -> Entry:
    """The giver says that they helped somebody."""
    with acting(giver):
        draft = Draft(receiver_id=receiver_id, **{"story": "an hour on the draft", **fields})
        return actions.log_give(giver, draft).entry


def say_thanks(receiver: Actor, giver_id: UUID, **fields: Any) -> Entry:
    """The receiver thanks somebody."""
    with acting(receiver):
        draft = Draft(giver_id=giver_id, **{"story": "an hour on the draft", **fields})
        return actions.say_thanks(receiver, draft).entry


def acknowledge(receiver: Actor, give_id: UUID, **fields: Any) -> Entry:
    """The receiver says yes, thank you."""
    with acting(receiver):
        return actions.acknowledge(receiver, give_id, **fields)


def seen(actor: Actor, give_id: UUID) -> SeenGive | None:
    """The give as the actor sees it now, or None."""
    with acting(actor):
        return queries.find_give(actor, give_id)


def days_ago(actor: Actor, days: int) -> date:
    """A day before the team's today."""
    with acting(actor):
        return clock.today() - timedelta(days=days)
