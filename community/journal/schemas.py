"""What the API of the audit takes and gives; its page reads the same filter."""

from typing import Any

from marshmallow import fields

from community.core.fields import Day, Id, Schema, Text
from community.journal.queries import Filter
from community.web.endpoints import PageArgs


class FilterArgs(Schema):
    """Which entries: whose, what they did, to which thing, about whom, from and to which day."""

    actor_id = Id(load_default=None)
    verb = Text(length=60, load_default=None)
    thing_kind = Text(length=60, load_default=None)
    thing_id = Id(load_default=None)
    about_id = Id(load_default=None)
    since = Day(load_default=None)
    until = Day(load_default=None)


class AuditArgs(FilterArgs, PageArgs):
    """A page of the filtered audit."""


def read_filter(args: dict[str, Any]) -> Filter:
    """The filter that was asked for; an empty word asks for nothing."""
    return Filter(**{name: args[name] or None for name in Filter.__dataclass_fields__})


class EntryOut(Schema):
    """Who did what to which thing: ids, verbs and names of fields, never text."""

    id = fields.UUID(required=True)
    at = fields.DateTime(required=True)
    actor_id = fields.UUID(required=True, allow_none=True)
    verb = fields.String(required=True)
    thing_kind = fields.String(required=True)
    thing_id = fields.UUID(required=True)
    about_id = fields.UUID(required=True, allow_none=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields")


class HeadOut(Schema):
    """The end of the chain, to keep elsewhere: `head` is what a check is asked with later."""

    head = fields.String(required=True)
    seq = fields.Integer(required=True)
    digest = fields.String(required=True)
    sealed_at = fields.DateTime(required=True, allow_none=True)
    entries = fields.Integer(required=True)


class CheckArgs(Schema):
    """A head that was kept elsewhere; without one only the chain itself is checked."""

    head = Text(length=80, load_default=None)


class ProblemOut(Schema):
    """Where the journal and its seals disagree, and how."""

    seq = fields.Integer(required=True)
    what = fields.String(required=True)


class CheckOut(Schema):
    """What a check found. `is_whole` is false where the journal is too long to hash in a request."""

    problems = fields.List(fields.Nested(ProblemOut), required=True)
    entries = fields.Integer(required=True)
    is_whole = fields.Boolean(required=True)
