"""What the API of the audit gives."""

from marshmallow import fields

from community.core.fields import Schema


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
