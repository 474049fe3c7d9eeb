"""What is over is forgotten: counters and keys of apps that were never proved after a day,
links after two, sessions after a month."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_

from community.accounts.actions.counters import forget_old
from community.accounts.actions.sessions import forget_ended_sessions
from community.accounts.models import AuthenticatorApp, Credential
from community.core import db

LINK_DAYS = 2


def forget_what_is_over(as_of: datetime) -> int:
    """Remove old counters, links and sessions of the whole installation. Returns how many.

    The tables are global, so that a second run, for the next team, finds nothing.
    """
    return (
        forget_old(as_of)
        + forget_ended_sessions(as_of)
        + _forget_links(as_of)
        + _forget_proposals(as_of)
    )


def _forget_links(as_of: datetime) -> int:
    old = as_of - timedelta(days=LINK_DAYS)
    gone = delete(Credential).where(
        Credential.kind.in_(("link", "half", "challenge", "provider", "proof")),
        or_(Credential.used_at < old, Credential.expires_at < old),
    )
    return db.row_count(db.session().execute(gone))


def _forget_proposals(as_of: datetime) -> int:
    old = as_of - timedelta(days=1)
    gone = delete(AuthenticatorApp).where(
        AuthenticatorApp.sealed.is_(None), AuthenticatorApp.created_at < old
    )
    return db.row_count(db.session().execute(gone))
