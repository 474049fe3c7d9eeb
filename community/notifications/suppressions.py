"""Addresses that take no mail from a team: their owner asked for none, or their server refused it."""

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from community.core import clock, db
from community.notifications.models import MailSuppression

NO_MORE = "asked for no more"
"""The reason noted for an address whose owner asked for no more mail."""


def is_suppressed(address: str) -> bool:
    """Whether the address refused our mail for good."""
    return why_suppressed(address) is not None


def why_suppressed(address: str) -> str | None:
    """`no_more` where they asked for no more mail, `refused` where their server did; else None."""
    team_id = db.current_team_id()
    found = select(MailSuppression.reason).where(
        MailSuppression.team_id == team_id, MailSuppression.address == address
    )
    reason = db.session().scalar(found)
    if reason is None:
        return None
    return "no_more" if reason == NO_MORE else "refused"


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
