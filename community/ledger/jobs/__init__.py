"""What the worker does for the ledger."""

from collections.abc import Callable
from uuid import UUID

from community.core import db
from community.core.mail import MailFailed
from community.core.outbox import MAX_ATTEMPTS, Claim, OutboxRow
from community.ledger import actions
from community.ledger.actions.outside import TELL_JOB
from community.ledger.jobs.letters import write_letter
from community.notifications import delivery


def tell_outsider(claim: Claim) -> None:
    """Mail somebody outside what a member wrote to them; the giver hears when it cannot arrive."""
    give_id, link_id = UUID(claim.args["give_id"]), UUID(claim.args["link_id"])
    try:
        delivery.send_claimed(claim, lambda: write_letter(give_id, link_id))
    except MailFailed:
        if claim.attempt >= MAX_ATTEMPTS:  # it is not tried again
            with db.transaction(claim.team_id):
                actions.could_not_reach(give_id)
        raise
    with db.transaction(claim.team_id):
        row = db.session().get(OutboxRow, (claim.team_id, claim.id))
        if row is not None and row.state in ("dead", "cancelled"):
            actions.could_not_reach(give_id)


JOBS: dict[str, Callable[[Claim], None]] = {TELL_JOB: tell_outsider}
