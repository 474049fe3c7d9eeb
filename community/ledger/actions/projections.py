"""What features above the ledger keep of it: told of every change, in the change's own transaction.

A projection is called while the act holds the lock of the two people, so that it may read,
reckon and write without another act on the same pair in between.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from community.ledger.models import GiveState
from community.ledger.models.values import ZERO


@dataclass(frozen=True)
class Counts:
    """What a give counts on which day: in the giver's own view, and in the receiver's."""

    day: date
    for_giver: Decimal
    for_receiver: Decimal


@dataclass(frozen=True)
class Change:
    """A give's counts before and after an act; before a new one there are none."""

    give_id: UUID
    giver_id: UUID
    receiver_id: UUID
    before: Counts | None
    after: Counts


Projection = Callable[[Change], None]
PROJECTIONS: list[Projection] = []


def register(projection: Projection) -> None:
    """Tell this one of every change from now on; app.py calls it once for each."""
    if projection not in PROJECTIONS:
        PROJECTIONS.append(projection)


def counts_of(state: GiveState) -> Counts:
    """What a give counts as it stands now."""
    return Counts(state.happened_on, state.giver_counts, state.counted_value)


def project(state: GiveState, before: Counts | None) -> None:
    """Pass a change on, when it changes any count."""
    after = counts_of(state)
    if after == (before or Counts(after.day, ZERO, ZERO)):
        return
    change = Change(state.give_id, state.giver_id, state.receiver_id, before, after)
    for projection in PROJECTIONS:
        projection(change)
