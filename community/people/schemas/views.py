"""Saved lists of people as programs and forms send them, and as they are read."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from marshmallow import ValidationError, fields

from community.core.fields import Id, Schema, Text, YesNo
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.people.models import SavedView
from community.web.endpoints import items_schema

TITLE, QUERY = 80, 800
ASKED = ("q", "tag", "circle", "field", "show", "sort")
"""What the address of the list may say."""


class ListQuery(Text):
    """A filter as the list's address has it: `tag=Design&show=any`."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if len(text) > QUERY:
            raise ValidationError(_("At most %(max)d characters.", max=QUERY))
        said = parse_qsl(text.removeprefix("?"))
        if any(name not in ASKED for name, _value in said):
            raise ValidationError(_("A list is narrowed by: %(names)s.", names=", ".join(ASKED)))
        return query_of(dict(said))


class SavedViewPatch(Schema):
    """What may be changed of a saved list."""

    name = Text(length=TITLE, minimum=1)
    query = ListQuery(length=QUERY)
    is_shared = YesNo()


class SavedViewIn(SavedViewPatch):
    """A filter of the list of people with a name; a shared one is there for the whole team."""

    name = Text(length=TITLE, minimum=1, required=True)
    query = ListQuery(length=QUERY, required=True)
    is_shared = YesNo(load_default=False)
    is_pinned = YesNo(load_default=True)


class SavedViewOut(Schema):
    """A saved list; it shows whoever opens it what they may see themselves."""

    id = Id(required=True)
    name = fields.String(required=True)
    query = fields.String(required=True)
    is_shared = fields.Boolean(required=True)
    is_pinned = fields.Boolean(required=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


SavedViewList = items_schema(SavedViewOut, "SavedViewList")


def query_of(asked: Mapping[str, str]) -> str:
    """A filter as an address says it, always in the same order."""
    return urlencode({name: asked[name] for name in ASKED if asked.get(name)})


def dump_view(actor: Actor, view: SavedView) -> dict[str, Any]:
    """A saved list as SavedViewOut."""
    return {
        "id": view.id,
        "name": view.name,
        "query": view.query,
        "is_shared": view.is_shared,
        "is_pinned": any(actor.is_me(one) for one in view.pinned_by),
        "created_by_id": view.author_id,
        "created_at": view.created_at,
        "updated_at": view.updated_at,
        "version": view.version,
    }
