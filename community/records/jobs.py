"""The worker's way in: files that were asked for, and word to whoever was erased."""

from collections.abc import Callable
from uuid import UUID

from community.core import db, outbox
from community.core.mail import Mail
from community.core.outbox import Claim
from community.identity.models import Team
from community.notifications import delivery
from community.records import actions
from community.records.actions import farewell
from community.records.actions.exports import JOB
from community.web import letters


def make_export(claim: Claim) -> None:
    """Make the file that was asked for."""
    actions.carry_out(claim, UUID(str(claim.args["export_id"])))


def mail_erased(claim: Claim) -> None:
    """Tell whoever was erased, whatever mail they wanted, and forget where it went."""
    credential_id = UUID(str(claim.args["credential_id"]))
    with db.transaction(claim.team_id):
        if outbox.get(claim) is None:
            return
        message = erased_mail(credential_id)
        if message is None:
            outbox.finish(claim, "cancelled")
            return
    delivery.hand_over(claim, message, lambda: farewell.forget_word(claim, credential_id))
    with db.transaction(claim.team_id):
        farewell.forget_word(claim, credential_id)


def erased_mail(credential_id: UUID) -> Mail | None:
    """The mail; None once it has left, or after days in which it could not."""
    told = farewell.find_word(credential_id)
    team = db.session().get(Team, db.current_team_id())
    if told is None or told.address is None or team is None:
        return None
    letter = letters.write(
        "records/email/erased",
        locale=told.detail or team.locale,
        zone=team.zone,
        team_name=team.name,
        address=told.address,
    )
    return Mail(
        reference=f"erased-{told.id}",
        to=told.address,
        to_name="",
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        from_name=team.name,
    )


JOBS: dict[str, Callable[[Claim], None]] = {JOB: make_export, farewell.JOB: mail_erased}
