"""Ties as programs and forms send and read them."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields

from community.core.fields import Audience, Choice, Id, Schema, Text, Whole
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.people.schemas import dump_authored
from community.people.schemas.values import NAME
from community.relationships.models import THROUGH
from community.web.endpoints import PageArgs, items_schema

_PARTIAL = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


class PartialDay(Text):
    """A year, a month (`2019-03`) or a day, as far as one remembers; empty when one does not."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(length=10, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not text:
            return ""
        if not _PARTIAL.fullmatch(text):
            raise ValidationError(
                _("This must be a year, a month or a day: 2019, 2019-03 or 2019-03-31.")
            )
        try:
            day = date.fromisoformat(f"{text}-01-01"[:10])
        except ValueError as error:
            raise ValidationError(_("There is no such day.")) from error
        if day.year < 1900:
            raise ValidationError(_("This year is out of range."))
        return text


class Through(Schema):
    """Through whom."""

    kind = Choice(THROUGH, required=True)
    id = Id(required=True)


class TiePatch(Schema):
    """What may be changed of a tie."""

    met_on = PartialDay()
    met_where = Text(length=NAME)
    met_through = fields.Nested(Through, allow_none=True)
    visibility = fields.Nested(Audience)


class TieIn(TiePatch):
    """How the author met a person."""

    person_id = Id(required=True)


class TieForm(Schema):
    """The same as the form sends it: through whom by name."""

    met_on = PartialDay(load_default="")
    met_where = Text(length=NAME, load_default="")
    through = Text(length=NAME, load_default="")
    visibility = fields.Nested(Audience)
    version = Whole(load_default=None, allow_none=True)


class TieArgs(PageArgs):
    """Filters of the list of ties."""

    person_id = Id()


class TieOut(Schema):
    """How a member (`created_by_id`) met a person. Through whom is told where one sees them."""

    id = Id(required=True)
    person_id = Id(required=True)
    met_on = fields.String(required=True)
    met_where = fields.String(required=True)
    met_through = fields.Nested(Through, allow_none=True, required=True)
    visibility = fields.Nested(Audience, required=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


TieList = items_schema(TieOut, "TieList")


def dump_tie(actor: Actor, row: Any) -> dict[str, Any]:
    """A tie's row as TieOut, as the actor reads it."""
    through = {"kind": "person", "id": row.through_id} if row.through_id else None
    return {
        "id": row.id,
        "person_id": row.person_id,
        "met_on": row.met_on,
        "met_where": row.met_where,
        "met_through": through,
        **dump_authored(actor, row),
    }
