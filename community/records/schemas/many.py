"""Acts on many people as programs and the list of people send them."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from community.core.fields import Choice, Email, Id, Moment, Schema, Text, YesNo
from community.core.i18n import gettext as _
from community.core.validators import Length
from community.people.queries import Filter
from community.people.schemas.filters import ARCHIVED, CHOICE
from community.people.schemas.values import LABEL, NAME
from community.records.models import BULK_ACTS, UNDO_FOR, BulkAct

MANY = 1_000


class PeopleFilter(Schema):
    """The filters of the list of people."""

    q = Text(length=NAME)
    tag = Text(length=LABEL)
    circle = Id()
    archived = Choice(tuple(ARCHIVED), load_default="false")
    is_member = YesNo()
    source = Text(length=LABEL)
    email = Email()
    updated_since = Moment()
    field = Text(length=NAME, metadata=CHOICE)


class BulkActIn(Schema):
    """What to do, and to whom: these people, or all whom a filter of the list finds."""

    act = Choice(BULK_ACTS, required=True)
    tag = Text(length=LABEL, load_default="")
    circle_id = Id(load_default=None, allow_none=True)
    person_ids = fields.List(Id(), validate=Length(max=MANY))
    filter = fields.Nested(PeopleFilter)

    @validates_schema
    def _says_whom(self, data: Mapping[str, Any], **_more: Any) -> None:
        if ("person_ids" in data) == ("filter" in data):
            raise ValidationError(_("Name people or a filter: one of the two."), "person_ids")


class BulkActForm(Schema):
    """The same as the list's form sends it; its filter goes along as the address has it."""

    act = Choice(BULK_ACTS, required=True)
    with_tag = Text(length=LABEL, load_default="")
    with_circle = Text(length=LABEL, load_default="")
    person = fields.List(Id(), validate=Length(max=MANY), load_default=list)
    all = YesNo(load_default=False)


class BulkActOut(Schema):
    """What became of it: how many are different now, and how many were left as they are.

    Left are those whom one may not change. It can be undone until `undo_until`.
    """

    id = Id(required=True)
    act = Choice(BULK_ACTS, required=True)
    tag = fields.String(required=True)
    circle_id = Id(allow_none=True, required=True)
    changed = fields.Integer(required=True)
    skipped = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    undo_until = fields.AwareDateTime(required=True)


def filter_of(given: Mapping[str, Any]) -> Filter:
    """The filter as the list takes it."""
    return Filter(**{**given, "archived": ARCHIVED[given["archived"]]})


def dump_act(done: BulkAct) -> dict[str, Any]:
    """An act as BulkActOut."""
    return {
        "id": done.id,
        "act": done.act,
        "tag": done.tag,
        "circle_id": done.circle_id,
        "changed": len(done.changed_ids),
        "skipped": done.skipped,
        "created_at": done.created_at,
        "undo_until": done.created_at + UNDO_FOR,
    }
