"""What members say of themselves, as programs and forms send and read it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields

from community.core.fields import Audience, Id, Schema, Text, Whole
from community.identity.models import Actor
from community.people.models import PARTS
from community.people.queries.profiles import Entry
from community.people.schemas import dump_authored
from community.web.endpoints import PageArgs, items_schema

WORDS = 5_000


class PartIn(Schema):
    """A part of my page; empty takes it away."""

    text = Text(length=WORDS, lines=True, load_default="")
    visibility = fields.Nested(Audience)


class PartForm(PartIn):
    """A part as its form sends it."""

    version = Whole(load_default=None, allow_none=True)


class PartOut(Schema):
    """A part of somebody's page, in their own words."""

    text = fields.String(required=True)
    visibility = fields.Nested(Audience, required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class ProfileIn(Schema):
    """Parts of my page; those left out stay as they are, and null takes one away."""

    story = fields.Nested(PartIn, allow_none=True)
    values = fields.Nested(PartIn, allow_none=True)
    strengths = fields.Nested(PartIn, allow_none=True)
    gaps = fields.Nested(PartIn, allow_none=True)
    how_to_work = fields.Nested(PartIn, allow_none=True)
    goals = fields.Nested(PartIn, allow_none=True)
    wishes = fields.Nested(PartIn, allow_none=True)


class ProfileOut(Schema):
    """What a member says of themself, as far as one may read it."""

    person_id = Id(required=True)
    story = fields.Nested(PartOut, required=True, allow_none=True)
    values = fields.Nested(PartOut, required=True, allow_none=True)
    strengths = fields.Nested(PartOut, required=True, allow_none=True)
    gaps = fields.Nested(PartOut, required=True, allow_none=True)
    how_to_work = fields.Nested(PartOut, required=True, allow_none=True)
    goals = fields.Nested(PartOut, required=True, allow_none=True)
    wishes = fields.Nested(PartOut, required=True, allow_none=True)


class DirectoryEntryOut(ProfileOut):
    """A member in the directory."""

    name = fields.String(required=True)
    call_name = fields.String(required=True)
    title = fields.String(required=True)


Directory = items_schema(DirectoryEntryOut, "Directory")


class DirectoryArgs(PageArgs):
    """Words that are in a member's name or in what they say of themself."""

    q = Text(length=200, load_default="")


def dump_profile(actor: Actor, person_id: UUID, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Rows by part as ProfileOut."""
    return {"person_id": person_id, **_dump_parts(actor, parts)}


def dump_entry(actor: Actor, entry: Entry) -> dict[str, Any]:
    """A member as DirectoryEntryOut."""
    return {
        "person_id": entry.id,
        "name": entry.name,
        "call_name": entry.call_name,
        "title": entry.title,
        **_dump_parts(actor, entry.parts),
    }


def _dump_parts(actor: Actor, parts: Mapping[str, Any]) -> dict[str, Any]:
    return {part: _dump_part(actor, parts.get(part)) for part in PARTS}


def _dump_part(actor: Actor, row: Any | None) -> dict[str, Any] | None:
    if row is None:
        return None
    said = dump_authored(actor, row)
    del said["created_by_id"]
    return {"text": row.text, **said}
