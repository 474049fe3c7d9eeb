"""What Today shows: who waits for an answer, whom to thank, what happened lately, whom one just met, my year."""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Today:
    """One reader's day, ordered by who is waiting."""

    to_answer: Sequence[SeenGive]
    lately: Sequence[SeenGive]
    recent_people: Sequence[NameOption]
    has_people: bool
    year: Sequence[Month]


def read(actor: Actor) -> Today:
    """Read the day, each part through its feature's own rights."""
    recent = people.find_people(actor, people.Filter(sort="-updated"), PageRequest(SHOWN + 1)).items
    others = [row for row in recent if not actor.is_me(row.id)]
    return Today(
        to_answer=ledger.find_to_answer(actor, 20),
        lately=ledger.find_lately(actor, SHOWN),
        recent_people=people.listed_options(others[:SHOWN]),
        has_people=bool(others),
        year=reciprocity.find_year(actor, clock.today(actor.zone)),
    )
