"""Organisations and positions as programs and forms send and read them."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from community.core.fields import Audience, Choice, Day, Id, Schema, Text, Url, Whole, YesNo
from community.identity.models import Actor
from community.people.schemas import PositionIn, dump_authored
from community.people.schemas.values import NAME
from community.web.endpoints import PageArgs, items_schema

ABOUT = 2_000


class WebAddress(Url):
    """A web address, or nothing."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if value == "":
            return ""
        return super()._deserialize(value, attr, data, **kwargs)


class OrganisationPatch(Schema):
    """What may be changed of an organisation."""

    name = Text(length=NAME, minimum=1)
    web = WebAddress()
    about = Text(length=ABOUT, lines=True)
    visibility = fields.Nested(Audience)


class OrganisationIn(OrganisationPatch):
    """A new organisation; the team sees it unless `visibility` says otherwise."""

    name = Text(length=NAME, minimum=1, required=True)


class OrganisationForm(OrganisationIn):
    """An organisation as the form sends it."""

    version = Whole(load_default=None, allow_none=True)


class OrganisationArgs(PageArgs):
    """Filters of the list of organisations."""

    q = Text(length=NAME, load_default="")
    archived = Choice(("true", "false", "any"), load_default="false")


class OrganisationOut(Schema):
    """An organisation."""

    id = Id(required=True)
    name = fields.String(required=True)
    web = fields.String(required=True)
    about = fields.String(required=True)
    state = Choice(("active", "archived"), required=True)
    visibility = fields.Nested(Audience, required=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class PersonAt(Schema):
    """Somebody who is or was at an organisation: a row a position."""

    id = Id(required=True, metadata={"description": "The position's."})
    person_id = Id(required=True)
    name = fields.String(required=True)
    is_member = fields.Boolean(required=True)
    title = fields.String(required=True)
    from_on = fields.Date(allow_none=True, required=True)
    to_on = fields.Date(allow_none=True, required=True)


class NewPosition(PositionIn):
    """A new position; with `closes_current` those that last end where this one begins."""

    closes_current = YesNo(load_default=False)


class PositionPatch(Schema):
    """What may be changed of a position."""

    organisation = Text(length=NAME)
    title = Text(length=NAME)
    from_on = Day(allow_none=True)
    to_on = Day(allow_none=True)


class PlacedPosition(Schema):
    """A position with its id, and the organisation it is at where the reader sees that one."""

    id = Id(required=True)
    organisation = fields.String(required=True)
    organisation_id = Id(allow_none=True, required=True)
    title = fields.String(required=True)
    from_on = fields.Date(allow_none=True, required=True)
    to_on = fields.Date(allow_none=True, required=True)


OrganisationList = items_schema(OrganisationOut, "OrganisationList")
PeopleAt = items_schema(PersonAt, "PeopleAt")
PositionList = items_schema(PlacedPosition, "PositionList")


def dump_organisation(actor: Actor, row: Any) -> dict[str, Any]:
    """An organisation as OrganisationOut, as the actor reads it."""
    return {
        "id": row.id,
        "name": row.name,
        "web": row.web,
        "about": row.about,
        "state": row.state,
        **dump_authored(actor, row),
    }


def dump_person_at(row: Any) -> dict[str, Any]:
    """A row of `find_people_at` as PersonAt."""
    return {name: getattr(row, name) for name in _PERSON_AT}


def dump_position(row: Any) -> dict[str, Any]:
    """A row of `find_positions` as PlacedPosition."""
    return {name: getattr(row, name) for name in _POSITION}


_POSITION = ("id", "organisation", "organisation_id", "title", "from_on", "to_on")
_PERSON_AT = ("id", "person_id", "name", "is_member", "title", "from_on", "to_on")
