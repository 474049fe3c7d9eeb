"""Signing in by a provider, from the way there to the session. What is said to a provider over the
network is said by `core.oidc`, outside any transaction; here is what it means to us."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from community.accounts.actions.entry import HALF_LIFE, Browser, Entry, enter
from community.accounts.actions.invitations import enter_team_of
from community.accounts.actions.sign_in import prove_address
from community.accounts.actions.teams import find_or_create_user
from community.accounts.models import Credential
from community.accounts.queries import invitations, linked
from community.accounts.queries import sign_in as queries
from community.core import clock, db, tokens
from community.core.errors import NotAllowed, NotFound
from community.core.i18n import gettext as _
from community.core.providers import Identity, Secrets, vouches_for
from community.identity.models import Team, User
from config import OidcProvider

WAY_LIFE = HALF_LIFE


@dataclass(frozen=True)
class Way:
    """A way to a provider that was taken: what it is recognised by, and who is linking, if so."""

    secrets: Secrets
    linking: UUID | None


def begin(provider: OidcProvider, browser_secret: str, *, linking: UUID | None = None) -> Secrets:
    """Note that this browser is on its way to the provider, to sign in or to link an account.

    Everything is made of a secret that only the browser keeps, so that no other one can finish.
    """
    way_id = db.new_id()
    secrets = _secrets(browser_secret, way_id)
    db.add(
        Credential(
            id=way_id,
            user_id=linking,
            kind="provider",
            purpose="link" if linking else "sign_in",
            detail=provider.name,
            digest=tokens.digest(secrets.state),
            expires_at=clock.now() + WAY_LIFE,
        )
    )
    db.flush()
    return secrets


def take(provider: OidcProvider, browser_secret: str, state: str) -> Way:
    """The way that this browser began, used up by being taken. NotFound for any other."""
    found = linked.find_way(state) if state.isascii() and len(state) <= 200 else None
    if found is None or found.detail != provider.name:
        raise _unknown_way()
    secrets = _secrets(browser_secret, found.id)
    if not tokens.same(tokens.digest(secrets.state), tokens.digest(state)):
        raise _unknown_way()
    spent = db.session().execute(
        update(Credential)
        .where(Credential.id == found.id, Credential.used_at.is_(None))
        .values(used_at=clock.now())
    )
    if db.row_count(spent) != 1:
        raise _unknown_way()
    return Way(secrets, found.user_id if found.purpose == "link" else None)


def sign_in_as(
    provider: OidcProvider, identity: Identity, *, browser: Browser, invitation: str | None = None
) -> Entry:
    """Let in whom the provider vouches for: by a link made before, else by the verified address.

    `invitation` is the link in hand of somebody who is not here yet: it lets them in if it was
    made for the address that the provider has verified. NotAllowed with the reason otherwise.
    """
    address = check_domain(provider, identity)
    known = linked.find_by_subject(identity.issuer, identity.subject)
    user_id = known.user_id if known else _user_of_address(identity, address, invitation)
    if invitation is None:
        _refuse_without_team(user_id)
    if known is not None:
        known.last_used_at = clock.now()
    return enter(user_id, browser, identity=None if known else identity)


def check_domain(provider: OidcProvider, identity: Identity) -> str | None:
    """The verified address, where it is of one of the provider's domains. NotAllowed when not.

    A provider that may vouch for any domain is believed without an address, as for whom it
    calls by a subject that is linked already.
    """
    address = identity.address
    if address is None:
        if provider.domains == ("*",):
            return None
        words = _(
            "%(provider)s has not verified your address, so it says nothing here.",
            provider=provider.label,
        )
        raise NotAllowed(words, code="address_unverified")
    if not vouches_for(provider, address):
        words = _(
            "%(provider)s signs nobody in here with an address like %(address)s.",
            provider=provider.label,
            address=address,
        )
        raise NotAllowed(words, code="foreign_domain")
    return address


def _user_of_address(identity: Identity, address: str | None, invitation: str | None) -> UUID:
    if address is None:
        raise NotAllowed(
            _("Your address there is not verified. Sign in another way, then link it in Settings."),
            code="address_unverified",
        )
    user_id = queries.find_user_id(address)
    if user_id is None and invitation is not None:
        return _invited(address, invitation)
    if user_id is None:
        raise NotAllowed(
            _(
                "Nobody signs in here with %(address)s. Ask somebody in the team to invite you.",
                address=address,
            ),
            code="nobody_here",
        )
    if linked.is_linked_with(user_id, identity.issuer):
        raise NotAllowed(
            _(
                "Another account there signs in as %(address)s. Sign in another way, and change it"
                " in Settings.",
                address=address,
            ),
            code="linked_otherwise",
        )
    prove_address(user_id, address)
    return user_id


def _invited(address: str, invitation: str) -> UUID:
    """A new user for whom an open invitation was made; they join by it on the next page."""
    before = db.unit().team_id, db.unit().user_id
    if not enter_team_of(invitation):
        raise _not_invited(address)
    held = invitations.get_held(invitation)
    if held.standing != "open" or held.invitation.address != address:
        raise _not_invited(address)
    team = db.session().get_one(Team, held.invitation.team_id)
    zone, locale = team.zone, team.locale
    db.enter(*before)
    user_id = find_or_create_user(address, zone=zone)
    db.session().get_one(User, user_id).locale = locale
    prove_address(user_id, address)
    return user_id


def _not_invited(address: str) -> NotAllowed:
    return NotAllowed(
        _("This invitation is not for %(address)s.", address=address), code="not_invited"
    )


def _refuse_without_team(user_id: UUID) -> None:
    before = db.unit().team_id, db.unit().user_id
    db.enter(None, user_id)
    team_ids = queries.find_team_ids_of(user_id)
    db.enter(*before)
    if not team_ids:
        raise NotAllowed(
            _("You are in no team here. Ask somebody in the team to invite you."), code="no_team"
        )


def _secrets(browser_secret: str, way_id: UUID) -> Secrets:
    def made(purpose: str) -> str:
        return tokens.bound(browser_secret, f"{purpose}:{way_id}")

    return Secrets(state=made("state"), nonce=made("nonce"), verifier=made("verifier"))


def _unknown_way() -> NotFound:
    return NotFound(
        _("This took too long, or it was begun in another browser. Begin again."),
        code="way_unknown",
    )
