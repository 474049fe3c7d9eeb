"""What one may do to ways in: tokens grant no more than the giver has; circles have keepers;
invitations are asked about where they are used, not only where they are made."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, and_

from community.accounts.models import SCOPES, Invitation
from community.identity.models import ROLES, SETTINGS, Actor
from community.identity.policy import can_invite


def grantable_scopes(actor: Actor) -> tuple[str, ...]:
    """The scopes the actor may put into a token: all in the portal, their own by a token.

    `admin` reaches what only owners and stewards do, so that nobody else gets it.
    """
    scopes = (
        SCOPES if actor.role in ("owner", "steward") else tuple(s for s in SCOPES if s != "admin")
    )
    return tuple(s for s in scopes if not actor.scopes or s in actor.scopes)


def can_grant(actor: Actor, scopes: Iterable[str]) -> bool:
    """Whether a token may be made with these scopes."""
    return set(scopes) <= set(grantable_scopes(actor))


def can_make_circles(actor: Actor) -> bool:
    """Circles are begun by owners and stewards."""
    return actor.role in ("owner", "steward")


def can_change_circle(actor: Actor, circle_id: UUID) -> bool:
    """Owners, stewards and the circle's keepers name, close and open it."""
    return can_make_circles(actor) or circle_id in actor.kept_circle_ids


def can_seat(actor: Actor, keepers: Collection[UUID]) -> bool:
    """The circle's keepers say who is in it; owners of one that nobody keeps any more.

    No other role does: being let in opens what was shared before.
    """
    return actor.member_id in keepers or (actor.is_owner and not keepers)


def must_have_factor(actor: Actor) -> bool:
    """Whether the team asks a second factor of the actor. The sample team asks nobody."""
    asked = actor.settings.get("second_factor") or SETTINGS["second_factor"]
    if actor.is_demo or asked == "nobody":
        return False
    return asked == "everybody" or actor.role in ("owner", "steward")


def invitable_roles(actor: Actor) -> tuple[str, ...]:
    """As what the actor may ask somebody in, the most usual first."""
    usual = ("member", "guest", "steward", "owner")
    return tuple(role for role in usual if role in ROLES and can_invite(actor, role))


def looks_after_team(role: str) -> bool:
    """Whether a role is one of those whose giving asks for the scope `admin`, or for a proof."""
    return role in ("owner", "steward")


def may_know(inviter: Actor) -> bool:
    """Whether whoever an actor invites may turn out to be somebody the team knows already."""
    return looks_after_team(inviter.role)


def visible_invitations(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause: owners and stewards see every invitation, members their own."""
    mine = Invitation.inviter_id == actor.member_id
    everyones = actor.role in ("owner", "steward")
    of_team = Invitation.team_id == actor.team_id
    return of_team if everyones else and_(of_team, mine)


def can_change_invitation(actor: Actor, invitation: Invitation) -> bool:
    """Who might have made it takes it back or mails it anew; one's own may always be taken back."""
    return invitation.inviter_id == actor.member_id or can_invite(actor, invitation.role)
