"""Proving again that it is oneself, before a way in, a role or an export is touched.

A sign-in counts for a quarter of an hour. After that the present session is confirmed by the
strongest thing its user has: the second factor, else the password, else a fresh mailed link.
"""

from uuid import UUID

from community.accounts.actions import counters, passkeys, passwords
from community.accounts.actions.entry import check_code
from community.accounts.actions.sessions import rotate
from community.accounts.actions.teams import journal_everywhere
from community.accounts.queries import factors as factors_queries
from community.accounts.queries import sign_in as queries
from community.accounts.queries.opening import OpenSession
from community.core.errors import NotAllowed, RuleBroken
from community.core.i18n import gettext as _


def way_to_confirm(user_id: UUID) -> str:
    """What the user is asked for: `factor`, `password` or `link`."""
    if factors_queries.has_factor(user_id):
        return "factor"
    return "password" if queries.find_password_credential(user_id) else "link"


def confirm_by_code(session: OpenSession, code: str) -> str:
    """By a code of the app or a recovery code. Returns the session's new secret."""
    check_code(session.user_id, code, _counted(session))
    return _confirmed(session)


def confirm_by_passkey(session: OpenSession, answer: str) -> str:
    """By one of the own passkeys. Returns the session's new secret."""
    counted = _counted(session)
    bucket = counters.reserve(counted)
    passkeys.prove(answer, user_id=session.user_id)
    counters.give_back(counted, bucket)
    return _confirmed(session)


def confirm_by_password(session: OpenSession, password: str) -> str:
    """By the password, where there is no second factor. Returns the session's new secret."""
    if factors_queries.has_factor(session.user_id):
        raise NotAllowed(_("Use your second factor."), code="second_factor_first")
    check_password(session, password, field="password")
    return _confirmed(session)


def check_password(session: OpenSession, password: str, *, field: str) -> None:
    """RuleBroken unless this is the user's present password; ten wrong tries an hour."""
    stored = queries.find_password_credential(session.user_id)
    counted = _counted(session)
    bucket = counters.reserve(counted)
    if not passwords.fits(stored.password_hash if stored else None, password):
        raise RuleBroken(
            _("This is not your present password."), code="wrong_password", field=field
        )
    counters.give_back(counted, bucket)


def _counted(session: OpenSession) -> counters.Counted:
    return counters.account_key("confirm", str(session.user_id))


def _confirmed(session: OpenSession) -> str:
    journal_everywhere(session.user_id, "confirm_sign_in")
    return rotate(session)
