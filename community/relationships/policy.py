"""Who sees and who writes what lies between a member and a person."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from community.identity.models import Actor
from community.identity.policy import in_audience
from community.people import policy as people_policy
from community.people.models import Person
from community.relationships.models import Tie


def visible(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the ties the actor may see: with the person, and by its own audience.

    One that somebody shares about the actor is theirs to read, like a note about them.
    """
    named, shown = aliased(Person), aliased(Person)
    person = (
        exists()
        .where(named.team_id == Tie.team_id, named.id == Tie.person_id)
        .where(shown.team_id == named.team_id, shown.id == named.canonical_id)
        .where(people_policy.visible(actor, shown))
    )
    about_me = and_(Tie.person_id == actor.person_id, people_policy.told_to(actor, Tie))
    return and_(
        Tie.team_id == actor.team_id,
        Tie.deleted_at.is_(None),
        or_(in_audience(actor, Tie), about_me),
        person,
    )


def can_tie(actor: Actor) -> bool:
    """Guests keep no ties here."""
    return not actor.is_guest


def can_change(actor: Actor, tie: Any) -> bool:
    """A tie is its author's alone to change."""
    return tie.author_id in actor.person_ids
