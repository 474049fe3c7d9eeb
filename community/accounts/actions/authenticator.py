"""Codes of an authenticator app (TOTP, RFC 6238): the key is sealed, and each code works once."""

from urllib.parse import urlsplit
from uuid import UUID

import pyotp
import structlog
from pyotp.utils import strings_equal
from sqlalchemy import update

from community.accounts.models import AuthenticatorApp
from community.accounts.queries import factors as queries
from community.core import clock, crypto, db, mail
from community.core.errors import RuleBroken
from community.core.i18n import gettext as _

log = structlog.get_logger(__name__)

STEP_SECONDS = 30
# The clock of a phone may be a step ahead or behind.
_DRIFT = (0, -1, 1)


def propose(user_id: UUID) -> None:
    """Make a key for a new app; nothing changes until a code proves that the app has it."""
    app = queries.find_app(user_id)
    if app is None:
        app = AuthenticatorApp(user_id=user_id)
        db.add(app)
    app.proposed = crypto.seal(pyotp.random_base32())
    app.created_at = clock.now()
    db.flush()


def proposed_key(user_id: UUID) -> str | None:
    """The key that waits to be proved, as it is typed into an app."""
    app = queries.find_app(user_id)
    return _read(app.proposed) if app is not None and app.proposed else None


def address_for_app(key: str, account: str) -> str:
    """What the picture says to the app: the key, for which account, and at which place."""
    place = urlsplit(mail.settings().base_url).hostname or "Community"
    return pyotp.TOTP(key).provisioning_uri(name=account, issuer_name=place)


def take_proposed(user_id: UUID, code: str) -> None:
    """The app showed this code: from now on it is the user's app, in place of the one before."""
    app = queries.find_app(user_id)
    key = _read(app.proposed) if app is not None and app.proposed else None
    if app is None or key is None:
        raise RuleBroken(_("Begin again: this key is not proposed any more."), code="not_proposed")
    step = _step_of(key, code)
    if step is None:
        raise RuleBroken(
            _("This is not the code the app shows now. Is the time on your phone right?"),
            code="wrong_code",
            field="code",
        )
    app.sealed, app.proposed = app.proposed, None
    app.confirmed_at, app.last_step = clock.now(), step
    db.flush()


def fits(user_id: UUID, code: str) -> bool:
    """Whether the user's app shows this code and it was not used before; using it up."""
    app = queries.find_app(user_id)
    if app is None or app.sealed is None:
        return False
    key = _read(app.sealed)
    step = _step_of(key, code) if key else None
    if step is None:
        return False
    # Of two who send the same code at once, the second finds the step taken.
    taken = db.session().execute(
        update(AuthenticatorApp)
        .where(AuthenticatorApp.id == app.id, AuthenticatorApp.last_step < step)
        .values(last_step=step, last_used_at=clock.now())
    )
    return db.row_count(taken) == 1


def reseal() -> int:
    """Encrypt every key anew with the newest of the installation's keys. Returns how many."""
    with_key = db.session().scalars(queries.every_app()).all()
    for app in with_key:
        app.sealed = crypto.seal(crypto.unseal(app.sealed)) if app.sealed else None
        app.proposed = crypto.seal(crypto.unseal(app.proposed)) if app.proposed else None
    db.flush()
    return len(with_key)


def _read(sealed: str) -> str | None:
    """A sealed key; None where SECRET_KEYS lost the key it was sealed with (a restore elsewhere).

    Then codes of the app fit no more, and a recovery code or the operator lets its owner in.
    """
    try:
        return crypto.unseal(sealed)
    except ValueError:
        log.warning("authenticator.unreadable_key")
        return None


def _step_of(key: str, code: str) -> int | None:
    """The time step whose code this is, near the present one."""
    totp = pyotp.TOTP(key)
    now = int(clock.now().timestamp()) // STEP_SECONDS
    for drift in _DRIFT:
        if strings_equal(totp.generate_otp(now + drift), code):
            return now + drift
    return None
