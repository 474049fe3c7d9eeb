"""The pages behind an invitation's link: GET shows, POST acts, since mail scanners open every link."""

from uuid import UUID

from flask import Response, request

from community.accounts.actions import invitations, joining
from community.accounts.actions.joining import Offer, Yes
from community.accounts.portal.browser import find_session, say, see_other, signed_in, user_agent
from community.accounts.portal.entry import pages_outside
from community.accounts.schemas.invitations import JoinForm
from community.core.errors import NotFound, NotSignedIn
from community.core.i18n import gettext as _
from community.core.providers import all_providers, vouches_for
from community.web import pages
from community.web.security import token_page
from community.web.session import public
from community.web.templating import url


@pages_outside.get("/invite/<token>")
@public
def show_invitation(token: str) -> Response:
    """Who invites, to what, and what one says yes to."""
    return _offer_page(token, pages.Form(JoinForm()))


@pages_outside.post("/invite/<token>")
@token_page
def accept_invitation(token: str) -> Response:
    """Join the team."""
    form = pages.Form(JoinForm())
    if form.valid():
        data = form.data
        yes = Yes(data["name"], data["is_me"], _number(data["agreed"]))
        try:
            with form.attempt():
                joined = joining.join(token, _user_id(), yes, user_agent=user_agent())
                say(_("Welcome to %(team)s.", team=joined.actor.team_name))
                home = f"/t/{joined.actor.team_slug}/"
                return signed_in(joined.secret, home) if joined.secret else see_other(home)
        except NotSignedIn:
            return _sign_in_first(token)
        except NotFound as refused:
            return _unknown(refused)
    return _offer_page(token, form)


@pages_outside.post("/invite/<token>/fresh")
@token_page
def ask_for_fresh_link(token: str) -> Response:
    """Ask for a new link; the answer is the same whatever becomes of it."""
    invitations.ask_for_fresh_link(token, remote=request.remote_addr)
    return pages.show("accounts/invitation_asked.html")


def _user_id() -> UUID | None:
    found = find_session()
    return found.user_id if found else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _sign_in_first(token: str) -> Response:
    return see_other(url("accounts.login", next=url("accounts.show_invitation", token=token)))


def _offer_page(token: str, form: pages.Form) -> Response:
    try:
        offer = joining.read_offer(token, _user_id())
    except NotFound as refused:
        return _unknown(refused)
    if offer.held.standing != "open":
        return _closed(token, offer)
    status = form.status if offer.who in ("new", "self") else 403 if form.errors else 200
    return pages.show(
        "accounts/invitation.html",
        form=form,
        token=token,
        offer=offer,
        providers=[
            one for one in all_providers() if vouches_for(one, offer.held.invitation.address)
        ],
        status=status,
    )


def _closed(token: str, offer: Offer) -> Response:
    standing = offer.held.standing
    return pages.show(
        "accounts/invitation_closed.html",
        token=token,
        standing=standing,
        message=joining.closed_words(standing),
        team=offer.team,
        status=404,
    )


def _unknown(refused: NotFound) -> Response:
    return pages.show("accounts/invitation_closed.html", message=refused.message, status=404)
