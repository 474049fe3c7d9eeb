"""Joining a team by an invitation: by the address it was made for, once, as oneself."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from community.accounts.actions import agreement, links, teams
from community.accounts.actions.invitations import enter_team_of
from community.accounts.actions.sessions import start_session
from community.accounts.models import AgreementVersion
from community.accounts.notices import JOINED
from community.accounts.queries import agreement as agreement_queries
from community.accounts.queries import invitations as queries
from community.accounts.queries.invitations import THING, Held
from community.accounts.queries.links import unknown_link
from community.accounts.queries.sign_in import find_user_id
from community.core import clock, db
from community.core.errors import Conflict, NotAllowed, NotSignedIn
from community.core.i18n import gettext as _
from community.identity.models import Actor, Team, User, UserEmail
from community.journal import actions as journal
from community.notifications.actions import notify
from community.people import actions as people
from community.people.models import Person


@dataclass(frozen=True)
class Offer:
    """What a link offers to whoever opens it, before they say yes.

    `who` is new (nobody signs in with the address yet), sign_in (somebody does: they sign in
    first), self (who is signed in), or other (somebody else is).
    """

    held: Held
    team: Team
    who: str
    agreement: AgreementVersion | None
    known_as: Person | None
    guess: str


@dataclass(frozen=True)
class Yes:
    """What somebody says who joins. `agreed` is the number of the agreement they read."""

    name: str = ""
    is_known_person: bool = False
    agreed: int | None = None


@dataclass(frozen=True)
class Joined:
    """Who they are in the team; the secret of a new session where they had none."""

    actor: Actor
    secret: str | None


def read_offer(token: str, user_id: UUID | None) -> Offer:
    """What is behind a link, for the signed-in `user_id`; sets the team. NotFound when unknown."""
    if not enter_team_of(token):
        raise unknown_link()
    held = queries.get_held(token)
    team = db.session().get_one(Team, held.invitation.team_id)
    owner = find_user_id(held.invitation.address)
    known_as = queries.find_known_person(held)
    return Offer(
        held=held,
        team=team,
        who=_who(owner, user_id),
        agreement=agreement_queries.find_in_force(team),
        known_as=known_as,
        guess=known_as.name if known_as else teams.name_from(held.invitation.address),
    )


def _who(owner: UUID | None, user_id: UUID | None) -> str:
    if user_id is not None:
        return "self" if user_id == owner else "other"
    return "new" if owner is None else "sign_in"


def join(token: str, user_id: UUID | None, yes: Yes, *, user_agent: str = "") -> Joined:
    """Accept an invitation. Of many uses at once one joins; the others get Conflict.

    Whoever has an account signs in first, since the link alone must not stand in for their second
    factor; whoever has none gets one, and the link has proved their address.
    """
    if not enter_team_of(token):
        raise unknown_link()
    held = queries.get_held(token, lock=True)
    refuse_closed(held)
    address = held.invitation.address
    owner = find_user_id(address)
    _refuse_others(_who(owner, user_id), address)
    team = db.session().get_one(Team, held.invitation.team_id)
    version = agreement.check_read(team, yes.agreed)
    links.use_link(held.link)
    joining = owner if owner is not None else _new_user(address, team)
    known_as = queries.find_known_person(held) if yes.is_known_person else None
    actor = teams.add_member(
        joining, yes.name or teams.name_from(address), role=held.invitation.role, known_as=known_as
    )
    if known_as is not None and yes.name:
        people.edit_person(actor, actor.person_id, name=yes.name)
    held.invitation.accept(actor.member_id, clock.now())
    db.flush()
    agreement.accept_on_joining(actor, version)
    journal.record(actor, "accept", THING, held.invitation.id, about_id=actor.person_id)
    _tell(held, actor)
    secret = start_session(joining, user_agent=user_agent) if user_id is None else None
    return Joined(actor, secret)


def refuse_closed(held: Held) -> None:
    """Conflict with the standing as its code, unless the invitation is open."""
    if held.standing != "open":
        raise Conflict(closed_words(held.standing), code=f"invitation_{held.standing}")


def closed_words(standing: str) -> str:
    """Why a link does not let anybody in."""
    return {
        "accepted": _("This invitation has been accepted already."),
        "revoked": _("This invitation was taken back. You need not do anything."),
        "expired": _("This invitation was good for a week, and the week is over."),
        "replaced": _("A newer link was mailed to you meanwhile. Please use that one."),
        "void": _(
            "Whoever invited you cannot do so any more. Please ask somebody else in the team."
        ),
    }[standing]


def _refuse_others(who: str, address: str) -> None:
    if who == "other":
        raise NotAllowed(
            _("This invitation is for %(address)s. Sign out first.", address=address),
            code="signed_in_as_other",
        )
    if who == "sign_in":
        raise NotSignedIn(
            _("Somebody signs in with %(address)s already. Sign in first.", address=address),
            code="sign_in_first",
        )


def _new_user(address: str, team: Team) -> UUID:
    user_id = teams.find_or_create_user(address, zone=team.zone)
    db.session().get_one(User, user_id).locale = team.locale
    email = db.session().scalars(select(UserEmail).where(UserEmail.user_id == user_id)).one()
    email.verified_at = clock.now()
    return user_id


def _tell(held: Held, actor: Actor) -> None:
    """The one who invited hears of it."""
    if held.inviter is not None:
        notify(
            JOINED,
            member_id=held.inviter.member_id,
            thing_kind=THING,
            thing_id=held.invitation.id,
            key=f"{JOINED}:{held.invitation.id}",
            from_person_id=actor.person_id,
        )
