"""One mail of a claimed outbox row: recheck and build, send outside any transaction, finish.

    def mail_link(claim: Claim) -> None:
        delivery.send_claimed(claim, lambda: notices.link_mail(UUID(claim.args["link_id"])))

A refusal for good closes the row and notes the address; any other is raised and comes back
with back-off. A repeat can only follow a death between the server's 250 and our commit, and
carries the same Message-ID.
"""

from collections.abc import Callable

import structlog
from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from community.core import clock, db, mail, outbox
from community.core.mail import Mail, MailFailed
from community.core.outbox import Claim
from community.notifications.models import MailSuppression

log = structlog.get_logger(__name__)


def send_claimed(
    claim: Claim, build: Callable[[], Mail | None], *, essential: bool = False
) -> None:
    """Send the mail that `build` makes inside a transaction of the row's team; None: not any more.

    Nothing goes to an address that refused our mail for good, unless it is `essential`: someone
    asked for it just now (a sign-in link). Where that arrives, the address is good again.
    """
    with db.transaction(claim.team_id):
        if outbox.get(claim) is None:
            return
        message = build()
        if message is None or (not essential and is_suppressed(message.to)):
            outbox.finish(claim, "cancelled")
            return
    hand_over(claim, message, lambda: lift(message.to) if essential else None)


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


def is_suppressed(address: str) -> bool:
    """Whether the address refused our mail for good."""
    team_id = db.current_team_id()
    found = exists().where(MailSuppression.team_id == team_id, MailSuppression.address == address)
    return bool(db.session().scalar(select(found)))


def suppress(address: str, reason: str) -> None:
    """Send nothing more to this address in this team."""
    values = {
        "team_id": db.current_team_id(),
        "id": db.new_id(),
        "address": address,
        "reason": reason[:200],
        "created_at": clock.now(),
    }
    db.session().execute(insert(MailSuppression).values(values).on_conflict_do_nothing())


def lift(address: str) -> None:
    """Mail may go to this address again."""
    db.session().execute(
        delete(MailSuppression).where(
            MailSuppression.team_id == db.current_team_id(), MailSuppression.address == address
        )
    )
