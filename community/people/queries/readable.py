"""What one may see, as ids alone: for features that name things without telling of them."""

from collections.abc import Collection, Sequence
from functools import cache
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    and_,
    any_,
    exists,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from community.core import db
from community.core.aliases import shared_alias
from community.core.prepared import Prepared
from community.identity.models import Actor, Membership
from community.identity.policy import in_audience, in_team
from community.people.models import Note, Person
from community.people.policy import listed, visible, visible_notes

_asked, _became = shared_alias(Person), shared_alias(Person)


def readable(actor: Actor) -> Select[UUID]:
    """The ids of the persons the actor may see; of a merged one also whom they became."""
    return select(Person.id).where(_seen_whole(actor))


def _seen_whole(actor: Actor) -> ColumnElement[bool]:
    # Whoever narrows a person narrows everybody merged into them, whose rows are as they were.
    became = exists().where(
        _became.team_id == Person.team_id,
        _became.id == Person.canonical_id,
        visible(actor, _became),
    )
    return and_(visible(actor), or_(Person.merged_into_id.is_(None), became))


def recorded(actor: Actor) -> Select[UUID]:
    """The ids of the persons whose audit the actor may read: visible ones, and when they are deleted.

    Of a deleted one the audience still counts, so that the audit tells who deleted whom.
    """
    deleted = and_(
        Person.team_id == actor.team_id, Person.deleted_at.is_not(None), in_audience(actor, Person)
    )
    return select(Person.id).where(or_(_seen_whole(actor), deleted))


def readable_notes(actor: Actor) -> Select[UUID]:
    """The ids of the notes the actor may read; a deleted one is its author's alone, and so is its audit."""
    return select(Note.id).where(visible_notes(actor))


def find_in_team(person_ids: Collection[UUID]) -> Sequence[UUID]:
    """Which of these persons are members of the team now, by their (canonical) ids."""
    named = aliased(Person)
    statement = (
        select(Person.id)
        .distinct()
        .join(named, and_(named.team_id == Person.team_id, named.canonical_id == Person.id))
        .where(Person.team_id == db.current_team_id(), named.id.in_(person_ids), in_team(Person))
    )
    return db.session().scalars(statement).all()


def find_names(actor: Actor, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """What those of these persons are called whom the actor may see; merged ones by who they became."""
    named = aliased(Person)
    statement = (
        select(named.id, Person.name)
        .join(Person, and_(Person.team_id == named.team_id, Person.id == named.canonical_id))
        .where(named.id.in_(person_ids), visible(actor, named), visible(actor))
    )
    return {row.id: row.name for row in db.session().execute(statement)}


def find_all_ids(actor: Actor, person_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Every id that stands for each of these persons: whoever was merged into the same one."""
    found: dict[UUID, tuple[UUID, ...]] = {}
    values = {"team_id": actor.team_id, "ids": tuple(person_ids)}
    for row in _prepared_ids().rows(values):
        asked_id, person_id = tuple(row)
        found[asked_id] = (*found.get(asked_id, ()), person_id)
    return {person_id: found.get(person_id, (person_id,)) for person_id in person_ids}


@cache
def _prepared_ids() -> Prepared:
    team_id, ids = uuid4(), (uuid4(),)
    statement = (
        select(_asked.id, Person.id)
        .join(
            Person,
            and_(Person.team_id == _asked.team_id, Person.canonical_id == _asked.canonical_id),
        )
        .where(_asked.team_id == team_id, _asked.id == any_(literal(list(ids), ARRAY(Uuid))))
    )
    return Prepared(statement, {"team_id": team_id, "ids": ids})


def find_team(actor: Actor) -> list[tuple[UUID, str]]:
    """Who is in the team now, by name, the actor included."""
    statement = (
        select(Person.id, Person.name)
        .join(
            Membership,
            and_(Membership.team_id == Person.team_id, Membership.id == Person.membership_id),
        )
        .where(listed(actor), Membership.state == "active")
        .order_by(Person.sort_key, Person.id)
    )
    return [(row.id, row.name) for row in db.session().execute(statement)]
