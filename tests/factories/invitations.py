"""Invitations for tests, and the links that their mails would carry."""

import uuid
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from community.accounts.actions import invitations, joining, links
from community.accounts.models import ActionLink, Invitation
from community.core import clock, db
from community.identity.models import Actor
from tests.factories.identity import acting

YES = joining.Yes(name="Mara Ellison")


def new_address(name: str = "mara") -> str:
    """An address nobody has yet."""
    return f"{name}-{uuid.uuid4().hex[:10]}@example.org"


def make_invitation(
    actor: Actor, email: str | None = None, *, role: str = "member", note: str = ""
) -> Invitation:
    """An address invited by the actor."""
    with acting(actor):
        return invitations.invite(actor, email=email or new_address(), role=role, note=note)


def token_of(actor: Actor, invitation_id: UUID) -> str:
    """The secret of the invitation's newest link, as its mail would carry it."""
    with acting(actor) as unit:
        link_id = unit.session.scalars(
            select(ActionLink.id)
            .where(ActionLink.thing_id == invitation_id)
            .order_by(ActionLink.id.desc())
        ).first()
        assert link_id is not None
        return links.link_token(link_id)


def age_invitation(actor: Actor, invitation_id: UUID, *, days: float) -> None:
    """Move an invitation and its links into the past."""
    by = timedelta(days=days)
    with acting(actor) as unit:
        unit.session.execute(
            update(Invitation)
            .where(Invitation.id == invitation_id)
            .values(
                expires_at=Invitation.expires_at - by,
                created_at=Invitation.created_at - by,
                ended_at=Invitation.ended_at - by,
            )
        )
        unit.session.execute(
            update(ActionLink)
            .where(ActionLink.thing_id == invitation_id)
            .values(expires_at=ActionLink.expires_at - by, created_at=ActionLink.created_at - by)
        )


def state_of(actor: Actor, invitation_id: UUID) -> str:
    """An invitation's state as people see it now."""
    with acting(actor) as unit:
        found = unit.session.get_one(Invitation, (actor.team_id, invitation_id))
        return found.state_at(clock.now())


def join_by(token: str, user: Actor | None = None, yes: joining.Yes = YES) -> joining.Joined:
    """Accept by a link, signed in as `user` or not at all."""
    with db.transaction(None, user.user_id if user else None):
        return joining.join(token, user.user_id if user else None, yes)


def invited(actor: Actor, **more: str) -> tuple[Invitation, str]:
    """An invitation and the secret of its link."""
    made = make_invitation(actor, **more)
    return made, token_of(actor, made.id)
