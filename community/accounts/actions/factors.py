"""Setting up and taking away second factors. Every change ends all other sessions and tokens."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import delete

from community.accounts.actions import authenticator, passkeys, passwords, recovery
from community.accounts.actions.entry import forget_halves
from community.accounts.actions.security_mail import tell
from community.accounts.actions.sessions import end_everything, end_everything_else, rotate
from community.accounts.actions.teams import journal_everywhere
from community.accounts.models import AuthenticatorApp, Passkey
from community.accounts.queries import factors as queries
from community.accounts.queries import sign_in as sign_in_queries
from community.accounts.queries.opening import OpenSession, require_fresh
from community.core import db
from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.core.i18n import ngettext
from community.identity.models import Actor
from community.identity.queries import primary_email


@dataclass(frozen=True)
class Changed:
    """What a change leaves: this browser's new secret, and codes to be shown once, if any."""

    secret: str
    codes: list[str] = field(default_factory=list)


def propose_app(session: OpenSession) -> None:
    """Make a key for an authenticator app; it counts once a code of it was typed."""
    require_fresh(session)
    authenticator.propose(session.user_id)


def add_app(session: OpenSession, code: str) -> Changed:
    """The app showed this code: sign-ins ask for it from now on."""
    require_fresh(session)
    authenticator.take_proposed(session.user_id, code)
    return _changed(session, "add_app", "factor_added")


def remove_app(session: OpenSession) -> Changed:
    """Sign-ins ask the app no more."""
    require_fresh(session)
    app = queries.find_app(session.user_id)
    if app is None or app.sealed is None:
        raise RuleBroken(_("There is no app set up."), code="no_app")
    db.session().delete(app)
    db.flush()
    return _changed(session, "remove_app", "factor_removed")


def passkey_options(actor: Actor, session: OpenSession) -> str:
    """What the browser needs to make a passkey, as JSON."""
    require_fresh(session)
    address = primary_email(session.user_id) or actor.name
    return passkeys.options_to_register(session.user_id, address=address, name=actor.name)


def add_passkey(session: OpenSession, answer: str, *, name: str) -> Changed:
    """Register the passkey that the browser made."""
    require_fresh(session)
    passkey = passkeys.register(session.user_id, answer, name=name)
    return _changed(session, "add_passkey", "passkey_added", detail=passkey.name)


def rename_passkey(session: OpenSession, passkey_id: UUID, name: str) -> None:
    """Call a passkey something else."""
    queries.get_passkey(session.user_id, passkey_id).name = name
    db.flush()


def remove_passkey(session: OpenSession, passkey_id: UUID) -> Changed:
    """The passkey opens nothing any more."""
    require_fresh(session)
    passkey = queries.get_passkey(session.user_id, passkey_id)
    db.session().delete(passkey)
    db.flush()
    return _changed(session, "remove_passkey", "passkey_removed", detail=passkey.name)


def renew_codes(session: OpenSession) -> Changed:
    """Ten new recovery codes; those before are worth nothing."""
    require_fresh(session)
    if not queries.has_factor(session.user_id):
        raise RuleBroken(_("Set up a second factor first."), code="no_factor")
    return _changed(session, "renew_recovery_codes", "recovery_codes_renewed", renew=True)


def forget_all(user_id: UUID) -> bool:
    """Take every factor of a user who has lost them all, by whoever runs the installation.

    All their sessions and tokens end; they sign in by a mailed link. False when there was none.
    """
    if not queries.has_factor(user_id):
        return False
    for table in (AuthenticatorApp, Passkey):
        db.session().execute(delete(table).where(table.user_id == user_id))
    recovery.forget(user_id)
    forget_halves(user_id)
    end_everything(user_id)
    journal_everywhere(user_id, "forget_factors")
    tell(user_id, "factors_forgotten")
    return True


def _changed(
    session: OpenSession, verb: str, event: str, *, detail: str = "", renew: bool = False
) -> Changed:
    """End every other way in, and see that whoever has a factor has codes, and nobody else."""
    user_id = session.user_id
    codes: list[str] = []
    if not queries.has_factor(user_id):
        _check_password_alone(user_id)
        recovery.forget(user_id)
    elif renew or not queries.count_codes(user_id):
        codes = recovery.renew(user_id)
    forget_halves(user_id)
    end_everything_else(session)
    secret = rotate(session)
    journal_everywhere(user_id, verb)
    tell(user_id, event, detail=detail)
    return Changed(secret, codes)


def _check_password_alone(user_id: UUID) -> None:
    """A password that was short beside a second factor is too short without one."""
    credential = sign_in_queries.find_password_credential(user_id)
    if credential is not None and credential.purpose == passwords.SHORT:
        words = ngettext(
            "Your password has fewer than %(num)d character, which is enough only beside a second"
            " factor. Set a longer one first.",
            "Your password has fewer than %(num)d characters, which is enough only beside a second"
            " factor. Set a longer one first.",
            passwords.MINIMUM,
        )
        raise RuleBroken(words, code="password_short")
