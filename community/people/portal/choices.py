"""What forms offer to choose from, and whom a typed name means."""

from typing import Any
from uuid import UUID

from flask import request

from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.people import queries
from community.web.session import current_actor


def audience_choices(thing: Any | None = None, default: str = "team") -> dict[str, Any]:
    """What the audience picker offers, and what is chosen now."""
    actor = current_actor()
    chosen = {"value": default, "picked": [], "circle": ""}
    if thing is not None:
        circle = thing.circle_id or ""
        chosen = {"value": thing.audience, "picked": thing.audience_people, "circle": circle}
    if request.method == "POST":
        chosen = {
            "value": request.form.get("visibility", chosen["value"]),
            "picked": request.form.getlist("visibility_people"),
            "circle": request.form.get("visibility_circle", ""),
        }
    return {
        "audience": chosen,
        "members": queries.member_options(actor),
        "circles": queries.circle_options(actor, thing.circle_id if thing is not None else None),
    }


def person_meant(actor: Actor, text: str, field: str) -> UUID:
    """Whom somebody means who typed this name, or the label that the form proposed."""
    found = queries.find_named(actor, text)
    if len(found) == 1:
        return found[0].id
    if not found:
        said = _("Nobody here is called %(name)s. Add them first.", name=text)
        raise RuleBroken(said, code="nobody", field=field)
    labels = ", ".join(option.label for option in found[:5])
    said = _("Whom do you mean? Write one of these: %(names)s", names=labels)
    raise RuleBroken(said, code="ambiguous", field=field)
