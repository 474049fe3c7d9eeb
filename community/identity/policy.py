"""Who may see an item by its audience, and what a role may do to the team itself."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, not_, or_

from community.core.aliases import shared_alias
from community.identity.models import LIVE, ROLES, Actor, Dispute, Membership

_Live = shared_alias(Dispute)
_Seat = shared_alias(Membership)

INVITES: dict[str, tuple[str, ...]] = {
    "owner": ROLES,
    "steward": ("member", "guest"),
    "member": ("guest",),
    "guest": (),
}


def in_audience(actor: Actor, model: Any) -> ColumnElement[bool]:
    """The WHERE clause of the audience: every `visible(actor)` is built on it.

    No role opens private items. A guest sees what names them or is their own. What its subject
    disputes is its author's alone until that is over; the feature lets the subject see it.
    """
    mine = model.author_id.in_(actor.person_ids)
    named = and_(model.audience == "people", model.audience_people.overlap(list(actor.person_ids)))
    shared = [named]
    if not actor.is_guest:
        shared.append(model.audience == "team")
        if actor.circle_ids:
            shared.append(and_(model.audience == "circle", model.circle_id.in_(actor.circle_ids)))
    if model.disputed_as is None:
        return or_(mine, *shared)
    return or_(mine, and_(or_(*shared), not_(is_disputed(model))))


def is_disputed(model: Any) -> ColumnElement[bool]:
    """Whether the item's subject disputes it now."""
    return exists().where(
        _Live.team_id == model.team_id,
        _Live.kind == model.disputed_as,
        _Live.thing_id == model.id,
        _Live.state.in_(LIVE),
    )


def shown_people(actor: Actor, author_id: UUID, people: Sequence[UUID]) -> list[UUID]:
    """Whom an item's audience names, as far as its reader may know of them.

    Those named are members, whom every member knows; a guest knows of themself alone.
    """
    if not actor.is_guest or author_id in actor.person_ids:
        return list(people)
    return [person_id for person_id in people if person_id in actor.person_ids]


def shown_circle(actor: Actor, author_id: UUID, circle_id: UUID | None) -> UUID | None:
    """The circle an item is shared with, where its reader may know of it: guests of their own."""
    if not actor.is_guest or author_id in actor.person_ids:
        return circle_id
    return circle_id if circle_id in actor.circle_ids else None


def in_team(person: Any) -> ColumnElement[bool]:
    """Whether a person is in the team now: a membership that ended stays with who they are."""
    return exists().where(
        _Seat.team_id == person.team_id,
        _Seat.id == person.membership_id,
        _Seat.state == "active",
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
