"""Disputes as programs and forms send and read them."""

from typing import Any

from marshmallow import fields

from community.core.fields import Choice, Id, Schema, Text
from community.people.queries import DISPUTABLE as _ITEMS
from community.web.endpoints import PageArgs, items_schema

DISPUTABLE = tuple(_ITEMS)
REASON = 1_000


class DisputedItem(Schema):
    """What is disputed: its kind and its id."""

    kind = Choice(DISPUTABLE, required=True)
    id = Id(required=True)


class ItemDisputeIn(DisputedItem):
    """What is not right about an item about oneself."""

    reason = Text(length=REASON, lines=True, load_default="")


class DisputeOut(Schema):
    """A dispute. `id` names the item, as in what was sent; its author and its subject read it.

    `state`: `open`, `answered` (the author has changed the item since), `settled` or `withdrawn`.
    """

    dispute_id = Id(required=True)
    kind = Choice(DISPUTABLE, required=True)
    id = Id(required=True)
    reason = fields.String(required=True)
    state = Choice(("open", "answered", "settled", "withdrawn"), required=True)
    subject_id = Id(required=True)
    author_id = Id(required=True, allow_none=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class DisputesArgs(PageArgs):
    """Those that go on, unless the others are asked for."""

    state = Choice(("live", "over", "any"), load_default="live")


class DisputeForm(Schema):
    """What is not right, as the form says it."""

    reason = Text(length=REASON, lines=True, load_default="")


DisputeList = items_schema(DisputeOut, "DisputeList")


def dump_dispute(row: Any) -> dict[str, Any]:
    """A dispute's row as DisputeOut."""
    return {
        "dispute_id": row.id,
        "kind": row.kind,
        "id": row.thing_id,
        "reason": row.reason,
        "state": row.state,
        "subject_id": row.subject_id,
        "author_id": row.author_id,
        "created_by_id": row.subject_id,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "answered_at": row.answered_at,
        "ended_at": row.ended_at,
        "version": row.version,
    }
