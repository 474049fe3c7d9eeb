"""What the audience picker of a form offers."""

from typing import Any

from flask import request

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
