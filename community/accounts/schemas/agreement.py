"""What the API of the group agreement takes and gives."""

from typing import Any

from marshmallow import fields

from community.accounts.models import AgreementVersion
from community.core.fields import Id, Schema, Text, Whole


class VersionIn(Schema):
    """A new version. `number` is the one in force that its writer saw, 0 for none."""

    body = Text(length=20_000, lines=True, required=True)
    number = Whole(allow_none=True, load_default=None)


class AcceptanceIn(Schema):
    """That one accepts the version with this number."""

    number = Whole(required=True)


class AgreementOut(Schema):
    """A version of what the group agreed on (Markdown), for whoever asks; number 0 is none."""

    id = Id(required=True, allow_none=True)
    number = fields.Integer(required=True)
    body = fields.String(required=True)
    created_by_id = Id(required=True, allow_none=True)
    created_at = fields.DateTime(required=True, allow_none=True)
    is_accepted = fields.Boolean(required=True)


class VersionOut(Schema):
    """A version, and how many accepted it."""

    id = Id(required=True)
    number = fields.Integer(required=True)
    body = fields.String(required=True)
    created_by_id = Id(required=True)
    created_at = fields.DateTime(required=True)
    accepted = fields.Integer(required=True)


class AcceptanceOut(Schema):
    """A member and when they accepted the version in force; null where they have not."""

    person_id = Id(required=True)
    name = fields.String(required=True)
    accepted_at = fields.DateTime(required=True, allow_none=True)


class Acceptances(Schema):
    """Everybody in the team, by name."""

    items = fields.List(fields.Nested(AcceptanceOut), required=True)
    next = fields.String(required=True, allow_none=True)


NOTHING_AGREED: dict[str, Any] = {
    "id": None,
    "number": 0,
    "body": "",
    "created_by_id": None,
    "created_at": None,
    "is_accepted": True,
}


def dump_version(version: AgreementVersion, *, is_accepted: bool) -> dict[str, Any]:
    """A version as the API shows it to somebody."""
    return {
        "id": version.id,
        "number": version.number,
        "body": version.body,
        "created_by_id": version.author_id,
        "created_at": version.created_at,
        "is_accepted": is_accepted,
    }


def dump_row(row: Any) -> dict[str, Any]:
    """A version in a list."""
    names = ("id", "number", "body", "created_by_id", "created_at", "accepted")
    return {name: getattr(row, name) for name in names}
