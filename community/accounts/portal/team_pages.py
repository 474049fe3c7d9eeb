"""The frame of the team's own pages: members, roles, what the group agreed on, settings."""

from collections.abc import Callable
from typing import Any

from flask import current_app, g, request

from community.core.errors import NotAllowed
from community.core.i18n import gettext as _
from community.identity import policy
from community.identity.models import Actor
from community.web import pages
from community.web.session import current_actor, find_actor
from community.web.templating import url

team_pages = pages.blueprint("team", feature="accounts")


def needs_proof(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a page that changes roles or ends something: whoever asks proves again that it is them.

    The one place where the team's pages ask for it; the gate of the session does the asking.
    """
    view.needs_confirmation = True  # type: ignore[attr-defined]
    return view


@team_pages.before_app_request
def _section() -> None:
    if _is_here():
        g.page = "team"


@team_pages.app_context_processor
def _tabs() -> dict[str, Any]:
    """`team_tabs` on every page below /admin."""
    actor = find_actor()
    return {"team_tabs": team_tabs(actor)} if actor and _is_here() else {}


def _is_here() -> bool:
    return bool(request.url_rule and request.url_rule.rule.startswith("/t/<team>/admin"))


def team_tabs(actor: Actor) -> list[tuple[str, str, str]]:
    """The team's pages that this reader may open: (key, label, address)."""
    tabs = [("members", _("Members"), "team.members")] if policy.can_see_members(actor) else []
    tabs += [
        ("roles", _("Roles"), "team.roles"),
        ("agreement", _("Agreement"), "team.agreement"),
    ]
    if actor.role in ("owner", "steward"):
        tabs += [
            ("fields", _("Fields"), "fields.list"),
            ("relations", _("Relations"), "relations.kinds"),
            ("privacy", _("Data requests"), "records.requests"),
        ]
    if policy.can_change_team(actor):
        tabs += [
            ("team", _("Settings of the team"), "team.settings"),
            ("audit", _("Audit"), "audit.show"),
        ]
    there = current_app.view_functions
    return [(key, label, url(endpoint)) for key, label, endpoint in tabs if endpoint in there]


def insider() -> Actor:
    """Whoever is asking, if they are no guest: guests see nothing of the team's own pages."""
    actor = current_actor()
    if not policy.can_see_members(actor):
        raise NotAllowed(_("Guests do not see who is in the team."))
    return actor


def owner() -> Actor:
    """Whoever is asking, if they are an owner."""
    actor = current_actor()
    if not policy.can_change_team(actor):
        raise NotAllowed(_("Only owners change the team's settings."))
    return actor
