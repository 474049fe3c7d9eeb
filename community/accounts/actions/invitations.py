"""Inviting into the team: an address, for a week, by whoever may; taken back, or mailed anew."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, or_, select

from community.accounts import policy
from community.accounts.actions import counters
from community.accounts.actions.links import issue_link, revoke_links
from community.accounts.models import ActionLink, Invitation
from community.accounts.queries import invitations as queries
from community.accounts.queries.invitations import PURPOSE, THING
from community.core import clock, db, hold, outbox, queue, tokens
from community.core.errors import Conflict, NotAllowed, TooManyTries
from community.core.i18n import gettext as _
from community.core.i18n import ngettext
from community.identity.models import Actor, Membership
from community.identity.policy import can_invite
from community.identity.queries import find_team_by_key
from community.journal import actions as journal

LIFE = timedelta(days=7)
FORGOTTEN_AFTER = timedelta(days=30)
MOST_A_DAY = {"owner": 200, "steward": 200, "member": 20, "guest": 0}
MAIL_JOB = "accounts.mail_invitation"


def invite(actor: Actor, *, email: str, role: str = "member", note: str = "") -> Invitation:
    """Ask an address into the team; its mail leaves after the time for undoing."""
    prepare(actor, role, count=1)
    if email in queries.find_member_addresses([email]):
        raise Conflict(
            _("%(address)s is in this team already.", address=email),
            code="already_member",
            field="email",
        )
    before = queries.find_pending([email]).get(email)
    if before is not None and before.state_at(clock.now()) == "pending":
        raise Conflict(
            _("%(address)s is invited already. You can mail a fresh link.", address=email),
            code="already_invited",
            field="email",
        )
    return send_new(actor, email=email, role=role, note=note, before=before)


def prepare(actor: Actor, role: str, *, count: int) -> None:
    """The right to invite as this, and room for so many today. One at a time for each inviter.

    Whoever ends or changes the inviter's membership waits for the same row, so that nothing
    goes out by a right that is gone.
    """
    check_may_invite(actor, role)
    lock_inviter(actor.team_id, actor.member_id)
    most = MOST_A_DAY[actor.role]
    left = most - queries.count_mailed_lately(actor.member_id)
    if count > left:
        words = ngettext(
            "You can invite %(num)d more person today; the limit is %(most)d a day.",
            "You can invite %(num)d more people today; the limit is %(most)d a day.",
            max(left, 0),
            most=most,
        )
        raise TooManyTries(words, code="too_many_today", retry_after=3600)


def check_may_invite(actor: Actor, role: str) -> None:
    """NotAllowed where the actor's role does not reach that far."""
    if not can_invite(actor, role):
        roles = policy.invitable_roles(actor)
        said = _("Members invite guests. Ask an owner or a steward to invite a member.")
        if actor.role == "steward":
            said = _("Stewards invite members and guests. Ask an owner for more.")
        raise NotAllowed(
            said if roles else _("Guests invite nobody. Ask a member of the team."),
            code="not_yours_to_invite",
        )


def lock_inviter(team_id: UUID, member_id: UUID) -> None:
    """Wait for whoever is changing or using this membership's right to invite."""
    db.session().execute(
        select(Membership.id)
        .where(Membership.team_id == team_id, Membership.id == member_id)
        .with_for_update()
    )


def send_new(
    actor: Actor, *, email: str, role: str, note: str, before: Invitation | None
) -> Invitation:
    """The row, its link and the mail that is owed; `before` is one whose time is over."""
    if before is not None:
        before.end("expired", before.expires_at)
        db.flush()
    made = Invitation(
        id=db.new_id(),
        address=email,
        role=role,
        note=note,
        inviter_id=actor.member_id,
        expires_at=clock.now() + LIFE,
    )
    db.add(made)
    db.flush()
    _owe_mail(made, delay=hold.period())
    journal.record(actor, "invite", THING, made.id)
    return made


def _owe_mail(invitation: Invitation, *, delay: timedelta) -> None:
    link_id = issue_link(
        PURPOSE,
        THING,
        invitation.id,
        address=invitation.address,
        text=invitation.text,
        days=LIFE.days,
    )
    outbox.put(
        MAIL_JOB,
        {"invitation_id": invitation.id, "link_id": link_id},
        queue_name=queue.MAIL,
        key=_mail_key(link_id),
        delay=delay,
    )


def _mail_key(link_id: UUID) -> str:
    return f"invitation:{link_id}"


