"""Reading invitations: in the team by whoever may see them, outside by the link that was mailed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select

from community.accounts import policy
from community.accounts.models import ActionLink, Invitation
from community.accounts.queries.links import unknown_link
from community.core import clock, db, tokens
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows, after, page
from community.identity.models import Actor, Membership, UserEmail
from community.identity.policy import can_invite
from community.identity.queries import find_actor_of_member
from community.journal.models import JournalEntry
from community.people.models import Person, PersonChange, PersonEmail

THING = "invitation"
PURPOSE = "invitation"


def _rows(actor: Actor) -> Rows:
    return (
        select(
            Invitation.id,
            Invitation.address,
            Invitation.role,
            Invitation.note,
            Invitation.state,
            Invitation.inviter_id,
            Invitation.expires_at,
            Invitation.ended_at,
            Invitation.created_at,
            Invitation.updated_at,
            Invitation.version,
            Person.canonical_id.label("created_by_id"),
            Person.name.label("inviter_name"),
        )
        .join(
            Person,
            (Person.team_id == Invitation.team_id)
            & (Person.membership_id == Invitation.inviter_id),
            isouter=True,
        )
        .where(policy.visible_invitations(actor))
    )


def _is(state: str) -> ColumnElement[bool]:
    over = Invitation.expires_at <= clock.now()
    if state == "pending":
        return and_(Invitation.state == "pending", ~over)
    if state == "expired":
        return or_(Invitation.state == "expired", and_(Invitation.state == "pending", over))
    return Invitation.state == state


def find_invitations(
    actor: Actor, request: PageRequest, *, states: Collection[str] = ()
) -> Page[Any]:
    """The invitations the actor may see, the newest first; of these states, if any are named."""
    statement = _rows(actor)
    if states:
        statement = statement.where(or_(*[_is(state) for state in states]))
    statement = after(statement, request, [Invitation.id], [UUID], descending=True)
    return page(db.session().execute(statement).all(), request, lambda row: (row.id,))


def get_invitation_row(actor: Actor, invitation_id: UUID) -> Row[Any]:
    """One of them as a row."""
    row = db.session().execute(_rows(actor).where(Invitation.id == invitation_id)).one_or_none()
    if row is None:
        raise _unknown()
    return row


def get_invitation_rows(actor: Actor, ids: Collection[UUID]) -> list[Row[Any]]:
    """These of them, the newest last."""
    statement = _rows(actor).where(Invitation.id.in_(ids)).order_by(Invitation.id)
    return list(db.session().execute(statement))


def get_invitation(actor: Actor, invitation_id: UUID) -> Invitation:
    """One of them to be changed; locked."""
    found = db.session().scalar(
        select(Invitation)
        .where(policy.visible_invitations(actor), Invitation.id == invitation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise _unknown()
    return found


def _unknown() -> NotFound:
    return NotFound(_("There is no such invitation."))


def state_of(row: Any) -> str:
    """The state of a row as people see it now."""
    over = row.state == "pending" and row.expires_at <= clock.now()
    return "expired" if over else str(row.state)


def find_member_addresses(addresses: Collection[str]) -> set[str]:
    """Which of these addresses an active member of the team signs in with."""
    statement = (
        select(UserEmail.address)
        .join(Membership, Membership.user_id == UserEmail.user_id)
        .where(
            Membership.team_id == db.current_team_id(),
            Membership.state == "active",
            UserEmail.address.in_(addresses),
        )
    )
    return set(db.session().scalars(statement))


def find_pending(addresses: Collection[str]) -> dict[str, Invitation]:
    """What is stored as pending for these addresses, also where its time is over."""
    statement = select(Invitation).where(
        Invitation.team_id == db.current_team_id(),
        Invitation.state == "pending",
        Invitation.address.in_(addresses),
    )
    return {found.address: found for found in db.session().scalars(statement)}


def count_mailed_lately(member_id: UUID) -> int:
    """How many invitations went out in this member's name within a day, fresh links included."""
    statement = (
        select(func.count())
        .select_from(ActionLink)
        .join(
            Invitation,
            (Invitation.team_id == ActionLink.team_id) & (Invitation.id == ActionLink.thing_id),
        )
        .where(
            ActionLink.team_id == db.current_team_id(),
            ActionLink.thing_kind == THING,
            ActionLink.created_at > clock.now() - timedelta(days=1),
            Invitation.inviter_id == member_id,
        )
    )
    return db.session().scalar(statement) or 0


@dataclass(frozen=True)
class Held:
    """What somebody holds who has the link: the invitation, and how it stands.

    `standing` is open, accepted, revoked, expired, replaced (a newer link was mailed) or void
    (whoever invited may not any more). `inviter` is None only when it is void.
    """

    link: ActionLink
    invitation: Invitation
    inviter: Actor | None
    standing: str


