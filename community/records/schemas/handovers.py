"""The context of a person for a colleague, and hand-overs, as programs and forms send and read them."""

from typing import Any

from marshmallow import fields

from community.core.fields import Id, Schema, Text
from community.records.schemas.items import HeldItemOut
from community.web.endpoints import PageArgs, items_schema

WORDS = 500


class ContextArgs(PageArgs):
    """For which colleague: `for` names them by their person id; without it, for oneself."""

    for_id = Id(data_key="for", load_default=None)


class ContextOut(Schema):
    """What both of you read of a person. `kept` counts one's own items that the colleague does not read."""

    person_id = Id(required=True)
    for_id = Id(required=True)
    sees_person = fields.Boolean(required=True)
    kept = fields.Integer(required=True)
    items = fields.List(fields.Nested(HeldItemOut), required=True)
    next = fields.String(required=True, allow_none=True)


class HandoverIn(Schema):
    """To whom, and a short word for them alone."""

    to_id = Id(required=True)
    words = Text(length=WORDS, lines=True, load_default="")


class HandoverOut(Schema):
    """A hand-over, which its two sides read."""

    id = Id(required=True)
    person_id = Id(required=True)
    to_id = Id(required=True)
    words = fields.String(required=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)


Handovers = items_schema(HandoverOut, "Handovers")


def dump_handover(row: Any) -> dict[str, Any]:
    """A row as HandoverOut."""
    return {
        "id": row.id,
        "person_id": row.person_id,
        "to_id": row.to_id,
        "words": row.words,
        "created_by_id": row.author_id,
        "created_at": row.created_at,
    }
