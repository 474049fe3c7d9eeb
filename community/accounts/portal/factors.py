"""Settings: the own second factors, and of whom the team asks one."""

from collections.abc import Callable
from uuid import UUID

import segno
from flask import Response
from markupsafe import Markup

from community.accounts import schemas
from community.accounts.actions import authenticator, factors, passkeys
from community.accounts.policy import must_have_factor
from community.accounts.portal.browser import (
    current_session,
    keep_session,
    say,
    see_other,
    signed_in,
)
from community.accounts.portal.second_step import json_answer
from community.accounts.portal.settings import pages_inside
from community.accounts.queries import factors as queries
from community.core.i18n import gettext as _
from community.identity.queries import primary_email
from community.web import idempotency, pages
from community.web.session import current_actor, needs_confirmation, without_factor
from community.web.templating import url


@pages_inside.get("/settings/second_factor")
@without_factor
def second_factor() -> Response:
    """What one has, and what one could set up."""
    return _overview(pages.Form(schemas.PasskeyForm()))


@pages_inside.post("/settings/second_factor/app")
@without_factor
def propose_app() -> Response:
    """Make a key for an authenticator app."""
    factors.propose_app(current_session())
    return see_other(url("settings.show_app"))


@pages_inside.get("/settings/second_factor/app")
@without_factor
@needs_confirmation
def show_app() -> Response:
    """The key as a picture and as text, and where its first code goes."""
    return _app_page(pages.Form(schemas.AppCodeForm()))


@pages_inside.post("/settings/second_factor/app/confirm")
@without_factor
def add_app() -> Response:
    """The app is set up once it shows the right code."""
    form = pages.Form(schemas.AppCodeForm())
    if form.valid():
        with form.attempt():
            changed = factors.add_app(current_session(), form.data["code"])
            return _after(changed, _("Sign-ins ask your app from now on."))
    return _app_page(form)


@pages_inside.post("/settings/second_factor/app/remove")
@without_factor
def remove_app() -> Response:
    """Take the app away."""
    return _changed(
        lambda: factors.remove_app(current_session()), _("Your app is not asked any more.")
    )


@pages_inside.post("/settings/second_factor/codes")
@without_factor
def renew_codes() -> Response:
    """Ten new recovery codes."""
    return _changed(lambda: factors.renew_codes(current_session()), "")


@pages_inside.post("/settings/passkeys/options")
@without_factor
def new_passkey_options() -> Response:
    """What the browser needs to make a passkey."""
    return json_answer(factors.passkey_options(current_actor(), current_session()))


@pages_inside.post("/settings/passkeys")
@without_factor
def add_passkey() -> Response:
    """Register the passkey that the browser made."""
    form = pages.Form(schemas.PasskeyForm())
    if form.valid():
        with form.attempt():
            changed = factors.add_passkey(
                current_session(), form.data["answer"], name=form.data["name"]
            )
            return _after(changed, _("Your passkey is registered."))
    return _overview(form)


@pages_inside.post("/settings/passkeys/<uuid:passkey_id>/name")
def rename_passkey(passkey_id: UUID) -> Response:
    """Call a passkey something else."""
    form = pages.Form(schemas.NameForm())
    if form.valid():
        factors.rename_passkey(current_session(), passkey_id, form.data["name"])
        return pages.done(_("Saved."), to=url("settings.second_factor"))
    return _overview(_unsent_passkey(), form)


@pages_inside.post("/settings/passkeys/<uuid:passkey_id>/remove")
@without_factor
def remove_passkey(passkey_id: UUID) -> Response:
    """Take a passkey away."""
    return _changed(
        lambda: factors.remove_passkey(current_session(), passkey_id),
        _("The passkey opens nothing any more."),
    )


def _changed(change: Callable[[], factors.Changed], text: str) -> Response:
    """Do it, or say on the overview why not."""
    form, done = _unsent_passkey(), list[factors.Changed]()
    with form.attempt():
        done.append(change())
    return _after(done[0], text) if done else _overview(form)


def _after(changed: factors.Changed, text: str) -> Response:
    """Back to the overview; where there are new codes, to them first, this once."""
    if not changed.codes:
        say(text)
        return signed_in(changed.secret, url("settings.second_factor"))
    idempotency.answer_holds_secret(current_session().id)
    page = pages.show("accounts/recovery_codes.html", codes=changed.codes, text=text)
    return keep_session(page, changed.secret)


def _unsent_passkey() -> pages.Form:
    form = pages.Form(schemas.PasskeyForm())
    form.submitted = False
    return form


def _overview(form: pages.Form, name_form: pages.Form | None = None) -> Response:
    actor = current_actor()
    return pages.show(
        "accounts/factors.html",
        form=form,
        name_form=name_form,
        factors=queries.find_factors(current_session().user_id),
        is_asked=must_have_factor(actor),
        passkeys_offered=passkeys.are_offered(),
        status=422 if name_form and name_form.errors else None,
    )


def _app_page(form: pages.Form) -> Response:
    user_id = current_session().user_id
    key = authenticator.proposed_key(user_id)
    account = primary_email(user_id) or current_actor().name
    picture = _picture(key, account) if key else None
    return pages.show("accounts/app.html", form=form, key=key, picture=picture, account=account)


def _picture(key: str, account: str) -> Markup:
    drawn = segno.make(authenticator.address_for_app(key, account), error="m", micro=False)
    svg = drawn.svg_inline(
        omitsize=True, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    return Markup(svg)  # noqa: S704 - drawn by the library from the modules of the code alone
