"""Which audience an author may give to what they write."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor, Visibility
from community.people import queries

DEFAULTS = ("private", "team")


def resolve_audience(
    actor: Actor,
    given: Mapping[str, Any] | None,
    *,
    default: str,
    field: str = "visibility",
    keep: UUID | None = None,
) -> Visibility:
    """The audience as it is stored: one's own circles, and members of the team by name.

    `given` is what the schema `Audience` read; without it the default holds. Naming nobody
    but oneself is private. `keep` is the circle it has by now, which may stay: nothing new is
    shared with a closed circle, nor with one that its author is not in.
    """
    if given is None:
        return Visibility(default if default in DEFAULTS else "private")
    if given["audience"] == "circle":
        if keep is None or given["circle_id"] != keep:
            _check_circle(actor, given["circle_id"], f"{field}.circle_id")
        return Visibility("circle", circle_id=given["circle_id"])
    if given["audience"] != "people":
        return Visibility(given["audience"])
    named = [person for person in dict.fromkeys(given["people"]) if not actor.is_me(person)]
    members = queries.find_members(actor, named)
    if set(named) - set(members):
        text = _("Only members of the team can be named, and one of these is none.")
        raise RuleBroken(text, code="not_a_member", field=f"{field}.people")
    return Visibility("people" if named else "private", tuple(dict.fromkeys(members.values())))


def _check_circle(actor: Actor, circle_id: UUID | None, field: str) -> None:
    if circle_id is None or circle_id not in actor.circle_ids:
        text = _("Choose one of your circles.")
        raise RuleBroken(text, code="not_your_circle", field=field)
    if queries.is_closed_circle(circle_id):
        raise RuleBroken(_("This circle is closed. Choose another."), code="closed", field=field)
