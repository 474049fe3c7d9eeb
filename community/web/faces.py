"""Pictures beside names: a page says whose, and who has one is asked once for the whole page.

A template draws `face(key)` where it does not know; `shown` puts the pictures in when the page is
made. Whoever is hidden, or has no picture, keeps their initials.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from flask import current_app, url_for
from markupsafe import Markup

from community.core import db
from community.web.session import CommunityFlask, find_actor

Find = Callable[[Any, Collection[UUID]], Mapping[UUID, UUID]]

_EXTENSION = "community.faces"
_PLACE = re.compile(r"<!--face:([0-9a-f-]{36}):(\w*)-->")
_SIDES = {"small": 28, "": 36, "large": 64}
_UNKNOWN = object()


def install(app: CommunityFlask, find: Find, endpoint: str) -> None:
    """`find(actor, person_ids)` names the pictures; `endpoint` shows one, small or large."""
    app.extensions[_EXTENSION] = (find, endpoint)


def face(key: Any, size: str = "", picture_id: Any = _UNKNOWN) -> Markup:
    """The picture over somebody's initials: `picture_id`, None for nobody's, or what `shown` finds."""
    if picture_id is None:
        return Markup("")
    if picture_id is not _UNKNOWN:
        return _image(picture_id, size)
    try:
        return Markup("<!--face:{}:{}-->").format(UUID(str(key)), size)
    except ValueError:
        return Markup("")


def shown(html: str) -> str:
    """The page with the pictures of those who have one and are seen."""
    asked = {UUID(found) for found, _size in _PLACE.findall(html)}
    if not asked:
        return html
    actor = find_actor()
    find, _endpoint = current_app.extensions[_EXTENSION]
    found = find(actor, sorted(asked)) if actor is not None and db.is_open() else {}

    def _drawn(place: re.Match[str]) -> str:
        picture_id = found.get(UUID(place[1]))
        return str(_image(picture_id, place[2])) if picture_id else ""

    return _PLACE.sub(_drawn, html)


def _image(picture_id: UUID, size: str) -> Markup:
    side = _SIDES[size]
    _find, endpoint = current_app.extensions[_EXTENSION]
    # Twice as large on a fine screen is as much as the small one has.
    address = url_for(endpoint, picture_id=picture_id, size="small")
    return Markup(
        '<img src="{}" alt="" width="{side}" height="{side}" loading="lazy" decoding="async">'
    ).format(address, side=side)
