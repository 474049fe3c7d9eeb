"""Ways in, for tests: sessions, passwords, tokens and the secrets of mailed links."""

from datetime import timedelta
from uuid import UUID

import pyotp
from sqlalchemy import select, text

from community.accounts.actions import passwords, recovery, sessions, sign_in
from community.accounts.models import ApiToken, AuthenticatorApp, Credential
from community.accounts.queries import opening
from community.accounts.queries.opening import OpenSession
from community.core import clock, crypto, db, tokens
from community.identity.models import Actor
from community.identity.queries import primary_email
from community.people import queries as people
from tests.factories.identity import acting

PASSWORD = "meadow-lantern-otter-19"
APP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_session(actor: Actor) -> str:
    """A signed-in browser; returns the cookie's secret."""
    with acting(actor):
        return sessions.start_session(actor.user_id, user_agent="Firefox on Linux")


def session_of(secret: str) -> OpenSession | None:
    """The session a request with this cookie would find, by the statement that opens it."""
    statement, params = opening.open_portal(tokens.digest(secret), None)
    with db.transaction(opening=statement, params=params) as unit:
        return opening.opened_session(unit.opened)


def open_session(secret: str) -> OpenSession:
    """The same, where it must be there."""
    found = session_of(secret)
    assert found is not None
    return found


def own_addresses(actor: Actor) -> list[str]:
    """The addresses on the actor's own person, in their order."""
    with acting(actor):
        person = people.get_person(actor, actor.person_id, parts=("emails",))
        return [email.value for email in person.emails]


def make_password(actor: Actor, password: str = PASSWORD) -> None:
    """Give the actor's user a password."""
    with acting(actor):
        passwords.store(actor.user_id, password)


def make_app(actor: Actor, key: str = APP_KEY) -> str:
    """An authenticator app of the actor's; returns the key it shares with the server."""
    with acting(actor):
        db.add(
            AuthenticatorApp(
                user_id=actor.user_id, sealed=crypto.seal(key), confirmed_at=clock.now()
            )
        )
    return key


def code_of(key: str = APP_KEY, *, steps: int = 0) -> str:
    """What the app shows now, or some half minutes from now."""
    now = clock.local_clock() + timedelta(seconds=30 * steps)
    return pyotp.TOTP(key).at(now)


def make_codes(actor: Actor) -> list[str]:
    """Recovery codes of the actor's."""
    with acting(actor):
        return recovery.renew(actor.user_id)


def make_token(actor: Actor, *scopes: str) -> str:
    """An API token of the actor, of which no mail was owed; returns its secret."""
    secret, granted = tokens.issue(actor.team_key), sorted(set(scopes or ("read", "write")))
    with acting(actor):
        made = ApiToken(
            member_id=actor.member_id,
            name="test",
            digest=tokens.digest(secret),
            scopes=granted,
        )
        db.add(made)
    return secret


def actor_by_token(secret: str) -> Actor | None:
    """Who a request with this token would act as."""
    parsed = tokens.parse(secret)
    assert parsed is not None
    statement, params = opening.open_api(parsed.team_key, parsed.digest)
    with db.transaction(opening=statement, params=params) as unit:
        actor = opening.opened_actor(unit.opened)
        if actor is not None:
            opening.note_use_due(unit.opened, parsed.digest)
        return actor


def address_of(actor: Actor) -> str:
    """The address the actor signs in with."""
    with acting(actor):
        found = primary_email(actor.user_id)
    assert found is not None
    return found


def newest_link(user_id: UUID, purpose: str = "sign_in") -> str | None:
    """The secret of the newest unused link of a user, as its mail would carry it."""
    with db.transaction() as unit:
        link = unit.session.scalar(
            select(Credential)
            .where(Credential.user_id == user_id, Credential.purpose == purpose)
            .where(Credential.used_at.is_(None))
            .order_by(Credential.id.desc())
            .limit(1)
        )
        return sign_in.link_secret(link) if link else None


def age_session(secret: str, *, seen_days: float = 0, made_days: float = 0) -> None:
    """Move a session into the past, as the database's clock will see it."""
    with db.transaction() as unit:
        unit.session.execute(
            text(
                "UPDATE sessions SET seen_at = seen_at - make_interval(secs => :seen),"
                " created_at = created_at - make_interval(secs => :made),"
                " confirmed_at = confirmed_at - make_interval(secs => :made),"
                " expires_at = expires_at - make_interval(secs => :made) WHERE token_digest = :digest"
            ),
            {
                "seen": seen_days * 86_400,
                "made": made_days * 86_400,
                "digest": tokens.digest(secret),
            },
        )