def revoke_invitation(actor: Actor, invitation_id: UUID) -> Invitation:
    """Take an invitation back: its links close, and a mail that has not left never does."""
    invitation = queries.get_invitation(actor, invitation_id)
    if not policy.can_change_invitation(actor, invitation):
        raise NotAllowed(_("Only who may invite like this takes it back."))
    if invitation.state_at(clock.now()) == "accepted":
        raise Conflict(
            _("They have joined already. An owner can remove them from the team."), code="accepted"
        )
    if invitation.state != "revoked":
        _revoke(invitation)
        journal.record(actor, "revoke", THING, invitation.id)
    return invitation


def _revoke(invitation: Invitation) -> None:
    invitation.end("revoked", clock.now())
    _close_links(invitation.id)
    db.flush()


def _close_links(invitation_id: UUID) -> None:
    links = db.session().scalars(
        select(ActionLink.id).where(
            ActionLink.team_id == db.current_team_id(),
            ActionLink.thing_kind == THING,
            ActionLink.thing_id == invitation_id,
            ActionLink.used_at.is_(None),
        )
    )
    outbox.cancel(keys=[_mail_key(link_id) for link_id in links])
    revoke_links(THING, invitation_id)


def revoke_those_of(member_id: UUID, *, roles: tuple[str, ...]) -> None:
    """Close what a member asked people in as, once they may not do that any more."""
    found = db.session().scalars(
        select(Invitation)
        .where(
            Invitation.team_id == db.current_team_id(),
            Invitation.inviter_id == member_id,
            Invitation.state == "pending",
            Invitation.role.in_(roles),
        )
        .with_for_update()
    )
    for invitation in found.all():
        _revoke(invitation)


def mail_anew(actor: Actor, invitation_id: UUID) -> Invitation:
    """A fresh link for a week, in the name of whoever sends it; the link before closes."""
    prepare(actor, queries.get_invitation_row(actor, invitation_id).role, count=1)
    invitation = queries.get_invitation(actor, invitation_id)
    state = invitation.state_at(clock.now())
    if state not in ("pending", "expired"):
        said = _("They have joined already.") if state == "accepted" else _("This was taken back.")
        raise Conflict(said, code=state)
    other = queries.find_pending([invitation.address]).get(invitation.address)
    if other is not None and other.id != invitation.id:
        raise Conflict(_("There is a newer invitation for this address."), code="already_invited")
    _renew(invitation, actor.member_id)
    journal.record(actor, "mail_anew", THING, invitation.id)
    return invitation


def _renew(invitation: Invitation, inviter_id: UUID) -> None:
    _close_links(invitation.id)
    invitation.renew(inviter_id, clock.now() + LIFE)
    db.flush()
    _owe_mail(invitation, delay=timedelta(0))


def enter_team_of(token: str) -> bool:
    """Set the transaction to the team that a link names; False where there is none."""
    parsed = tokens.parse(token)
    team = find_team_by_key(parsed.team_key) if parsed else None
    if team is None:
        return False
    db.enter(team.id, None)
    return True


def ask_for_fresh_link(token: str, *, remote: str | None) -> None:
    """Somebody with an old link asks for a new one: it is mailed to the address it was made for.

    The answer is the same whether or not anything is mailed. Raises TooManyTries.
    """
    counters.reserve(counters.keys("invitation", token[:200], remote))
    if not enter_team_of(token):
        return
    held = queries.find_held(token, lock=True)
    if held is None or held.inviter is None or held.standing not in ("expired", "replaced"):
        return
    others = queries.find_pending([held.invitation.address])
    if others.get(held.invitation.address, held.invitation).id != held.invitation.id:
        return
    if queries.count_mailed_lately(held.inviter.member_id) >= MOST_A_DAY[held.inviter.role]:
        return
    _renew(held.invitation, held.inviter.member_id)
    journal.record(None, "mail_anew", THING, held.invitation.id)


def forget_ended(as_of: datetime) -> int:
    """Remove what was decided or ran out a month ago, with its address. Returns how many."""
    month_ago = as_of - FORGOTTEN_AFTER
    over = or_(
        Invitation.ended_at < month_ago,
        and_(Invitation.ended_at.is_(None), Invitation.expires_at < month_ago),
    )
    gone = db.session().scalars(
        delete(Invitation)
        .where(Invitation.team_id == db.current_team_id(), over)
        .returning(Invitation.id)
    )
    ids = list(gone)
    db.session().execute(
        delete(ActionLink).where(
            ActionLink.team_id == db.current_team_id(),
            ActionLink.thing_kind == THING,
            ActionLink.thing_id.in_(ids),
        )
    )
    return len(ids)
