"""Pages outside any team: signing in and out, choosing a team, the list of keys."""

from flask import Response, request, session

from community.accounts import schemas
from community.accounts.actions import passkeys, sessions, sign_in
from community.accounts.actions.entry import sign_in_with_passkey
from community.accounts.actions.team_life import GRACE
from community.accounts.portal.browser import (
    entered,
    find_session,
    remember_next,
    see_other,
    signed_in,
    signed_out,
    take_next,
    this_browser,
)
from community.accounts.queries import sign_in as queries
from community.accounts.queries import team_life
from community.core.fields import Schema
from community.core.providers import all_providers
from community.web import pages
from community.web.session import current_user_id, public
from community.web.templating import url

pages_outside = pages.blueprint("accounts", in_team=False)


@pages_outside.get("/")
@public
def root() -> Response:
    """Wherever one belongs: one's team, or the sign-in page."""
    return see_other(url("accounts.teams" if find_session() else "accounts.login"))


@pages_outside.get("/login")
@public
def login() -> Response:
    """Ways to sign in."""
    remember_next(request.args.get("next"))
    if find_session():
        return see_other(take_next())
    return _login_page(pages.Form(schemas.LinkForm()), pages.Form(schemas.PasswordSignInForm()))


@pages_outside.post("/login")
@public
def request_link() -> Response:
    """Mail a sign-in link; the answer is the same for an address nobody here signs in with."""
    form = pages.Form(schemas.LinkForm())
    if form.valid():
        sign_in.request_link(form.data["email"], remote=request.remote_addr)
        return see_other(url("accounts.link_sent"))
    return _login_page(form, _unsent(schemas.PasswordSignInForm()))


@pages_outside.post("/login/password")
@public
def by_password() -> Response:
    """Sign in by address and password."""
    form = pages.Form(schemas.PasswordSignInForm())
    if form.valid():
        with form.attempt():
            entry = sign_in.sign_in_with_password(
                form.data["email"],
                form.data["password"],
                remote=request.remote_addr,
                browser=this_browser(),
            )
            return entered(entry, take_next)
    return _login_page(_unsent(schemas.LinkForm()), form)


@pages_outside.get("/login/reset")
@public
def forgotten() -> Response:
    """For whoever has forgotten the password."""
    return pages.show("accounts/forgotten.html", form=pages.Form(schemas.LinkForm()))


@pages_outside.post("/login/reset")
@public
def request_reset() -> Response:
    """Mail a link to a new password; the same answer for an address nobody signs in with."""
    form = pages.Form(schemas.LinkForm())
    if form.valid():
        sign_in.request_link(
            form.data["email"], remote=request.remote_addr, purpose="reset_password"
        )
        return see_other(url("accounts.link_sent"))
    return pages.show("accounts/forgotten.html", form=form)


@pages_outside.post("/logout")
@public
def logout() -> Response:
    """Sign this browser out."""
    found = find_session()
    if found:
        sessions.sign_out(found)
    session.clear()
    return signed_out(url("accounts.login"))


@pages_outside.get("/teams")
def teams() -> Response:
    """One's teams; with one there is nothing to choose, unless all are asked for."""
    found = queries.find_teams_of(current_user_id())
    ending = team_life.find_ending_teams(current_user_id())
    if len(found) == 1 and not ending and request.args.get("show") != "all":
        return see_other(f"/t/{found[0].slug}/")
    return pages.show("accounts/teams.html", teams=found, ending=ending, grace=GRACE)


@pages_outside.get("/help/keyboard")
@public
def keyboard_help() -> Response:
    """Every key of the portal; in one's team where there is but one."""
    found = find_session()
    team = queries.only_team_of(found.user_id) if found else None
    if team:
        return see_other(url("settings.keyboard_help", team=team))
    return pages.show("accounts/keyboard_help.html")


@pages_outside.post("/login/passkey")
@public
def by_passkey() -> Response:
    """Sign in by a passkey alone."""
    form = pages.Form(schemas.PasskeyAnswerForm())
    if form.valid():
        with form.attempt():
            secret = sign_in_with_passkey(form.data["answer"], browser=this_browser())
            return signed_in(secret, take_next())
    link_form, password_form = _unsent(schemas.LinkForm()), _unsent(schemas.PasswordSignInForm())
    return _login_page(link_form, password_form, form)


def _login_page(
    link_form: pages.Form, password_form: pages.Form, passkey_form: pages.Form | None = None
) -> Response:
    forms = [form for form in (link_form, password_form, passkey_form) if form is not None]
    status = 422 if any(form.errors for form in forms) else 200
    return pages.show(
        "accounts/login.html",
        link_form=link_form,
        password_form=password_form,
        passkey_form_sent=passkey_form,
        passkeys_offered=passkeys.are_offered(),
        providers=all_providers(),
        status=status,
    )


def _unsent(schema: Schema) -> pages.Form:
    """A form beside the one that was sent: empty, but for the address."""
    form = pages.Form(schema, {"email": request.form.get("email", "")})
    form.submitted = False
    return form
