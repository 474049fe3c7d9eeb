"""Who sees a give, and who may do what with it.

A give without a wider audience is seen by its two people alone, whatever their role. One that
was disputed, taken back or corrected is theirs again, whatever its audience said. Nobody reads
of a give between people they could not both see; one with somebody who was deleted is left to
the other one of the two.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.orm import aliased

from community.core.aliases import shared_alias
from community.identity.models import Actor
from community.identity.policy import in_audience
from community.ledger.models import GiveState
from community.people.models import Person


def _resolved(side: Any, name: str) -> Any:
    """The person whom one side of a give was merged into: mostly the one it names.

    A part of its own behind LATERAL and LIMIT, because joining both sides twice makes the planner
    weigh so many orders that planning takes ten times as long as reading.
    """
    named, whole = aliased(Person), aliased(Person)
    columns = [getattr(whole, column) for column in _OF_PERSON]
    found = (
        select(*columns)
        .join(named, and_(named.team_id == whole.team_id, named.canonical_id == whole.id))
        .where(named.team_id == GiveState.team_id, named.id == side)
        .limit(1)
        .correlate(GiveState)
        .lateral(name)
    )
    return shared_alias(Person, found, name=name)


_OF_PERSON = (
    "team_id",
    "id",
    "name",
    "call_name",
    "membership_id",
    "deleted_at",
    "author_id",
    "audience",
    "audience_people",
    "circle_id",
)
Giver = _resolved(GiveState.giver_id, "giver")
"""The (canonical) person who gave, in every statement that reads gives."""
Receiver = _resolved(GiveState.receiver_id, "receiver")
"""The (canonical) person who received, in every statement that reads gives."""

BETWEEN_TWO = ("disputed", "retracted", "corrected")


def concerns(actor: Actor) -> ColumnElement[bool]:
    """The actor is one of the two; what asks for no reply never reaches its receiver."""
    gave = GiveState.giver_id.in_(actor.person_ids)
    received = and_(GiveState.receiver_id.in_(actor.person_ids), not_(GiveState.no_reply))
    return or_(gave, received)


def visible(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of who sees which give; needs `Giver` and `Receiver` joined."""
    shared = and_(in_audience(actor, GiveState), GiveState.state.not_in(BETWEEN_TWO))
    return and_(
        GiveState.team_id == actor.team_id,
        or_(shared, concerns(actor)),
        _sees_person(actor, Giver),
        _sees_person(actor, Receiver),
    )


def _sees_person(actor: Actor, person: Any) -> ColumnElement[bool]:
    # What a member had with somebody who was deleted stays theirs, and counts in their figures.
    partner = and_(person.membership_id.is_not(None), concerns(actor))
    seen = or_(in_audience(actor, person), person.id.in_(actor.person_ids), partner)
    return and_(or_(person.deleted_at.is_(None), concerns(actor)), seen)


def is_giver(actor: Actor, give: GiveState) -> bool:
    """Whether the actor gave it."""
    return actor.is_me(give.giver_id)


def is_receiver(actor: Actor, give: GiveState) -> bool:
    """Whether the actor received it."""
    return actor.is_me(give.receiver_id)


def is_party(actor: Actor, give: GiveState) -> bool:
    """Whether the actor is one of the two."""
    return is_giver(actor, give) or is_receiver(actor, give)


def can_answer(actor: Actor, give: GiveState) -> bool:
    """The receiver alone acknowledges, amends or disputes."""
    return is_receiver(actor, give)


def can_retract(actor: Actor, give: GiveState) -> bool:
    """Whoever logged it takes it back: the giver, or the receiver their own thanks."""
    return actor.is_me(give.author_id)


def can_correct(actor: Actor, give: GiveState) -> bool:
    """Either side makes the counter-entry."""
    return is_party(actor, give)


def can_share(actor: Actor, give: GiveState) -> bool:
    """Only the author says who may see it."""
    return actor.is_me(give.author_id)
