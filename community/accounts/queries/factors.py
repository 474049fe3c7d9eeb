"""Reading second factors: what a user has, and what a request to a team asks of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select

from community.accounts.models import AuthenticatorApp, Credential, Passkey
from community.core import clock, db, tokens
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.identity.models import User

# For a statement that opens a request, where `m` is the membership.
HAS_FACTOR = (
    "(EXISTS (SELECT FROM authenticator_apps f WHERE f.user_id = m.user_id AND f.sealed IS NOT NULL)"
    " OR EXISTS (SELECT FROM passkeys f WHERE f.user_id = m.user_id)) AS has_factor"
)


@dataclass(frozen=True)
class Factors:
    """The second factors of a user."""

    app: AuthenticatorApp | None
    passkeys: Sequence[Passkey]
    codes_left: int

    @property
    def any(self) -> bool:
        """Whether a sign-in asks for one."""
        return self.app is not None or bool(self.passkeys)


def has_factor(user_id: UUID) -> bool:
    """Whether a sign-in of the user asks for a second factor."""
    app = exists().where(AuthenticatorApp.user_id == user_id, AuthenticatorApp.sealed.is_not(None))
    passkey = exists().where(Passkey.user_id == user_id)
    return bool(db.session().scalar(select(or_(app, passkey))))


def find_factors(user_id: UUID) -> Factors:
    """What a user can answer a sign-in with."""
    app = find_app(user_id)
    return Factors(
        app=app if app is not None and app.sealed is not None else None,
        passkeys=find_passkeys(user_id),
        codes_left=count_codes(user_id),
    )


def find_app(user_id: UUID) -> AuthenticatorApp | None:
    """The user's authenticator app, set up or still proposed."""
    return db.session().scalar(select(AuthenticatorApp).where(AuthenticatorApp.user_id == user_id))


def every_app() -> Select[AuthenticatorApp]:
    """The apps of all users, locked, for sealing them anew."""
    return select(AuthenticatorApp).order_by(AuthenticatorApp.id).with_for_update()


def find_passkeys(user_id: UUID) -> Sequence[Passkey]:
    """The user's passkeys, the oldest first."""
    statement = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)
    return db.session().scalars(statement).all()


def get_passkey(user_id: UUID, passkey_id: UUID) -> Passkey:
    """One of the user's own passkeys."""
    found = db.session().scalar(
        select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user_id)
    )
    if found is None:
        raise NotFound(_("There is no such passkey."))
    return found


def find_passkey_by_credential(credential_id: bytes) -> Passkey | None:
    """The passkey that calls itself this, of a user who may sign in."""
    return db.session().scalar(
        select(Passkey)
        .join(User, User.id == Passkey.user_id)
        .where(Passkey.credential_id == credential_id, User.disabled_at.is_(None))
    )


def count_codes(user_id: UUID) -> int:
    """How many recovery codes are unused."""
    statement = select(func.count()).where(
        Credential.user_id == user_id,
        Credential.kind == "recovery",
        Credential.used_at.is_(None),
    )
    return db.session().scalar(statement) or 0


def get_half(secret: str) -> Credential:
    """The sign-in that waits for its second factor, of a user who may still sign in."""
    found = db.session().scalar(
        select(Credential)
        .join(User, User.id == Credential.user_id)
        .where(
            Credential.digest == tokens.digest(secret),
            Credential.kind == "half",
            Credential.used_at.is_(None),
            Credential.expires_at > clock.now(),
            User.disabled_at.is_(None),
        )
    )
    if found is None:
        raise NotFound(_("This took too long. Begin again with your address."), code="half_expired")
    return found
