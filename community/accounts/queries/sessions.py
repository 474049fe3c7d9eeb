"""Reading the browsers a user is signed in with."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from community.accounts.models import Session
from community.accounts.queries.opening import IDLE_DAYS
from community.core import clock, db
from community.core.errors import NotFound
from community.core.i18n import gettext as _


def find_open_sessions(user_id: UUID) -> Sequence[Session]:
    """The sessions a user could still act with, the latest used first."""
    now = clock.now()
    return (
        db.session()
        .scalars(
            select(Session)
            .where(
                Session.user_id == user_id,
                Session.ended_at.is_(None),
                Session.expires_at > now,
                Session.seen_at > now - timedelta(days=IDLE_DAYS),
            )
            .order_by(Session.seen_at.desc(), Session.id)
        )
        .all()
    )


def get_session(user_id: UUID, session_id: UUID) -> Session:
    """One of the user's own sessions."""
    found = db.session().scalar(
        select(Session).where(Session.id == session_id, Session.user_id == user_id)
    )
    if found is None:
        raise NotFound(_("There is no such sign-in."))
    return found
