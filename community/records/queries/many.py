"""Whom an act on many is for, and the acts that can be undone."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from community.core import db
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.identity.models import Actor, CircleMember
from community.people import queries as people
from community.people.models import Person
from community.people.policy import listed
from community.people.queries import Filter
from community.records.models import BulkAct

_AT_ONCE = 1_000


def find_listed(actor: Actor, person_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these ids whom the actor sees; one that was merged stands for who it became."""
    named = select(Person.canonical_id).where(
        Person.team_id == actor.team_id, Person.id.in_(list(person_ids))
    )
    statement = select(Person.id).where(listed(actor), Person.id.in_(named))
    return list(db.session().scalars(statement.order_by(Person.id)))


def find_filtered(actor: Actor, wanted: Filter, limit: int) -> list[UUID]:
    """The people a filter of the list finds, at most `limit`, some thousand at a time."""
    found: list[UUID] = []
    cursor = None
    while len(found) < limit:
        page = people.find_people(actor, wanted, PageRequest(_AT_ONCE, cursor))
        found += [row.id for row in page.items]
        cursor = page.next
        if cursor is None:
            break
    return found[:limit]


def find_seated(circle_id: UUID) -> set[UUID]:
    """The memberships in a circle."""
    statement = select(CircleMember.member_id).where(
        CircleMember.team_id == db.current_team_id(), CircleMember.circle_id == circle_id
    )
    return set(db.session().scalars(statement))


def get_bulk_act(actor: Actor, act_id: UUID) -> BulkAct:
    """An act of the actor's own that can still be undone, locked."""
    found = db.session().scalar(
        select(BulkAct)
        .where(BulkAct.team_id == actor.team_id, BulkAct.id == act_id)
        .where(BulkAct.author_id.in_(actor.person_ids))
        .with_for_update()
    )
    if found is None:
        raise NotFound(_("There is no such act, or it cannot be undone any more."))
    return found
