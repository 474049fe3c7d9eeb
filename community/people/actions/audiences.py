"""Which audience an author may give to what they write."""

from collections.abc import Mapping
from typing import Any

from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor, Visibility
from community.people import queries

DEFAULTS = ("private", "team")


def resolve_audience(
    actor: Actor, given: Mapping[str, Any] | None, *, default: str, field: str = "visibility"
) -> Visibility:
    """The audience as it is stored: one's own circles, and members of the team by name.

    `given` is what the schema `Audience` read; without it the default holds. Naming nobody
    but oneself is private.
    """
    if given is None:
        return Visibility(default if default in DEFAULTS else "private")
    if given["audience"] == "circle":
        if given["circle_id"] not in actor.circle_ids:
            text = _("Choose one of your circles.")
            raise RuleBroken(text, code="not_your_circle", field=f"{field}.circle_id")
        return Visibility("circle", circle_id=given["circle_id"])
    if given["audience"] != "people":
        return Visibility(given["audience"])
    named = [person for person in dict.fromkeys(given["people"]) if not actor.is_me(person)]
    members = queries.find_members(actor, named)
    if set(named) - set(members):
        text = _("Only members of the team can be named, and one of these is none.")
        raise RuleBroken(text, code="not_a_member", field=f"{field}.people")
    return Visibility("people" if named else "private", tuple(dict.fromkeys(members.values())))
