"""Who sees a give, and who may do what with it.

A give without a wider audience is seen by its two people alone, whatever their role. One that
was disputed, taken back or corrected is theirs again, whatever its audience said. Nobody reads
of a give between people they could not both see; one with somebody who was deleted is left to
the other one of the two.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.orm import aliased

from community.core.aliases import shared_alias
from community.identity.models import Actor
from community.identity.policy import in_audience
from community.ledger.models import GiveState
from community.people.models import Person


@dataclass(frozen=True)
class Read:
    """What a statement reads of gives: their states, and whom they are between (canonical)."""

    state: type[GiveState]
    giver: type[Person]
    receiver: type[Person]


def _resolved(state: type[GiveState], side: Any, name: str) -> type[Person]:
    """The person whom one side of a give was merged into: mostly the one it names.

    A part of its own behind LATERAL and LIMIT, because joining both sides twice makes the planner
    weigh so many orders that planning takes ten times as long as reading.
    """
    named, whole = aliased(Person), aliased(Person)
    columns = [getattr(whole, column) for column in _OF_PERSON]
    found = (
        select(*columns)
        .join(named, and_(named.team_id == whole.team_id, named.canonical_id == whole.id))
        .where(named.team_id == state.team_id, named.id == side)
        .limit(1)
        .correlate(state)
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
Giver = _resolved(GiveState, GiveState.giver_id, "giver")
"""The (canonical) person who gave, in every statement that reads gives."""
Receiver = _resolved(GiveState, GiveState.receiver_id, "receiver")
"""The (canonical) person who received, in every statement that reads gives."""
GIVES = Read(GiveState, Giver, Receiver)

_Earlier = shared_alias(GiveState, name="earlier")
EARLIER = Read(
    _Earlier,
    _resolved(_Earlier, _Earlier.giver_id, "earlier_giver"),
    _resolved(_Earlier, _Earlier.receiver_id, "earlier_receiver"),
)
"""The gives that one of `GIVES` refers to, which its reader may not see for that."""

BETWEEN_TWO = ("disputed", "retracted", "corrected")


def concerns(actor: Actor, state: type[GiveState] = GiveState) -> ColumnElement[bool]:
    """The actor is one of the two; what asks for no reply never reaches its receiver.

    Nor does what somebody kept to themself or narrowed about a person outside who joined later,
    unless that person was told of it then.
    """
    # What names somebody outside who was merged into them since does not name them: it was told to
    # that one, and a merge hands nobody what was.
    gave = state.giver_id == actor.person_id
    received = and_(state.receiver_id == actor.person_id, not_(state.no_reply))
    wrote = state.author_id.in_(actor.person_ids)
    here = state.created_at >= actor.first_joined_at
    known = or_(wrote, state.told_at.is_not(None), here)
    return and_(or_(gave, received), or_(known, state.audience == "team"))


def visible(actor: Actor, read: Read = GIVES) -> ColumnElement[bool]:
    """The WHERE clause of who sees which give; needs the giver and receiver of `read` joined."""
    state, mine = read.state, concerns(actor, read.state)
    shared = and_(in_audience(actor, state), state.state.not_in(BETWEEN_TWO))
    return and_(
        state.team_id == actor.team_id,
        or_(shared, mine),
        _sees_person(actor, read.giver, mine),
        _sees_person(actor, read.receiver, mine),
    )


def _sees_person(actor: Actor, person: Any, mine: ColumnElement[bool]) -> ColumnElement[bool]:
    # What a member had with somebody who was deleted stays theirs, and counts in their figures.
    partner = and_(person.membership_id.is_not(None), mine)
    seen = or_(in_audience(actor, person), person.id.in_(actor.person_ids), partner)
    return and_(or_(person.deleted_at.is_(None), mine), seen)


def is_giver(actor: Actor, give: GiveState) -> bool:
    """Whether the actor gave it, by their own id: a merge makes nobody one of the two."""
    return give.giver_id == actor.person_id


def is_receiver(actor: Actor, give: GiveState) -> bool:
    """Whether the actor received it, by their own id."""
    return give.receiver_id == actor.person_id


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
