"""What the API takes and gives on timelines and search."""

from marshmallow import fields

from community.core.fields import Audience, Choice, Id, Schema, Text, Whole
from community.home.queries import KINDS
from community.web.endpoints import PageArgs


class TimelineArgs(PageArgs):
    """Of one kind, or of one member."""

    kind = Choice(tuple(kind.code for kind in KINDS), load_default=None)
    member = Id(load_default=None, metadata={"description": "The member's person id."})


class TimelineItemOut(Schema):
    """One thing that happened. `kind` and `id` name the resource it is read by."""

    kind = fields.String(required=True)
    id = fields.UUID(required=True)
    happened_at = fields.DateTime(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    created_by_id = fields.UUID(required=True)
    created_by_name = fields.String(required=True)
    source = fields.String(required=True)
    visibility = fields.Nested(Audience, required=True)


class AboutItemOut(TimelineItemOut):
    """One thing that is here about oneself. `can_dispute`: by `POST /disputes`, or `/gives/{id}/dispute`."""

    created_at = fields.AwareDateTime(required=True)
    is_disputed = fields.Boolean(required=True)
    can_dispute = fields.Boolean(required=True)


class OpeningOut(Schema):
    """That somebody opened what is here about oneself, on a day; once a reader and day.

    Whom one may not know is told without name and id.
    """

    day = fields.Date(required=True)
    reader_id = fields.UUID(required=True, allow_none=True)
    reader_name = fields.String(required=True)


class SearchArgs(Schema):
    """The words to look for, and how many hits."""

    q = Text(required=True, length=200, minimum=1)
    limit = Whole(low=1, high=100, load_default=20)


class HitOut(Schema):
    """One thing that was found."""

    kind = fields.String(required=True)
    id = fields.UUID(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    person_id = fields.UUID(required=True, allow_none=True)
