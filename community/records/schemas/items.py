"""What is held about a person, as programs read it."""

from typing import Any

from marshmallow import fields

from community.core.fields import Audience, Id, Schema
from community.identity.models import Actor
from community.identity.policy import shown_circle, shown_people
from community.records.queries import HeldItem
from community.web.endpoints import items_schema


class HeldItemOut(Schema):
    """An item about a person that one may read. `kind` and `id` name it; `text` is cut at 1,000 letters."""

    kind = fields.String(required=True)
    id = Id(required=True)
    text = fields.String(required=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)
    is_disputed = fields.Boolean(required=True)
    visibility = fields.Nested(Audience, required=True)


class PersonOpeningOut(Schema):
    """That somebody opened a person's page on a day; whom one may not know has no id and no name."""

    day = fields.Date(required=True)
    reader_id = Id(required=True, allow_none=True)
    reader_name = fields.String(required=True)


HeldItems = items_schema(HeldItemOut, "HeldItems")
PersonOpenings = items_schema(PersonOpeningOut, "PersonOpenings")


def dump_item(actor: Actor, item: HeldItem) -> dict[str, Any]:
    """An item as HeldItemOut."""
    return {
        "kind": item.kind,
        "id": item.id,
        "text": item.text,
        "created_by_id": item.author_id,
        "created_at": item.since,
        "is_disputed": item.is_disputed,
        "visibility": {
            "audience": item.audience,
            "people": shown_people(actor, item.author_id, item.audience_people),
            "circle_id": shown_circle(actor, item.author_id, item.circle_id),
        },
    }


def dump_opening(row: Any) -> dict[str, Any]:
    """A row of openings as PersonOpeningOut."""
    return {"day": row.day, "reader_id": row.id if row.name else None, "reader_name": row.name}
