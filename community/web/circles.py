"""Circles by name, for those who are in them."""

from uuid import UUID

from flask import g

from community.core.i18n import gettext as _
from community.identity.queries import names_of_circles
from community.web.session import find_actor


def circle_name(circle_id: UUID | None) -> str:
    """What a circle is called; "A circle" for whoever is not in it.

    The names are asked for once a request, by the first thing on it that is shared with a circle.
    """
    actor = find_actor()
    if actor is None or circle_id not in actor.circle_ids:
        return _("A circle")
    if "circle_names" not in g:
        g.circle_names = names_of_circles(actor.team_id, actor.circle_ids)
    return str(g.circle_names.get(circle_id) or _("A circle"))
