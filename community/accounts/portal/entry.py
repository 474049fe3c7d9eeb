"""Pages outside any team: signing in and out, choosing a team, setting up, the list of keys."""

from zoneinfo import available_timezones

from flask import Response, request, session

from community.accounts import schemas
from community.accounts.actions import own_way_in, sessions, setup, sign_in
from community.accounts.actions.teams import NewTeam
from community.accounts.portal.browser import (
    find_session,
    see_other,
    signed_in,
    signed_out,
    user_agent,
)
from community.accounts.queries import sign_in as queries
from community.core.errors import Conflict, NotFound
from community.core.fields import Schema
from community.core.i18n import gettext as _
from community.web import pages
from community.web.security import token_page
from community.web.session import current_user_id, public
from community.web.templating import url

pages_outside = pages.blueprint("accounts", in_team=False)

_NEXT = "next"


@pages_outside.get("/")
@public
def root() -> Response:
    """Wherever one belongs: one's team, or the sign-in page."""
    return see_other(url("accounts.teams" if find_session() else "accounts.login"))


@pages_outside.get("/login")
@public
def login() -> Response:
    """Ways to sign in."""
    _remember_next(request.args.get("next"))
    if find_session():
        return see_other(_take_next())
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


@pages_outside.get("/login/sent")
@public
def link_sent() -> Response:
    """Look into your mail."""
    return pages.show("accounts/link_sent.html", minutes=int(sign_in.LINK_LIFE.seconds / 60))


@pages_outside.post("/login/password")
@public
def by_password() -> Response:
    """Sign in by address and password."""
    form = pages.Form(schemas.PasswordSignInForm())
    if form.valid():
        with form.attempt():
            before = find_session()
            secret = sign_in.sign_in_with_password(
                form.data["email"],
                form.data["password"],
                remote=request.remote_addr,
                user_agent=user_agent(),
                replacing=before.id if before else None,
            )
            return signed_in(secret, _take_next())
    return _login_page(_unsent(schemas.LinkForm()), form)


@pages_outside.get("/login/<token>")
@public
def show_link(token: str) -> Response:
    """What a mailed link will do; it does so by the button, since scanners open every link."""
    try:
        link = queries.find_credential_link(token)
    except NotFound as refused:
        return _refused_link(token, refused)
    purpose = link.purpose
    if purpose == "setup":
        return see_other(url("accounts.show_setup", token=token))
    return pages.show("accounts/link.html", token=token, purpose=purpose, address=link.address)


@pages_outside.post("/login/<token>")
@token_page
def use_link(token: str) -> Response:
    """Do what the mailed link is for: sign in, or confirm a new address."""
    try:
        if queries.find_credential_link(token).purpose == "confirm_email":
            own_way_in.confirm_new_email(token)
            return pages.done(_("This is your address from now on."), to=url("accounts.root"))
        before = find_session()
        secret = sign_in.sign_in_with_link(
            token, user_agent=user_agent(), replacing=before.id if before else None
        )
    except NotFound as refused:
        return _refused_link(token, refused)
    return signed_in(secret, _take_next())


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
    """One's teams; with one there is nothing to choose."""
    found = queries.find_teams_of(current_user_id())
    if len(found) == 1:
        return see_other(f"/t/{found[0].slug}/")
    return pages.show("accounts/teams.html", teams=found)


@pages_outside.get("/setup")
@public
def about_setup() -> Response:
    """How to come by a set-up link."""
    if queries.has_real_team():
        return see_other(url("accounts.login"))
    return pages.show("accounts/about_setup.html")


@pages_outside.get("/setup/<token>")
@public
def show_setup(token: str) -> Response:
    """The form of the first team."""
    try:
        setup.find_setup_link(token)
    except NotFound as refused:
        return _refused_link(token, refused)
    except Conflict:
        return see_other(url("accounts.login"))
    return _setup_page(token, pages.Form(schemas.SetupForm(), {"zone": "UTC"}))


@pages_outside.post("/setup/<token>")
@token_page
def set_up(token: str) -> Response:
    """Make the first team and sign its owner in."""
    form = pages.Form(schemas.SetupForm())
    if form.valid():
        data = form.data
        try:
            with form.attempt():
                team = NewTeam(data["team_name"], data["slug"], data["zone"])
                owner = setup.FirstOwner(data["name"], data["email"], data["password"] or None)
                actor, secret = setup.set_up(token, team, owner, user_agent=user_agent())
                return signed_in(secret, f"/t/{actor.team_slug}/")
        except NotFound as refused:
            return _refused_link(token, refused)
    return _setup_page(token, form)


@pages_outside.get("/help/keyboard")
@public
def keyboard_help() -> Response:
    """Every key of the portal."""
    return pages.show("accounts/keyboard_help.html", wide=True)


def _login_page(link_form: pages.Form, password_form: pages.Form) -> Response:
    status = 422 if link_form.errors or password_form.errors else 200
    return pages.show(
        "accounts/login.html", link_form=link_form, password_form=password_form, status=status
    )


def _unsent(schema: Schema) -> pages.Form:
    """A form beside the one that was sent: empty, but for the address."""
    form = pages.Form(schema, {"email": request.form.get("email", "")})
    form.submitted = False
    return form


def _setup_page(token: str, form: pages.Form) -> Response:
    zones = sorted(available_timezones())
    return pages.show("accounts/setup.html", form=form, token=token, zones=zones, wide=True)


def _refused_link(token: str, refused: NotFound) -> Response:
    """Why a link opens nothing; whoever it signed in already just goes on."""
    found = find_session() if refused.code == "link_used" else None
    if found and queries.find_user_of_used_link(token) == found.user_id:
        return see_other(_take_next())
    return pages.show("accounts/refused_link.html", message=refused.message, status=404)


def _remember_next(value: str | None) -> None:
    """Where to go after signing in; kept beside the link that is on its way by mail."""
    path = pages.local_path(value, "")
    if path:
        session[_NEXT] = path


def _take_next() -> str:
    return pages.local_path(session.pop(_NEXT, None), url("accounts.teams"))
