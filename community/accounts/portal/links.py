"""Pages behind mailed and printed links: GET shows, POST acts, since mail scanners open every link."""

from uuid import UUID

from flask import Response, current_app

from community.accounts import schemas
from community.accounts.actions import own_way_in, sign_in
from community.accounts.models import Credential
from community.accounts.portal.browser import (
    entered,
    find_session,
    see_other,
    take_next,
    this_browser,
)
from community.accounts.portal.entry import pages_outside
from community.accounts.queries import factors as factors_queries
from community.accounts.queries import sign_in as queries
from community.core.errors import NotAllowed, NotFound
from community.core.i18n import gettext as _
from community.web import pages
from community.web.security import token_page
from community.web.session import public
from community.web.templating import url


@pages_outside.get("/login/sent")
@public
def link_sent() -> Response:
    """Look into your mail."""
    return pages.show(
        "accounts/link_sent.html",
        minutes=int(sign_in.LINK_LIFE.seconds / 60),
        mailbox=current_app.config["DEVELOPMENT"],
    )


@pages_outside.get("/login/<token>")
@public
def show_link(token: str) -> Response:
    """What the link will do."""
    try:
        link = queries.find_credential_link(token)
    except NotFound as refused:
        return refused_link(token, refused)
    if link.purpose == "setup":
        return see_other(url("accounts.show_setup", token=token))
    try:
        own_way_in.check_own_link(link, _signed_in_user())
    except NotAllowed as refused:
        return _sign_in_first(refused)
    return _link_page(token, link, pages.Form(schemas.ResetPasswordForm()))


@pages_outside.post("/login/<token>")
@token_page
def use_link(token: str) -> Response:
    """Do what the link is for: sign in, confirm an address, set a new password."""
    try:
        link = queries.find_credential_link(token)
        if link.purpose == "confirm_email":
            here = find_session()
            own_way_in.confirm_new_email(
                _signed_in_user(), token, keeping=here.id if here else None
            )
            text = _("This is your address from now on. Other browsers and tokens are signed out.")
            return pages.done(text, to=url("accounts.root"))
        if link.purpose == "reset_password":
            return _reset_password(token, link)
        entry = sign_in.sign_in_with_link(token, browser=this_browser())
    except NotFound as refused:
        return refused_link(token, refused)
    except NotAllowed as refused:
        return _sign_in_first(refused)
    return entered(entry, take_next)


def _signed_in_user() -> UUID | None:
    found = find_session()
    return found.user_id if found else None


def _sign_in_first(refused: NotAllowed) -> Response:
    return pages.show(
        "accounts/refused_link.html", message=refused.message, sign_in_first=True, status=403
    )


def _reset_password(token: str, link: Credential) -> Response:
    form = pages.Form(schemas.ResetPasswordForm())
    if form.valid():
        with form.attempt():
            entry = own_way_in.reset_password(token, form.data["password"], browser=this_browser())
            return entered(entry, take_next)
    return _link_page(token, link, form)


def _link_page(token: str, link: Credential, form: pages.Form) -> Response:
    return pages.show(
        "accounts/link.html",
        form=form,
        token=token,
        purpose=link.purpose,
        address=link.address,
        owner=sign_in.whose_link(link),
        has_factor=link.user_id is not None and factors_queries.has_factor(link.user_id),
    )


def refused_link(token: str, refused: NotFound) -> Response:
    """Why a link opens nothing; whoever it signed in already just goes on."""
    found = find_session() if refused.code == "link_used" else None
    if found and queries.find_user_of_used_link(token) == found.user_id:
        return see_other(take_next())
    return pages.show("accounts/refused_link.html", message=refused.message, status=404)