def get_held(token: str, *, lock: bool = False) -> Held:
    """What this secret opens, in the team that is set; NotFound for one that was never made."""
    held = find_held(token, lock=lock)
    if held is None:
        raise unknown_link()
    return held


def find_held(token: str, *, lock: bool = False) -> Held | None:
    """The same, or None."""
    parsed = tokens.parse(token)
    link = parsed and db.session().scalar(
        select(ActionLink).where(
            ActionLink.team_id == db.current_team_id(),
            ActionLink.digest == parsed.digest,
            ActionLink.purpose == PURPOSE,
        )
    )
    if not link:
        return None
    key = (link.team_id, link.thing_id)
    invitation = db.session().get(
        Invitation, key, with_for_update=lock or None, populate_existing=lock
    )
    if invitation is None or not link.is_for(address=invitation.address, text=invitation.text):
        return None
    if lock:
        db.session().refresh(link)
    inviter = find_entitled(invitation)
    return Held(link, invitation, inviter, _standing(link, invitation, inviter))


def find_entitled(invitation: Invitation) -> Actor | None:
    """Who invited, if they are still here and might still do so."""
    inviter = find_actor_of_member(invitation.inviter_id)
    return inviter if inviter and can_invite(inviter, invitation.role) else None


def _standing(link: ActionLink, invitation: Invitation, inviter: Actor | None) -> str:
    state = invitation.state_at(clock.now())
    if state in ("accepted", "revoked"):
        return state
    if inviter is None:
        return "void"
    if state == "expired":
        return "expired"
    return "replaced" if link.revoked_at or link.expires_at <= clock.now() else "open"


def get_mailable(invitation_id: UUID, link_id: UUID) -> Held | None:
    """What a mail is still worth sending about: an open invitation by its newest link."""
    link = db.session().get(ActionLink, (db.current_team_id(), link_id))
    invitation = db.session().get(Invitation, (db.current_team_id(), invitation_id))
    if link is None or invitation is None:
        return None
    inviter = find_entitled(invitation)
    standing = _standing(link, invitation, inviter)
    return Held(link, invitation, inviter, standing) if standing == "open" else None


def find_known_person(held: Held) -> Person | None:
    """Whom the whole team knows by the invited address and nobody is yet: perhaps whoever joins.

    Only where an owner or a steward invites, and the address was there before and is not theirs:
    otherwise anybody could put an address on somebody and join as them.
    """
    inviter, invitation = held.inviter, held.invitation
    if inviter is None or not policy.may_know(inviter):
        return None
    statement = (
        select(Person)
        .join(
            PersonEmail,
            (PersonEmail.team_id == Person.team_id) & (PersonEmail.person_id == Person.id),
        )
        .where(
            Person.team_id == db.current_team_id(),
            PersonEmail.value == invitation.address,
            Person.audience == "team",
            Person.membership_id.is_(None),
            Person.deleted_at.is_(None),
            Person.merged_into_id.is_(None),
        )
        .add_columns(and_(PersonEmail.id < invitation.id, ~_addressed_by(inviter, invitation)))
        .order_by(Person.id)
        .limit(2)
    )
    found = db.session().execute(statement).all()
    return found[0][0] if len(found) == 1 and found[0][1] else None


def _addressed_by(inviter: Actor, invitation: Invitation) -> ColumnElement[bool]:
    """Whether one of those who sent the invitation has changed the person's addresses.

    Whoever entered the person with it in the first place has not: they are who was meant.
    """
    sent = select(JournalEntry.actor_id).where(
        JournalEntry.team_id == inviter.team_id,
        JournalEntry.thing_kind == THING,
        JournalEntry.thing_id == invitation.id,
        JournalEntry.verb.in_(("invite", "mail_anew")),
        JournalEntry.actor_id.is_not(None),
    )
    return exists().where(
        PersonChange.team_id == Person.team_id,
        PersonChange.person_id == Person.id,
        PersonChange.fields.contains(["emails"]),
        or_(
            PersonChange.changed_by_id.in_(inviter.person_ids), PersonChange.changed_by_id.in_(sent)
        ),
    )


def find_joined(actor: Actor, invitation_id: UUID) -> Row[UUID, str, str] | None:
    """Who joined by an invitation of the actor's: their person's id and name, and their role."""
    return (
        db.session()
        .execute(
            select(Person.canonical_id.label("id"), Person.name, Membership.role)
            .join(
                Invitation,
                (Invitation.team_id == Person.team_id)
                & (Invitation.member_id == Person.membership_id),
            )
            .join(
                Membership,
                (Membership.team_id == Person.team_id) & (Membership.id == Person.membership_id),
            )
            .where(
                Invitation.team_id == actor.team_id,
                Invitation.id == invitation_id,
                Invitation.inviter_id == actor.member_id,
            )
        )
        .one_or_none()
    )
