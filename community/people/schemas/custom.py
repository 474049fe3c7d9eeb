"""The team's own fields as programs and forms send and read them."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from community.core.fields import Choice, Id, Schema, Text, Whole, YesNo
from community.core.i18n import gettext as _
from community.core.validators import Length
from community.people.models import FIELD_KINDS, CustomField
from community.people.schemas.values import LABEL
from community.web.endpoints import items_schema

CHOICES = 100


class FieldIn(Schema):
    """A new field; its key is made of the name unless it is given."""

    name = Text(length=LABEL, minimum=1, required=True)
    kind = Choice(FIELD_KINDS, required=True)
    choices = fields.List(
        Text(length=LABEL, minimum=1), load_default=list, validate=Length(max=CHOICES)
    )
    key = Text(length=40, load_default="")


class FieldPatch(Schema):
    """What may be changed of a field; a choice that is taken away stays where it is held."""

    name = Text(length=LABEL, minimum=1)
    choices = fields.List(Text(length=LABEL, minimum=1), validate=Length(max=CHOICES))
    place = Whole(low=0, high=1000)
    archived = YesNo()


class FieldOut(Schema):
    """A field of the team's own."""

    id = Id(required=True)
    key = fields.String(required=True)
    name = fields.String(required=True)
    kind = Choice(FIELD_KINDS, required=True)
    choices = fields.List(fields.String(), required=True)
    place = fields.Integer(required=True)
    state = Choice(("active", "archived"), required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class LineList(Text):
    """Choices as a form sends them: one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(length=CHOICES * (LABEL + 2), lines=True, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if any(len(line) > LABEL for line in lines):
            raise ValidationError(_("A choice has at most %(length)d characters.", length=LABEL))
        return lines

    def _validate(self, value: Any) -> None:
        """The lines were measured while they were read."""


class FieldForm(Schema):
    """A field as the form sends it."""

    name = Text(length=LABEL, minimum=1, required=True)
    kind = Choice(FIELD_KINDS, required=True)
    choices = LineList(load_default=list)


class FieldEdit(Schema):
    """The same when it is changed: its kind stays."""

    name = Text(length=LABEL, minimum=1, required=True)
    choices = LineList()
    place = Whole(low=0, high=1000, required=True)


FieldList = items_schema(FieldOut, "FieldList")
_SHOWN = ("id", "key", "name", "kind", "choices", "place", "state", "created_at", "updated_at")


def dump_field(field: CustomField) -> dict[str, Any]:
    """A field as FieldOut."""
    return {name: getattr(field, name) for name in (*_SHOWN, "version")}
