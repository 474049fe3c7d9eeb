"""Founding another team, the settings of one, and its end."""

from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from flask import Response

from community.accounts.actions import profile, team_life
from community.accounts.actions.teams import NewTeam
from community.accounts.portal.browser import say, see_other
from community.accounts.portal.entry import pages_outside
from community.accounts.portal.team_pages import needs_proof, owner, team_pages
from community.accounts.queries.sign_in import find_teams_of
from community.accounts.schemas import team as schemas
from community.accounts.schemas.team import RemovalForm
from community.core.i18n import LANGUAGES
from community.core.i18n import gettext as _
from community.identity.models import SETTINGS, Team
from community.identity.queries import get_team
from community.web import pages
from community.web.session import current_user_id
from community.web.templating import url

_PLAIN = ("name", "zone", "locale")


@pages_outside.get("/teams/new")
def new_team() -> Response:
    """The form of another team."""
    return _new_page(pages.Form(schemas.NewTeamForm(), {"zone": "UTC"}))


@pages_outside.post("/teams/new")
def found_team() -> Response:
    """Make another team; whoever makes it is its first owner."""
    form = pages.Form(schemas.NewTeamForm())
    if form.valid():
        with form.attempt():
            data = form.data
            new = NewTeam(data["team_name"], data["slug"], data["zone"])
            actor = team_life.found_team(current_user_id(), new, data["name"])
            say(_("%(team)s is there. Whom would you like in it?", team=actor.team_name))
            return see_other(f"/t/{actor.team_slug}/admin/members/invite")
    return _new_page(form)


def _new_page(form: pages.Form) -> Response:
    zones = sorted(available_timezones())
    teams = find_teams_of(current_user_id())
    return pages.show("accounts/new_team.html", form=form, zones=zones, teams=teams, wide=True)


@pages_outside.post("/teams/<slug>/restoration")
@needs_proof
def restore_team(slug: str) -> Response:
    """Take the deletion of a team back."""
    actor = team_life.restore_team(current_user_id(), slug)
    say(_("%(team)s is back, as it was.", team=actor.team_name))
    return see_other(f"/t/{actor.team_slug}/")


@team_pages.get("/admin/team")
def settings() -> Response:
    """What owners set for the whole team."""
    team = get_team(owner())
    return _settings_page(team, pages.Form(schemas.TeamForm(), _values(team)))


@team_pages.post("/admin/team")
@needs_proof
def change_settings() -> Response:
    """Save the team's settings."""
    actor = owner()
    form = pages.Form(schemas.TeamForm())
    if form.valid():
        with form.attempt():
            data = form.data
            changes: dict[str, Any] = {name: data[name] for name in _PLAIN}
            changes["settings"] = {name: data[name] for name in SETTINGS}
            profile.change_team(actor, changes, version=data["version"])
            return pages.done(_("Saved."), to=url("team.settings"))
    return _settings_page(get_team(actor), form)


@team_pages.post("/admin/team/delete")
@needs_proof
def end_team() -> Response:
    """Delete the team, after its name was typed."""
    actor = owner()
    team = get_team(actor)
    form = pages.Form(RemovalForm())
    if form.valid():
        if form.data["confirm"].casefold() != team.name.casefold():
            form.errors["confirm"] = [_("This is not the team's name.")]
        else:
            with form.attempt():
                team_life.end_team(actor)
                return pages.done(
                    _("%(team)s is shut. It can be brought back for 30 days.", team=team.name),
                    to=url("accounts.teams", show="all"),
                    undo=url("accounts.restore_team", slug=team.slug),
                )
    settings_form = pages.Form(schemas.TeamForm(), _values(team))
    settings_form.submitted = False
    return _settings_page(team, settings_form, form)


def _values(team: Team) -> dict[str, Any]:
    stored = {name: team.settings.get(name, default) for name, default in SETTINGS.items()}
    return {**{name: getattr(team, name) for name in (*_PLAIN, "version")}, **stored}


def _settings_page(team: Team, form: pages.Form, removal: pages.Form | None = None) -> Response:
    if removal is None:
        removal = pages.Form(RemovalForm())
        removal.submitted = False
    return pages.show(
        "accounts/team_settings.html",
        form=form,
        removal=removal,
        team=team,
        zones=sorted(available_timezones()),
        languages=[(code, (Locale.parse(code).display_name or code)) for code in LANGUAGES],
        status=removal.status if removal.errors else form.status,
    )
