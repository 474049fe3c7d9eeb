"""Which organisation a position means that names one in words."""

from collections.abc import Iterable
from uuid import UUID

from community.core.text import fold
from community.identity.models import Actor
from community.people import queries
from community.people.models import Person


def link_people(actor: Actor, people: Iterable[Person]) -> None:
    """Let the positions of these people, which are loaded, mean the organisations they name."""
    waiting = [
        position
        for person in people
        for position in person.positions
        if position.organisation and position.organisation_id is None
    ]
    if not waiting:
        return
    ids = queries.find_organisation_ids(actor, {fold(p.organisation) for p in waiting})
    for position in waiting:
        position.organisation_id = ids.get(fold(position.organisation))


def link_named(actor: Actor, named: Iterable[tuple[UUID, str]]) -> None:
    """The same for positions that are stored already: their ids, and the organisation in words."""
    folded = {position_id: fold(name) for position_id, name in named}
    ids = queries.find_organisation_ids(actor, set(folded.values()))
    queries.link_positions(actor, {one: ids[name] for one, name in folded.items() if name in ids})
