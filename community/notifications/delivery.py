"""One mail of a claimed outbox row: recheck and build, send outside any transaction, finish.

    def mail_link(claim: Claim) -> None:
        delivery.send_claimed(claim, lambda: notices.link_mail(UUID(claim.args["link_id"])))

A refusal for good closes the row and notes the address; any other is raised and comes back
with back-off. A repeat can only follow a death between the server's 250 and our commit, and
carries the same Message-ID.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import text

from community.core import clock, db, i18n, mail, outbox
from community.core.mail import Mail, MailFailed
from community.core.outbox import Claim
from community.identity.models import Team
from community.notifications import catalogue, queries, quiet
from community.notifications.actions import lift, suppress
from community.notifications.catalogue import NoticeKind, Words
from community.notifications.formats import links
from community.notifications.formats.links import Unsubscribe
from community.notifications.queries import Delivery, is_suppressed
from community.web import letters

log = structlog.get_logger(__name__)

# How often mail of a deleted team looks whether the team is back; it goes away with the team.
WHILE_SHUT = timedelta(hours=1)


def send_claimed(
    claim: Claim,
    build: Callable[[], Mail | None],
    *,
    essential: bool = False,
    though_shut: bool = False,
) -> None:
    """Send the mail that `build` makes inside a transaction of the row's team; None: not any more.

    Nothing goes to an address that refused our mail for good, unless it is `essential`: someone
    asked for it just now (a sign-in link). Where that arrives, the address is good again.

    Mail of a deleted team waits until an owner brings the team back, unless it leaves
    `though_shut`: a way in, and word of the deletion itself.
    """
    with db.transaction(claim.team_id):
        if outbox.get(claim) is None:
            return
        if not though_shut and _waits(claim):
            return
        message = build()
        if message is None or (not essential and is_suppressed(message.to)):
            outbox.finish(claim, "cancelled")
            return
    hand_over(claim, message, lambda: lift(message.to) if essential else None)


def _waits(claim: Claim) -> bool:
    """Whether the team is deleted: then the row is put off, and lost with the team alone."""
    team = db.session().get(Team, claim.team_id)
    if team is None or team.deleted_at is None:
        return False
    outbox.postpone(claim, WHILE_SHUT)
    return True


def hand_over(claim: Claim, message: Mail, sent: Callable[[], object]) -> None:
    """Send a checked message, then close its row and note `sent` in one transaction."""
    try:
        mail.send(message)
    except MailFailed as error:
        if not error.permanent:
            raise
        _give_up(claim, message, error)
        return
    with db.transaction(claim.team_id):
        if outbox.finish(claim):
            sent()


def _give_up(claim: Claim, message: Mail, error: MailFailed) -> None:
    log.warning("mail.refused", outbox_id=str(claim.id), job=claim.job, reason=str(error))
    with db.transaction(claim.team_id):
        outbox.fail(claim, str(error), for_good=True)
        if error.bad_address:
            suppress(message.to, str(error))


def send_notice(claim: Claim) -> None:
    """Mail one notice, if it may still be read and is still wanted at this moment."""
    with db.transaction(claim.team_id):
        found = queries.find_delivery(claim)
        if found is None and _waits(claim):
            return
        kind = catalogue.kind(found.kind) if found else None
        if found is None or kind is None or not found.address or not _is_wanted(found, kind):
            outbox.finish(claim, "cancelled")
            return
        later = quiet.wait(found.quiet_hours, clock.now(), found.actor.zone)
        if later and not kind.urgent:
            outbox.postpone(claim, later)
            return
        words = _words(found, kind)
        if words is None:
            outbox.finish(claim, "cancelled")
            return
        message = _written(found, found.address, kind, words)
    hand_over(claim, message, lambda: _note_mailed(found.notice_id))


def _is_wanted(found: Delivery, kind: NoticeKind) -> bool:
    chosen = kind.mail_default if found.wanted is None else found.wanted
    return chosen and not (found.is_withdrawn or found.is_seen or found.is_suppressed)


def _words(found: Delivery, kind: NoticeKind) -> Words | None:
    """The words, if the recipient may still read the thing."""
    with i18n.speaking(found.actor.locale):
        return kind.read(found.actor, [found.thing_id]).get(found.thing_id)


def _written(found: Delivery, address: str, kind: NoticeKind, words: Words) -> Mail:
    actor = found.actor
    off = links.unsubscribe_token(actor.team_key, Unsubscribe(actor.member_id, kind.code))
    off_url = letters.link(f"/u/{off}")
    home = f"/t/{actor.team_slug}"
    with i18n.speaking(actor.locale):
        reason = str(kind.reason)
    values = {
        **words.mail,
        "actor": actor,
        "team_name": actor.team_name,
        "sentence": words.sentence,
        "url": letters.link(f"{home}{words.path}"),
        "reason": reason,
        "unsubscribe_url": off_url,
        "settings_url": letters.link(f"{home}/settings/notifications"),
    }
    letter = letters.write(kind.template, locale=actor.locale, zone=actor.zone, **values)
    return Mail(
        reference=f"notice-{found.notice_id}",
        to=address,
        to_name=actor.name,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        from_name=actor.team_name,
        reply_to=words.reply_to or found.sender_address,
        thread=f"{found.thing_kind}-{found.thing_id}",
        headers={
            "List-Unsubscribe": f"<{off_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


_MAILED = text("UPDATE notices SET mailed_at = now() WHERE team_id = :team_id AND id = :id")


def _note_mailed(notice_id: UUID) -> None:
    db.session().execute(_MAILED, {"team_id": db.current_team_id(), "id": notice_id})
