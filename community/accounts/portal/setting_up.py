"""Pages of set-up: the first team, by a single-use link, while there is none."""

from zoneinfo import available_timezones

from flask import Response

from community.accounts import schemas
from community.accounts.actions import setup
from community.accounts.actions.teams import NewTeam
from community.accounts.portal.browser import see_other, signed_in, this_browser
from community.accounts.portal.entry import pages_outside
from community.accounts.portal.links import refused_link
from community.accounts.queries import sign_in as queries
from community.core import program
from community.core.errors import Conflict, NotFound
from community.web import pages
from community.web.security import token_page
from community.web.session import public
from community.web.templating import url


@pages_outside.get("/setup")
@public
def about_setup() -> Response:
    """How to come by a set-up link."""
    if queries.has_real_team():
        return see_other(url("accounts.login"))
    return pages.show("accounts/about_setup.html", program=program.called())


@pages_outside.get("/setup/<token>")
@public
def show_setup(token: str) -> Response:
    """The form of the first team."""
    try:
        setup.find_setup_link(token)
    except NotFound as refused:
        return refused_link(token, refused)
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
                actor, secret = setup.set_up(token, team, owner, browser=this_browser())
                return signed_in(secret, f"/t/{actor.team_slug}/")
        except NotFound as refused:
            return refused_link(token, refused)
    return _setup_page(token, form)


def _setup_page(token: str, form: pages.Form) -> Response:
    zones = sorted(available_timezones())
    return pages.show("accounts/setup.html", form=form, token=token, zones=zones, wide=True)
