"""Signing in by a provider, and the settings of accounts that are linked.

The way there begins by GET, since the content policy keeps forms from leading to another site. It
changes nothing but that a way is under way; what comes back is judged before the request's
transaction opens, and an account is linked by a button of ours.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any
from uuid import UUID

from flask import Response, redirect, request
from flask import session as flask_session

from community.accounts.actions import linking
from community.accounts.actions import providers as actions
from community.accounts.actions.identities import read_proof
from community.accounts.actions.providers import Way
from community.accounts.models import Credential
from community.accounts.portal.browser import (
    current_session,
    entered,
    find_session,
    remember_next,
    say,
    see_other,
    signed_in,
    take_next,
    this_browser,
)
from community.accounts.portal.entry import pages_outside
from community.accounts.portal.settings import pages_inside
from community.accounts.queries import linked as queries
from community.accounts.queries.opening import require_fresh
from community.core import db, tokens
from community.core.errors import AppError, ConfirmFirst, NotAllowed, NotFound
from community.core.fields import Schema
from community.core.i18n import gettext as _
from community.core.providers import (
    Identity,
    Metadata,
    all_providers,
    get_provider,
    label_of,
    refused,
)
from community.web import pages
from community.web import session as web_session
from community.web.session import current_user_id, fetched, fetching, public
from community.web.templating import url
from config import OidcProvider

_WAY, _AFTER_LINKING = "way", "linking"


@dataclass(frozen=True)
class Returned:
    """Somebody who came back from a provider that vouches for them."""

    way: Way
    identity: Identity


def _protocol() -> Any:
    """What speaks with providers: loaded by the first who signs in by one, since few do."""
    return import_module("community.core.oidc")


def _discover(name: str = "", **_view: str) -> Metadata | AppError:
    try:
        found: Metadata = _protocol().discover(get_provider(name or _named()))
    except AppError as error:
        return error
    return found


def _read_answer(name: str) -> Returned | AppError:
    """Use the way up, and ask the provider whom its code stands for."""
    try:
        provider = get_provider(name)
        with db.transaction():
            way = actions.take(provider, _browser_secret(), request.args.get("state", ""))
        if "error" in request.args:
            return _declined(provider)
        if request.args.get("iss", provider.issuer) != provider.issuer:
            return refused(provider)
        return Returned(
            way, _protocol().read_answer(provider, request.args.get("code", ""), way.secrets)
        )
    except AppError as error:
        return error


def _named() -> str:
    return request.args.get("provider", "")


def _declined(provider: OidcProvider) -> AppError:
    words = _("%(provider)s did not sign you in, or you said no there.", provider=provider.label)
    return NotAllowed(words, code="provider_declined")


def _browser_secret() -> str:
    return request.cookies.get(web_session.cookie_name(_WAY), "")[:100]


@pages_outside.get("/login/oidc/<name>")
@public
@fetching(_discover)
def to_provider(name: str) -> Response:
    """Go to a provider and sign in there."""
    remember_next(request.args.get("next"))
    return _go(get_provider(name), None)


@pages_outside.get("/login/oidc/<name>/callback")
@public
@fetching(_read_answer)
def from_provider(name: str) -> Response:
    """Back from a provider: signed in, or on to the button that links the account."""
    found: Returned | AppError = fetched()
    if isinstance(found, AppError):
        return _failed(found)
    provider = get_provider(name)
    try:
        with db.attempt():
            if found.way.linking is not None:
                return _ask_to_link(provider, found.identity, found.way.linking)
            entry = actions.sign_in_as(
                provider, found.identity, browser=this_browser(), invitation=_invitation()
            )
    except ConfirmFirst:
        return see_other(url("accounts.confirm", next=_linked_page()))
    except AppError as error:
        return _failed(error)
    return entered(entry, take_next)


def _go(provider: OidcProvider, linking_user: UUID | None) -> Response:
    metadata: Metadata | AppError = fetched()
    if isinstance(metadata, AppError):
        return _failed(metadata)
    secret = _browser_secret() or tokens.secret()
    secrets = actions.begin(provider, secret, linking=linking_user)
    response: Response = redirect(_protocol().way_there(provider, metadata, secrets), 303)  # type: ignore[assignment]
    life = int(actions.WAY_LIFE.total_seconds())
    web_session.set_cookie(response, web_session.cookie_name(_WAY), secret, life)
    return response


def _ask_to_link(provider: OidcProvider, identity: Identity, user_id: UUID) -> Response:
    actions.check_domain(provider, identity)
    proof_id = linking.keep_proof(current_session(), user_id, identity)
    return see_other(f"{_linked_page()}?proof={proof_id}")


def _linked_page() -> str:
    """The page of linked accounts that somebody set out from."""
    return pages.local_path(flask_session.get(_AFTER_LINKING), url("accounts.teams"))


def _invitation() -> str | None:
    """The link in hand of somebody who set out from an invitation."""
    before = url("accounts.show_invitation", token="-").removesuffix("-")  # noqa: S106 - a place holder
    going_to = str(flask_session.get("next") or "")
    return going_to.removeprefix(before) if going_to.startswith(before) else None


def _failed(error: AppError) -> Response:
    return pages.show(
        "accounts/provider_failed.html",
        message=error.message,
        back=_linked_page() if find_session() else url("accounts.login"),
        status=error.status,
    )


@pages_inside.get("/settings/linked")
def linked_accounts() -> Response:
    """Accounts elsewhere that sign one in, and one that waits to be linked."""
    return _page()


@pages_inside.get("/settings/linked/start")
@fetching(_discover)
def start_linking() -> Response:
    """Go to a provider, to come back with the account that is to be linked."""
    try:
        require_fresh(current_session())
    except ConfirmFirst:
        # Back to the page, not to here: from the form that confirms nothing leads to another site.
        return see_other(url("accounts.confirm", next=url("settings.linked_accounts")))
    flask_session[_AFTER_LINKING] = url("settings.linked_accounts")
    return _go(get_provider(_named()), current_user_id())


@pages_inside.post("/settings/linked/<uuid:proof_id>")
def link_account(proof_id: UUID) -> Response:
    """Yes, this account is one's own."""
    form = pages.Form(Schema())
    if form.submitted:
        with form.attempt():
            secret = linking.link_account(current_session(), proof_id)
            say(_("The account is linked: it signs you in from now on."))
            return signed_in(secret, url("settings.linked_accounts"))
    return _page(form)


@pages_inside.post("/settings/linked/<uuid:linked_id>/remove")
def unlink_account(linked_id: UUID) -> Response:
    """The account signs one in no more."""
    secret = linking.unlink_account(current_session(), linked_id)
    say(_("The account does not sign you in any more."))
    return signed_in(secret, url("settings.linked_accounts"))


def _proof(user_id: UUID) -> Credential | None:
    """What waits to be linked, if the address names it."""
    try:
        return queries.get_proof(user_id, UUID(request.args.get("proof", "")))
    except (NotFound, ValueError):
        return None


def _page(form: pages.Form | None = None) -> Response:
    user_id = current_session().user_id
    linked = queries.find_linked(user_id)
    issuers = {account.issuer for account in linked}
    proof = _proof(user_id)
    return pages.show(
        "accounts/linked.html",
        form=form,
        linked=[(account, label_of(account.issuer)) for account in linked],
        open_providers=[one for one in all_providers() if one.issuer not in issuers],
        proof=proof,
        identity=read_proof(proof) if proof else None,
        label_of=label_of,
        status=422 if form is not None and form.errors else 200,
    )
