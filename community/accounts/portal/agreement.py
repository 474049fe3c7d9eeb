"""What the group agreed on: read and accepted by everybody, worded by owners."""

from flask import Response, request

from community.accounts.actions import agreement as actions
from community.accounts.portal.browser import see_other
from community.accounts.portal.team_pages import needs_proof, owner, team_pages
from community.accounts.queries import agreement as queries
from community.accounts.schemas import team as schemas
from community.core import slugs
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.identity.models import Actor, Team
from community.identity.policy import can_change_team, can_see_members
from community.identity.queries import get_team
from community.web import pages
from community.web.session import current_actor, unasked
from community.web.templating import url


def ask_first(actor: Actor) -> Response | None:
    """Who has not accepted the version in force reads it before they go on.

    Their own data, the settings and help stay open meanwhile (`unasked`, and below /settings).
    """
    if not actor.agreement_due or _is_open(actor, request.path):
        return None
    here = request.full_path.rstrip("?")
    return see_other(url("team.agreement", next=here))


_OPEN = ("settings", "me", "help", "notifications")


def _is_open(actor: Actor, path: str) -> bool:
    below = path.removeprefix(f"/t/{actor.team_slug}/")
    if below.startswith(f"people/{slugs.short_id(actor.person_id)}"):
        return True
    return any(below == each or below.startswith(f"{each}/") for each in _OPEN)


@team_pages.get("/admin/agreement")
@unasked
def agreement() -> Response:
    """What holds, and the versions before it."""
    actor = current_actor()
    form = pages.Form(schemas.AcceptanceForm())
    return _page(actor, get_team(actor), form)


@team_pages.post("/admin/agreement/acceptance")
def accept_agreement() -> Response:
    """Accept the version one has read."""
    actor = current_actor()
    if queries.find_in_force(get_team(actor)) is None:
        raise NotFound(_("The group has not written down what it agrees on."))
    form = pages.Form(schemas.AcceptanceForm())
    if form.valid():
        if not form.data["agreed"]:
            form.errors["agreed"] = [_("Tick that you accept it, once you have read it.")]
        else:
            with form.attempt():
                actions.accept_agreement(actor, form.data["number"])
                to = pages.local_path(request.args.get("next"), url("team.agreement"))
                return pages.done(_("Thank you."), to=to)
    return _page(actor, get_team(actor), form)


@team_pages.get("/admin/agreement/new")
def word_agreement() -> Response:
    """The form of a new version."""
    team = get_team(owner())
    version = queries.find_in_force(team)
    values = {"body": version.body if version else "", "number": team.agreement_number}
    return _wording_page(pages.Form(schemas.AgreementForm(), values))


@team_pages.post("/admin/agreement/new")
@needs_proof
def publish_agreement() -> Response:
    """Put a new version in force; everybody is asked to accept it."""
    actor = owner()
    form = pages.Form(schemas.AgreementForm())
    if form.valid():
        with form.attempt():
            actions.publish(actor, form.data["body"], number=form.data["number"])
            return pages.done(_("It holds from now on."), to=url("team.agreement"))
    return _wording_page(form)


def _wording_page(form: pages.Form) -> Response:
    return pages.show("accounts/agreement_new.html", form=form)


def _page(actor: Actor, team: Team, form: pages.Form) -> Response:
    version = queries.find_in_force(team)
    insider = can_see_members(actor)
    return pages.show(
        "accounts/agreement.html",
        form=form,
        version=version,
        versions=queries.find_versions(actor, PageRequest()).items,
        accepted=queries.find_acceptances(actor, version.number) if version and insider else [],
        may_change=can_change_team(actor),
        next=pages.local_path(request.args.get("next"), ""),
    )
