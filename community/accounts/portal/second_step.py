"""The second step of a sign-in, signing in by a passkey, and proving again that it is oneself."""

from flask import Response, request

from community.accounts import schemas
from community.accounts.actions import entry, passkeys, sign_in, step_up
from community.accounts.portal.browser import (
    current_session,
    half,
    remember_next,
    see_other,
    signed_in,
    take_next,
    this_browser,
)
from community.accounts.portal.entry import pages_outside
from community.accounts.queries import factors as queries
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.identity.queries import primary_email
from community.web import pages
from community.web.session import public
from community.web.templating import url


def json_answer(text: str) -> Response:
    """JSON that a library wrote, for a script of ours."""
    return Response(text, mimetype="application/json")


@pages_outside.post("/login/passkey/options")
@public
def passkey_options() -> Response:
    """What the browser needs to offer its passkeys."""
    return json_answer(passkeys.options_to_prove(None))


@pages_outside.get("/login/second")
@public
def second_factor() -> Response:
    """Ask for the second factor."""
    return _second_page(pages.Form(schemas.CodeForm()))


@pages_outside.post("/login/second")
@public
def by_code() -> Response:
    """Finish signing in by a code of the app, or a recovery code."""
    form = pages.Form(schemas.CodeForm())
    if form.valid():
        with form.attempt():
            secret = entry.finish_with_code(
                half(), form.data["code"], remote=request.remote_addr, browser=this_browser()
            )
            return signed_in(secret, take_next())
    return _second_page(form)


@pages_outside.post("/login/second/passkey/options")
@public
def second_passkey_options() -> Response:
    """What the browser needs to ask for one of the user's passkeys."""
    return json_answer(passkeys.options_to_prove(queries.get_half(half()).user_id))


@pages_outside.post("/login/second/passkey")
@public
def by_second_passkey() -> Response:
    """Finish signing in by one of the own passkeys."""
    form = pages.Form(schemas.PasskeyAnswerForm())
    if form.valid():
        with form.attempt():
            secret = entry.finish_with_passkey(
                half(), form.data["answer"], remote=request.remote_addr, browser=this_browser()
            )
            return signed_in(secret, take_next())
    return _second_page(form)


@pages_outside.get("/confirm")
def confirm() -> Response:
    """Ask for a proof that it is still the same person."""
    remember_next(request.args.get("next"))
    return _confirm_page(pages.Form(schemas.ConfirmForm()))


@pages_outside.post("/confirm")
def confirm_here() -> Response:
    """Confirm by a code or by the password; the session goes on with a new secret."""
    session = current_session()
    form = pages.Form(schemas.ConfirmForm())
    if form.valid():
        with form.attempt():
            if step_up.way_to_confirm(session.user_id) == "factor":
                secret = step_up.confirm_by_code(session, form.data["code"])
            else:
                secret = step_up.confirm_by_password(session, form.data["password"])
            return signed_in(secret, take_next())
    return _confirm_page(form)


@pages_outside.post("/confirm/passkey/options")
def confirm_passkey_options() -> Response:
    """What the browser needs to ask for one of the user's passkeys."""
    return json_answer(passkeys.options_to_prove(current_session().user_id))


@pages_outside.post("/confirm/passkey")
def confirm_by_passkey() -> Response:
    """Confirm by one of the own passkeys."""
    form = pages.Form(schemas.PasskeyAnswerForm())
    if form.valid():
        with form.attempt():
            secret = step_up.confirm_by_passkey(current_session(), form.data["answer"])
            return signed_in(secret, take_next())
    return _confirm_page(form)


@pages_outside.post("/confirm/link")
def mail_confirmation() -> Response:
    """Mail a sign-in link to the own address: following it in this browser confirms it."""
    address = primary_email(current_session().user_id)
    if address is not None:
        sign_in.request_link(address, remote=request.remote_addr)
    return see_other(url("accounts.link_sent"))


def _second_page(form: pages.Form) -> Response:
    try:
        waiting = queries.get_half(half())
    except NotFound as refused:
        return pages.show("accounts/refused_link.html", message=refused.message, status=404)
    found = queries.find_factors(waiting.user_id) if waiting.user_id else None
    return pages.show("accounts/second_factor.html", form=form, factors=found)


def _confirm_page(form: pages.Form) -> Response:
    user_id = current_session().user_id
    return pages.show(
        "accounts/confirm.html",
        form=form,
        way=step_up.way_to_confirm(user_id),
        has_passkey=bool(queries.find_passkeys(user_id)),
        title=_("Confirm that it is you"),
    )
