"""Who imports, and whose imports one sees: everybody but guests, and one's own alone."""

from sqlalchemy import ColumnElement, and_

from community.exchange.models import ImportBatch
from community.identity.models import Actor
from community.people import policy as people_policy
from community.people.models import Person


def can_import(actor: Actor) -> bool:
    """Whoever may add people."""
    return people_policy.can_create(actor)


def visible(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the imports one sees: no role opens those of others."""
    return and_(ImportBatch.team_id == actor.team_id, ImportBatch.author_id.in_(actor.person_ids))


def closed_to(actor: Actor, person: Person, audience: str) -> str:
    """Why an import may add nothing to this person; empty when it may.

    What it adds is seen by whoever sees them, and only its author widens what the file says: so
    to people whom others share, only an import for the whole team adds. Members keep their own
    details themselves.
    """
    if person.is_member and not actor.is_me(person.id):
        return "keeps_own"
    if not people_policy.can_edit(actor, person):
        return "not_yours"
    is_mine = person.author_id in actor.person_ids
    return "" if is_mine or audience == "team" else "seen_by_others"
