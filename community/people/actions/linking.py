"""Which organisation of the team a position means that names one in words."""

from collections.abc import Iterable
from uuid import UUID

from community.core.text import fold
from community.identity.models import Actor
from community.people import queries
from community.people.models import Organisation, Person


def link_people(actor: Actor, people: Iterable[Person]) -> None:
    """Let the positions of these people, which are loaded, mean the organisations they name.

    One that means an organisation of the team goes on meaning it, also under another name.
    """
    positions = [position for person in people for position in person.positions]
    saying = [position for position in positions if position.organisation]
    linked = {position.organisation_id for position in saying} - {None}
    ids, standing = queries.find_meant(
        actor, {fold(p.organisation) for p in saying}, [one for one in linked if one]
    )
    for position in saying:
        if position.organisation_id not in standing:
            position.organisation_id = ids.get(fold(position.organisation))


def link_named(actor: Actor, named: Iterable[tuple[UUID, str]]) -> None:
    """The same for positions that are stored already: their ids, and the organisation in words."""
    folded = {position_id: fold(name) for position_id, name in named}
    ids = queries.find_organisation_ids(actor, set(folded.values()))
    queries.link_positions(actor, {one: ids[name] for one, name in folded.items() if name in ids})


def link_to(actor: Actor, organisation: Organisation) -> None:
    """Who sees an organisation, or its name, is new: positions of its name mean it where the team does.

    Where it does not any more, they mean another one of the team that is called so.
    """
    if organisation.audience == "team" and organisation.deleted_at is None:
        queries.link_positions_named(actor, organisation)
    else:
        link_named(
            actor,
            [(row.id, row.organisation) for row in queries.find_linked(actor, organisation.id)],
        )
