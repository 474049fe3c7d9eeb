"""What the worker does for accounts: mails about signing in, and invitations."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from community.accounts.actions import link_url
from community.accounts.actions.invitations import MAIL_JOB as MAIL_INVITATION_JOB
from community.accounts.actions.membership import FAREWELL_JOB
from community.accounts.actions.security_mail import MAIL_JOB
from community.accounts.actions.sign_in import link_secret
from community.accounts.actions.team_life import ENDING_JOB, GRACE, PURGE_JOB, purge_team
from community.accounts.formats import browser_name
from community.accounts.notices.security import EVENTS
from community.accounts.queries import invitations
from community.accounts.queries import sign_in as queries
from community.core import db, i18n
from community.core.mail import Mail
from community.core.outbox import Claim
from community.identity.models import Actor, Membership, Team
from community.identity.queries import find_user, find_user_by_email, primary_email
from community.notifications import delivery
from community.web import letters


@dataclass(frozen=True)
class SecurityEvent:
    """What happened to somebody's ways in: the subject of its mail and its sentence."""

    subject: str
    sentence: str


# What each purpose's mail leads to; the others only tell what has happened.
_PAGES = dict.fromkeys(("sign_in", "confirm_email", "reset_password"), "/login/{secret}")


def mail_link(claim: Claim) -> None:
    """Mail a link, or word of a change, to the address it is bound to."""
    credential_id = UUID(claim.args["credential_id"])
    delivery.send_claimed(claim, lambda: link_mail(credential_id), essential=True, though_shut=True)


def link_mail(credential_id: UUID) -> Mail | None:
    """The mail of a stored link; None once it is used, expired, or its user has left the team."""
    link = queries.find_mailable(credential_id)
    actor = queries.find_recipient(link) if link else None
    if link is None or actor is None or link.address is None:
        return None
    page = _PAGES.get(link.purpose, "/login")
    secret = link_secret(link) if link.purpose in _PAGES else ""
    event = security_event(link.purpose, link.detail or "", actor.locale)
    letter = letters.write(
        "accounts/email/security_event" if event else f"accounts/email/{link.purpose}",
        locale=actor.locale,
        zone=actor.zone,
        actor=actor,
        team_name=actor.team_name,
        address=link.address,
        event=event,
        url=letters.link(page.format(secret=secret)),
        when=_moment(actor, link.created_at),
        until=_moment(actor, link.expires_at),
    )
    return Mail(
        reference=f"account-{link.id}",
        to=link.address,
        to_name=actor.name,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        from_name=actor.team_name,
    )


def security_event(event: str, detail: str, locale: str) -> SecurityEvent | None:
    """An event of a way in, in the words of its mail; None for links and other mails."""
    if event not in EVENTS:
        return None
    with i18n.speaking(locale):
        subject, sentence = EVENTS[event]
        about = browser_name(detail) if event == "new_browser" else detail
        return SecurityEvent(str(subject), str(sentence) % {"detail": about})


def _moment(actor: Actor, at: datetime | None) -> str:
    if at is None:
        return ""
    zone = ZoneInfo(actor.zone)
    # Babel writes the zone of Greenwich as GMT+00:00; people know all of them by UTC.
    moment = format_datetime(at, "d MMMM y, HH:mm", tzinfo=zone, locale=actor.locale)
    offset = format_datetime(at, "xxx", tzinfo=zone, locale=actor.locale)
    return f"{moment} UTC{'' if offset == '+00:00' else offset}"


def mail_invitation(claim: Claim) -> None:
    """Mail an invitation to its address, if it still stands when the time for undoing is over."""
    ids = (UUID(claim.args["invitation_id"]), UUID(claim.args["link_id"]))
    delivery.send_claimed(claim, lambda: invitation_mail(*ids))


def invitation_mail(invitation_id: UUID, link_id: UUID) -> Mail | None:
    """The mail of an invitation by its newest link; None once it does not stand any more."""
    held = invitations.get_mailable(invitation_id, link_id)
    team = db.session().get(Team, db.current_team_id())
    if held is None or held.inviter is None or team is None:
        return None
    user = find_user_by_email(held.invitation.address)
    locale, zone = (user.locale, user.zone) if user else (team.locale, team.zone)
    letter = letters.write(
        "accounts/email/invitation",
        locale=locale,
        zone=zone,
        team_name=team.name,
        inviter_name=held.inviter.name,
        role=held.invitation.role,
        note=held.invitation.note,
        address=held.invitation.address,
        url=link_url(link_id, "/invite"),
        until=_day(held.invitation.expires_at, zone, locale),
    )
    return Mail(
        reference=f"invitation-{link_id}",
        to=held.invitation.address,
        to_name="",
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        from_name=team.name,
        reply_to=primary_email(held.inviter.user_id),
    )


def mail_farewell(claim: Claim) -> None:
    """Tell somebody by mail that an owner has ended their membership."""
    membership_id = UUID(claim.args["membership_id"])
    delivery.send_claimed(claim, lambda: farewell_mail(membership_id), essential=True)


def farewell_mail(membership_id: UUID) -> Mail | None:
    """The mail to whoever was removed; None when they are in the team again by now."""
    membership = db.session().get(Membership, (db.current_team_id(), membership_id))
    team = db.session().get(Team, db.current_team_id())
    if membership is None or team is None or membership.state != "removed":
        return None
    user, address = find_user(membership.user_id), primary_email(membership.user_id)
    if user is None or address is None:
        return None
    letter = letters.write(
        "accounts/email/farewell",
        locale=user.locale,
        zone=user.zone,
        team_name=team.name,
        address=address,
        day=_day(membership.ended_at or membership.updated_at, user.zone, user.locale),
    )
    return Mail(
        reference=f"farewell-{membership_id}",
        to=address,
        to_name="",
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        from_name=team.name,
    )


def mail_team_ending(claim: Claim) -> None:
    """Tell an owner that the team was deleted, and how to take that back."""
    membership_id = UUID(claim.args["membership_id"])
    delivery.send_claimed(
        claim, lambda: ending_mail(membership_id), essential=True, though_shut=True
    )


def ending_mail(membership_id: UUID) -> Mail | None:
    """The mail to an owner of an ending team; None once the deletion was taken back."""
    membership = db.session().get(Membership, (db.current_team_id(), membership_id))
    team = db.session().get(Team, db.current_team_id())
    if membership is None or team is None or team.deleted_at is None:
        return None
    user, address = find_user(membership.user_id), primary_email(membership.user_id)
    if user is None or address is None or not membership.is_active:
        return None
    letter = letters.write(
        "accounts/email/team_ending",
        locale=user.locale,
        zone=user.zone,
        team_name=team.name,
        address=address,
        url=letters.link("/teams?show=all"),
        day=_day(team.deleted_at + GRACE, user.zone, user.locale),
    )
    return Mail(
        reference=f"team-ending-{team.version}-{membership_id}",
        to=address,
        to_name="",
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        from_name=team.name,
    )


def _day(at: datetime, zone: str, locale: str) -> str:
    return format_datetime(at, "d MMMM y", tzinfo=ZoneInfo(zone), locale=locale)


JOBS: dict[str, Callable[[Claim], None]] = {
    MAIL_JOB: mail_link,
    MAIL_INVITATION_JOB: mail_invitation,
    FAREWELL_JOB: mail_farewell,
    ENDING_JOB: mail_team_ending,
    PURGE_JOB: purge_team,
}
