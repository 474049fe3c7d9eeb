"""Leaving a team, removing from it, and roles. The last owner stays."""

from uuid import UUID

from sqlalchemy import delete

from community.accounts import notices
from community.accounts.actions.invitations import revoke_those_of
from community.accounts.actions.sessions import end_all_sessions, revoke_tokens_of
from community.accounts.queries import members as queries
from community.accounts.queries.sign_in import find_team_ids_of
from community.core import clock, db, outbox, queue
from community.core.errors import Conflict, NotAllowed, Stale
from community.core.i18n import gettext as _
from community.identity import policy
from community.identity.models import ROLES, Actor, CircleMember, Membership
from community.identity.queries import count_owners, get_membership
from community.journal import actions as journal
from community.notifications.actions import notify

FAREWELL_JOB = "accounts.mail_farewell"


def leave_team(actor: Actor) -> None:
    """End the own membership: from now on every page, token and circle of the team is shut."""
    membership = get_membership(actor, actor.member_id)
    _keep_an_owner(actor, membership)
    _end(membership, state="left")
    _tell_owners(actor, membership)
    journal.record(actor, "leave", "membership", membership.id, about_id=actor.person_id)


def remove_member(actor: Actor, person_id: UUID, *, version: int | None = None) -> None:
    """An owner ends somebody's membership; what they shared stays with the team."""
    _only_owners(actor)
    membership = queries.get_membership_of(actor, person_id)
    _check_version(membership, version)
    if membership.id == actor.member_id:
        raise Conflict(
            _("You cannot remove yourself. Leave the team in your settings."), code="self"
        )
    _end(membership, state="removed")
    _tell_owners(actor, membership)
    args = {"membership_id": membership.id}
    outbox.put(FAREWELL_JOB, args, queue_name=queue.MAIL, key=f"farewell:{membership.id}")
    journal.record(actor, "remove", "membership", membership.id, about_id=person_id)


def change_role(
    actor: Actor, person_id: UUID, role: str, *, version: int | None = None
) -> Membership:
    """An owner gives a member another role; tokens made under the old one end."""
    _only_owners(actor)
    membership = queries.get_membership_of(actor, person_id)
    _check_version(membership, version)
    if membership.role == role:
        return membership
    _keep_an_owner(actor, membership)
    membership.role = role
    revoke_tokens_of(membership.id)
    beyond = tuple(each for each in ROLES if each not in policy.INVITES[role])
    revoke_those_of(membership.id, roles=beyond)
    db.flush()
    if membership.id != actor.member_id:
        _tell_member(actor, membership)
    journal.record(
        actor, "change_role", "membership", membership.id, about_id=person_id, fields=["role"]
    )
    return membership


def _tell_member(actor: Actor, membership: Membership) -> None:
    notify(
        notices.ROLE_CHANGED,
        member_id=membership.id,
        thing_kind="membership",
        thing_id=membership.id,
        key=f"{notices.ROLE_CHANGED}:{membership.id}:{membership.version}",
        from_person_id=actor.person_id,
    )


def _tell_owners(actor: Actor, membership: Membership) -> None:
    """The owners hear who is gone, but for whoever did it."""
    for owner_id in queries.find_owner_ids(actor):
        if owner_id != actor.member_id:
            notify(
                notices.LEFT,
                member_id=owner_id,
                thing_kind="membership",
                thing_id=membership.id,
                key=f"{notices.LEFT}:{membership.id}:{owner_id}",
            )


def _only_owners(actor: Actor) -> None:
    if not policy.can_change_team(actor):
        raise NotAllowed(_("Only owners change who is in the team and as what."))


def _check_version(membership: Membership, version: int | None) -> None:
    if version is not None and membership.version != version:
        raise Stale(_("Someone changed this in the meantime. Load it again."))


def _keep_an_owner(actor: Actor, membership: Membership) -> None:
    if membership.role == "owner" and count_owners(actor) < 2:
        raise Conflict(
            _("The team needs an owner. Make somebody else an owner first."), code="last_owner"
        )


def _end(membership: Membership, *, state: str) -> None:
    membership.end(state, clock.now())
    revoke_tokens_of(membership.id)
    revoke_those_of(membership.id, roles=ROLES)
    db.session().execute(
        delete(CircleMember).where(
            CircleMember.team_id == membership.team_id, CircleMember.member_id == membership.id
        )
    )
    db.flush()
    _end_sessions_without_a_team(membership.user_id)


def _end_sessions_without_a_team(user_id: UUID) -> None:
    """Who is in no team any more is signed out everywhere."""
    unit = db.unit()
    before = unit.team_id, unit.user_id
    db.enter(unit.team_id, user_id)
    if not find_team_ids_of(user_id):
        end_all_sessions(user_id)
    db.enter(*before)
