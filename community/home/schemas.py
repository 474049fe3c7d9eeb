"""What the API takes and gives on timelines and search."""

from marshmallow import fields

from community.core.fields import Audience, Choice, Id, Schema, Text, Whole
from community.home.queries import KINDS
from community.home.queries.search import KINDS as SEARCHED
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


class SharedOut(Schema):
    """One thing in common: `organisation` and `person` (`id` names them, where one sees them), `tag`,
    or a fact said of both (`place`, `language`, `interest`, `skill`)."""

    kind = fields.String(required=True)
    text = fields.String(required=True)
    id = fields.UUID(required=True, allow_none=True)
    words = fields.String(required=True)


class SearchArgs(PageArgs):
    """The words to look for, and of which kind; a cursor reads on within one kind."""

    q = Text(required=True, length=200, minimum=1)
    kind = Choice(SEARCHED, load_default=None)
    limit = Whole(low=1, high=100, load_default=20)


class MatchOut(Schema):
    """A thing in which some of the words are: what the excerpt is taken from."""

    kind = fields.String(required=True)
    id = fields.UUID(required=True)
    text = fields.String(required=True)
    happened_at = fields.AwareDateTime(required=True)


class HitOut(Schema):
    """One thing that was found. `kind` and `id` name the resource; `text` is an excerpt.

    `person_id` is whom it is about. `matches` are what is said of a person with the words.
    """

    kind = fields.String(required=True)
    id = fields.UUID(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    person_id = fields.UUID(required=True, allow_none=True)
    happened_at = fields.AwareDateTime(required=True, allow_none=True)
    matches = fields.List(fields.Nested(MatchOut), required=True)


class QuestionsOut(Schema):
    """What one does not know of somebody: the question of the day, if any, and those put aside."""

    asked = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)
    dismissed = fields.List(fields.String(), required=True)
