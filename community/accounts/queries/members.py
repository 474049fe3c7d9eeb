"""Reading who is in the team. Guests see nobody here but themselves."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, select

from community.core import db, slugs
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, after, page, read_text
from community.identity import policy
from community.identity.models import Actor, Circle, CircleMember, Membership
from community.people.models import Person


def _members(actor: Actor) -> Select[*tuple[Any, ...]]:
    statement = (
        select(
            Person.canonical_id.label("id"),
            Membership.id.label("member_id"),
            Person.name,
            Person.call_name,
            Person.sort_key,
            Membership.role,
            Membership.state,
            Membership.joined_at,
            Membership.version,
            Membership.created_at,
            Membership.updated_at,
        )
        .join(
            Person,
            (Person.team_id == Membership.team_id) & (Person.membership_id == Membership.id),
        )
        .where(Membership.team_id == actor.team_id, Membership.state == "active")
    )
    if not policy.can_see_members(actor):
        statement = statement.where(Membership.id == actor.member_id)
    return statement


def find_members(actor: Actor, request: PageRequest) -> Page[Any]:
    """Active members by name."""
    statement = after(_members(actor), request, [Person.sort_key, Membership.id], [read_text, UUID])
    rows = db.session().execute(statement).all()
    return page(rows, request, lambda row: (row.sort_key, row.member_id))


def get_member(actor: Actor, person_id: UUID) -> Any:
    """One active member as a row, by their person id."""
    row = db.session().execute(_members(actor).where(Person.id == person_id)).one_or_none()
    if row is None:
        raise NotFound(_("There is no such member."))
    return row


def get_membership_of(actor: Actor, person_id: UUID) -> Membership:
    """The active membership behind a member's person id, to be changed; locked."""
    member = get_member(actor, person_id)
    found = db.session().get(
        Membership, (actor.team_id, member.member_id), with_for_update=True, populate_existing=True
    )
    if found is None or found.state != "active":
        raise NotFound(_("There is no such member."))
    return found


def find_name(actor: Actor, member_id: UUID) -> Row[UUID, str, str] | None:
    """Who somebody in the team is or was: their person's id, their name and their state."""
    return (
        db.session()
        .execute(
            select(Person.canonical_id.label("id"), Person.name, Membership.state)
            .join(
                Membership,
                (Membership.team_id == Person.team_id) & (Membership.id == Person.membership_id),
            )
            .where(Membership.team_id == actor.team_id, Membership.id == member_id)
        )
        .one_or_none()
    )


def find_owner_ids(actor: Actor) -> Sequence[UUID]:
    """The memberships of the team's owners."""
    return (
        db.session()
        .scalars(
            select(Membership.id)
            .where(
                Membership.team_id == actor.team_id,
                Membership.role == "owner",
                Membership.state == "active",
            )
            .order_by(Membership.id)
        )
        .all()
    )


def get_circle_by_slug(actor: Actor, slug: str) -> Circle:
    """The circle of a page's address; the name in it says nothing."""
    sought = slugs.read(slug)
    if sought is None:
        raise NotFound(_("There is no such circle."))
    ids = db.session().scalars(
        select(Circle.id).where(
            Circle.team_id == actor.team_id, Circle.id.between(sought.low, sought.high)
        )
    )
    found = next((circle_id for circle_id in ids if sought.names(circle_id)), None)
    if found is None:
        raise NotFound(_("There is no such circle."))
    return get_circle(actor, found)


def is_in_circle(circle_id: UUID, member_id: UUID) -> bool:
    """Whether a member of the team that is set is in a circle."""
    key = (db.current_team_id(), circle_id, member_id)
    return db.session().get(CircleMember, key, populate_existing=True) is not None


def find_keeper_ids(circle_id: UUID) -> Sequence[UUID]:
    """The memberships of those who keep a circle of the team that is set."""
    statement = select(CircleMember.member_id).where(
        CircleMember.team_id == db.current_team_id(),
        CircleMember.circle_id == circle_id,
        CircleMember.is_keeper,
    )
    return db.session().scalars(statement.order_by(CircleMember.member_id)).all()


def find_seated_ids(circle_id: UUID) -> Sequence[UUID]:
    """The memberships of everybody in a circle of the team that is set."""
    statement = select(CircleMember.member_id).where(
        CircleMember.team_id == db.current_team_id(), CircleMember.circle_id == circle_id
    )
    return db.session().scalars(statement.order_by(CircleMember.member_id)).all()


def find_joinable(actor: Actor, circle_id: UUID) -> list[tuple[UUID, str]]:
    """Whom the actor may let into a circle, by name.

    Members who are not in it: not themself, and no guests, since circles show them nothing.
    """
    seat = exists().where(
        CircleMember.team_id == Membership.team_id,
        CircleMember.member_id == Membership.id,
        CircleMember.circle_id == circle_id,
    )
    statement = _members(actor).where(
        Membership.role != "guest", Membership.id != actor.member_id, ~seat
    )
    rows = db.session().execute(statement.order_by(Person.sort_key, Membership.id))
    return [(row.id, row.name) for row in rows]


def get_first_owner(team_id: UUID) -> UUID:
    """The user who has owned the team the longest."""
    user_id = db.session().scalar(
        select(Membership.user_id)
        .where(
            Membership.team_id == team_id,
            Membership.role == "owner",
            Membership.state == "active",
        )
        .order_by(Membership.joined_at, Membership.id)
        .limit(1)
    )
    if user_id is None:
        raise NotFound(_("This team has no owner."))
    return user_id


def find_circles(actor: Actor, request: PageRequest) -> Page[Circle]:
    """The team's circles by name; a guest sees those they are in."""
    statement = select(Circle).where(Circle.team_id == actor.team_id)
    if actor.is_guest:
        statement = statement.where(Circle.id.in_(actor.circle_ids))
    statement = after(statement, request, [Circle.name, Circle.id], [read_text, UUID])
    rows: Sequence[Circle] = db.session().scalars(statement).all()
    return page(rows, request, lambda circle: (circle.name, circle.id))


def find_circle_members(actor: Actor, circle_ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """Who is in each of these circles: person id, name, and whether they keep it."""
    rows = db.session().execute(
        select(
            CircleMember.circle_id,
            CircleMember.member_id,
            Person.canonical_id.label("person_id"),
            Person.name,
            CircleMember.is_keeper,
        )
        .join(
            Person,
            (Person.team_id == CircleMember.team_id)
            & (Person.membership_id == CircleMember.member_id),
        )
        .where(CircleMember.team_id == actor.team_id, CircleMember.circle_id.in_(circle_ids))
        .order_by(Person.sort_key, Person.id)
    )
    found: dict[UUID, list[Any]] = {circle_id: [] for circle_id in circle_ids}
    for row in rows:
        found[row.circle_id].append(row)
    return found


def get_circle(actor: Actor, circle_id: UUID, *, lock: bool = False) -> Circle:
    """A circle the actor may know of; locked, where it is to be changed."""
    circle = db.session().get(
        Circle,
        (actor.team_id, circle_id),
        with_for_update=lock or None,
        populate_existing=lock,
    )
    if circle is None or (actor.is_guest and circle_id not in actor.circle_ids):
        raise NotFound(_("There is no such circle."))
    return circle
