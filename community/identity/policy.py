"""Who may see an item by its audience, and what a role may do to the team itself."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlalchemy.orm import aliased

from community.identity.models import ROLES, Actor, Membership

INVITES: dict[str, tuple[str, ...]] = {
    "owner": ROLES,
    "steward": ("member", "guest"),
    "member": ("guest",),
    "guest": (),
}


def in_audience(actor: Actor, model: Any) -> ColumnElement[bool]:
    """The WHERE clause of the audience: every `visible(actor)` is built on it.

    No role opens private items. A guest sees what names them or is their own.
    """
    mine = model.author_id.in_(actor.person_ids)
    named = and_(model.audience == "people", model.audience_people.overlap(list(actor.person_ids)))
    if actor.is_guest:
        return or_(mine, named)
    circle: ColumnElement[bool] = false()
    if actor.circle_ids:
        circle = and_(model.audience == "circle", model.circle_id.in_(actor.circle_ids))
    return or_(model.audience == "team", mine, named, circle)


def in_team(person: Any) -> ColumnElement[bool]:
    """Whether a person is in the team now: a membership that ended stays with who they are."""
    active = aliased(Membership)
    return exists().where(
        active.team_id == person.team_id,
        active.id == person.membership_id,
        active.state == "active",
    )


def sees(actor: Actor, item: Any) -> bool:
    """The same question for one loaded item."""
    if item.author_id in actor.person_ids:
        return True
    if item.audience == "people":
        return any(person in actor.person_ids for person in item.audience_people)
    if actor.is_guest:
        return False
    return item.audience == "team" or (
        item.audience == "circle" and item.circle_id in actor.circle_ids
    )


def can_widen(actor: Actor, item: Any) -> bool:
    """Only the author changes who may see an item."""
    return item.author_id in actor.person_ids


def can_change_team(actor: Actor) -> bool:
    """Settings, roles, audit and webhooks are the owners'."""
    return actor.role == "owner"


def can_invite(actor: Actor, role: str) -> bool:
    """Owners invite as anything, since roles are theirs; stewards members and guests; members guests."""
    return role in INVITES[actor.role]


def can_see_members(actor: Actor) -> bool:
    """Guests do not see the list of members."""
    return not actor.is_guest
