"""Letting somebody in who has proved who they are: at once, or once their second factor fits.

Every way to sign in ends in `enter`, so that none of them goes around the second factor.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update

from community.accounts.actions import authenticator, counters, passkeys, recovery
from community.accounts.actions.identities import link_to, read_proof, write_proof
from community.accounts.actions.security_mail import tell
from community.accounts.actions.sessions import start_session
from community.accounts.actions.teams import journal_everywhere
from community.accounts.models import Credential, Session
from community.accounts.queries import factors as queries
from community.accounts.queries import linked
from community.core import clock, db, tokens
from community.core.errors import NotFound, RuleBroken
from community.core.i18n import gettext as _
from community.core.providers import Identity

HALF_LIFE = timedelta(minutes=10)


@dataclass(frozen=True)
class Browser:
    """The browser that somebody signs in with: what it calls itself, the mark it keeps for us,
    and the session it had until now."""

    agent: str = ""
    mark: str = ""
    session_id: UUID | None = None


@dataclass(frozen=True)
class Entry:
    """A secret for the browser: its session's, or the half sign-in's that waits for a factor."""

    secret: str
    needs_factor: bool = False


NO_BROWSER = Browser()


def enter(
    user_id: UUID, browser: Browser = NO_BROWSER, *, identity: Identity | None = None
) -> Entry:
    """Let in somebody whose link, password or provider was right.

    `identity` is an account elsewhere that they came by for the first time: it is linked with
    the sign-in, and so not before the second factor.
    """
    if queries.has_factor(user_id):
        return Entry(_half(user_id, identity), needs_factor=True)
    if identity is not None:
        link_to(user_id, identity)
    return Entry(let_in(user_id, browser))


def let_in(user_id: UUID, browser: Browser) -> str:
    """Begin the session of somebody who has proved all that is asked. Returns its secret."""
    mark = tokens.digest(browser.mark) if browser.mark else None
    if _is_new(user_id, mark):
        tell(user_id, "new_browser", detail=browser.agent[:300])
    secret = start_session(
        user_id, user_agent=browser.agent, replacing=browser.session_id, browser_digest=mark
    )
    journal_everywhere(user_id, "sign_in")
    return secret


def finish_with_code(half: str, code: str, *, remote: str | None, browser: Browser) -> str:
    """Finish by a code of the app or a recovery code. Returns the secret of the new session."""
    waiting = queries.get_half(half)
    user_id = _user_of(waiting)
    check_code(user_id, code, counters.keys("factor", str(user_id), remote))
    return _finish(waiting, browser)


def finish_with_passkey(half: str, answer: str, *, remote: str | None, browser: Browser) -> str:
    """Finish by one of the user's passkeys. Returns the secret of the new session."""
    waiting = queries.get_half(half)
    user_id = _user_of(waiting)
    counted = counters.keys("factor", str(user_id), remote)
    bucket = counters.reserve(counted)
    passkeys.prove(answer, user_id=user_id)
    counters.give_back(counted, bucket)
    return _finish(waiting, browser)


def sign_in_with_passkey(answer: str, *, browser: Browser) -> str:
    """Sign in by a passkey alone: it is in the user's hands and has checked that it is them."""
    passkey = passkeys.prove(answer, user_id=None)
    return let_in(passkey.user_id, browser)


def check_code(user_id: UUID, code: str, counted: counters.Counted) -> None:
    """Use up a code of the user's app or a recovery code; RuleBroken when it is neither."""
    bucket = counters.reserve(counted)
    plain = "".join(code.split())
    fits = (
        authenticator.fits(user_id, plain)
        if plain.isascii() and plain.isdigit()
        else recovery.spend(user_id, plain)
    )
    if not fits:
        raise RuleBroken(
            _("This code does not fit, or it was used already. Wait for the next one."),
            code="wrong_code",
            field="code",
        )
    counters.give_back(counted, bucket)


def forget_halves(user_id: UUID) -> None:
    """Close every sign-in of the user that waits for its second factor."""
    db.session().execute(
        delete(Credential).where(Credential.user_id == user_id, Credential.kind == "half")
    )


def _half(user_id: UUID, identity: Identity | None) -> str:
    secret = tokens.secret()
    half = Credential(
        user_id=user_id,
        kind="half",
        purpose="second_factor",
        digest=tokens.digest(secret),
        expires_at=clock.now() + HALF_LIFE,
    )
    if identity is not None:
        write_proof(half, identity)
    db.add(half)
    db.flush()
    return secret


def _user_of(half: Credential) -> UUID:
    if half.user_id is None:
        raise NotFound(_("Begin again with your address."), code="half_expired")
    return half.user_id


def _finish(half: Credential, browser: Browser) -> str:
    spent = db.session().execute(
        update(Credential)
        .where(Credential.id == half.id, Credential.used_at.is_(None))
        .values(used_at=clock.now())
    )
    if db.row_count(spent) != 1:
        raise NotFound(_("Begin again with your address."), code="half_expired")
    user_id = _user_of(half)
    if half.detail is not None:
        _link_once(user_id, read_proof(half))
    return let_in(user_id, browser)


def _link_once(user_id: UUID, identity: Identity) -> None:
    """Link the account that the half sign-in came by, unless another sign-in has done so since."""
    known = linked.find_by_subject(identity.issuer, identity.subject)
    if known is None or known.user_id != user_id:
        link_to(user_id, identity)


def _is_new(user_id: UUID, mark: bytes | None) -> bool:
    """Whether the user has signed in before, and never with this browser."""
    total, same = (
        db.session()
        .execute(
            select(func.count(), func.count().filter(Session.browser_digest == mark)).where(
                Session.user_id == user_id
            )
        )
        .one()
    )
    return bool(total) and not same
