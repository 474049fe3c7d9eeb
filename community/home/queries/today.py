"""What Today shows: who waits for an answer, whom to thank or congratulate, what to look at again, my year."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from community.core import clock
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.ledger import queries as ledger
from community.ledger.queries import SeenGive
from community.people import queries as people
from community.people.queries import NameOption
from community.reciprocity import queries as reciprocity
from community.reciprocity.queries import Month

SHOWN = 5
FEW = 3


@dataclass(frozen=True)
class Today:
    """One reader's day, ordered by who is waiting."""

    to_answer: Sequence[SeenGive]
    lately: Sequence[SeenGive]
    recent_people: Sequence[NameOption]
    has_people: bool
    year: Sequence[Month]
    to_congratulate: Sequence[Row[Any]]
    to_verify: Sequence[Row[Any]]


def read(actor: Actor) -> Today:
    """Read the day, each part through its feature's own rights."""
    recent = people.find_people(actor, people.Filter(sort="-updated"), PageRequest(SHOWN + 1)).items
    others = [row for row in recent if not actor.is_me(row.id)]
    today = clock.today(actor.zone)
    return Today(
        to_answer=ledger.find_to_answer(actor, 20),
        lately=ledger.find_lately(actor, SHOWN),
        recent_people=people.listed_options(others[:SHOWN]),
        has_people=bool(others),
        year=reciprocity.find_year(actor, today),
        to_congratulate=people.find_open_moments(actor, today, PageRequest(SHOWN)).items,
        to_verify=people.find_to_verify(actor, today, PageRequest(FEW), mine=True).items,
    )
