"""Sessions of browsers: begun with a fresh secret, ended at once and for good."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, update

from community.accounts.actions.security_mail import tell
from community.accounts.actions.teams import in_each_team, journal_everywhere
from community.accounts.models import ApiToken, Session
from community.accounts.queries import sessions as queries
from community.accounts.queries.opening import IDLE_DAYS, OpenSession
from community.core import clock, db, tokens
from community.core.errors import NotSignedIn
from community.core.i18n import gettext as _
from community.core.text import shorten

LONGEST = timedelta(days=90)


def start_session(
    user_id: UUID,
    *,
    user_agent: str = "",
    replacing: UUID | None = None,
    browser_digest: bytes | None = None,
) -> str:
    """Sign a browser in. Returns the cookie's secret; only its hash is kept.

    `replacing` is the session the browser had until now: it ends, so that a secret planted or
    copied before the sign-in is worth nothing after it.
    """
    if replacing is not None:
        _end(Session.id == replacing)
    secret = tokens.secret()
    db.add(
        Session(
            token_digest=tokens.digest(secret),
            user_id=user_id,
            user_agent=shorten(user_agent, 300),
            browser_digest=browser_digest,
            expires_at=clock.now() + LONGEST,
        )
    )
    db.flush()
    return secret


def rotate(session: OpenSession) -> str:
    """Give the session a new secret, after its user has proved again that it is them.

    Its end stays where it was; the secret it had opens nothing from now on.
    """
    secret = tokens.secret()
    turned = db.session().execute(
        update(Session)
        .where(Session.id == session.id, Session.ended_at.is_(None))
        .values(token_digest=tokens.digest(secret), confirmed_at=clock.now())
    )
    if db.row_count(turned) != 1:
        raise NotSignedIn(_("Please sign in."))
    return secret


def name_session(user_id: UUID, session_id: UUID, name: str) -> None:
    """Call one of one's own browsers something; nothing goes back to what it calls itself."""
    queries.get_session(user_id, session_id).name = name
    db.flush()


def sign_out(session: OpenSession) -> None:
    """End the session of this browser."""
    _end(Session.id == session.id)
    journal_everywhere(session.user_id, "sign_out")


def end_session(user_id: UUID, session_id: UUID) -> None:
    """End one of one's own sessions; ending it twice changes nothing."""
    queries.get_session(user_id, session_id)
    if _end(Session.id == session_id):
        journal_everywhere(user_id, "end_session")


def end_other_sessions(session: OpenSession) -> int:
    """End every session of the user but this one. Returns how many."""
    ended = _end(Session.user_id == session.user_id, Session.id != session.id)
    if ended:
        journal_everywhere(session.user_id, "end_other_sessions")
        tell(session.user_id, "sessions_ended")
    return ended


def sign_out_everywhere(user_id: UUID) -> None:
    """End every session of the user, this one too."""
    _end(Session.user_id == user_id)
    journal_everywhere(user_id, "end_all_sessions")
    tell(user_id, "sessions_ended")


def end_everything_else(session: OpenSession) -> None:
    """End all other sessions and all tokens of a user: a way in has changed."""
    end_everything(session.user_id, keeping=session.id)


def end_everything(user_id: UUID, *, keeping: UUID | None = None) -> None:
    """End all sessions of a user, but for `keeping`, and all tokens: their way in has changed."""
    stays = () if keeping is None else (Session.id != keeping,)
    _end(Session.user_id == user_id, *stays)
    in_each_team(user_id, lambda actor: revoke_tokens_of(actor.member_id))


def end_all_sessions(user_id: UUID) -> int:
    """End every session of a user. Returns how many."""
    return _end(Session.user_id == user_id)


def revoke_tokens_of(member_id: UUID) -> None:
    """Revoke every token of a member of the team that is set."""
    db.session().execute(
        update(ApiToken)
        .where(
            ApiToken.team_id == db.current_team_id(),
            ApiToken.member_id == member_id,
            ApiToken.revoked_at.is_(None),
        )
        .values(revoked_at=clock.now())
    )


def forget_ended_sessions(as_of: datetime) -> int:
    """Remove sessions that ended, expired or idled out a month ago. Returns how many."""
    month_ago = as_of - timedelta(days=30)
    gone = delete(Session).where(
        or_(
            Session.ended_at < month_ago,
            Session.expires_at < month_ago,
            Session.seen_at < month_ago - timedelta(days=IDLE_DAYS),
        )
    )
    return db.row_count(db.session().execute(gone))


def _end(*which: ColumnElement[bool]) -> int:
    ended = db.session().execute(
        update(Session).where(*which, Session.ended_at.is_(None)).values(ended_at=clock.now())
    )
    return db.row_count(ended)
