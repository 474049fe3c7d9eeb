"""What the API and the forms of notices take and give."""

from marshmallow import fields, validate

from community.core.fields import Choice, Id, Schema, Text, YesNo
from community.core.validators import Length
from community.notifications.models import CHANNELS
from community.notifications.queries import STATES
from community.web.endpoints import PageArgs


class NoticeArgs(PageArgs):
    """Filters of the list of notices."""

    state = Choice(STATES, load_default=None, allow_none=True)


class NoticeOut(Schema):
    """A notice in words; `path` is the page it leads to."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    label = fields.String(required=True)
    sentence = fields.String(required=True)
    reason = fields.String(required=True)
    path = fields.String(required=True)
    thing_kind = fields.String(required=True)
    thing_id = fields.UUID(required=True)
    from_person_id = fields.UUID(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    created_at = fields.DateTime(required=True)
    seen_at = fields.DateTime(required=True, allow_none=True)


class SeenIn(Schema):
    """Which notices were seen; without `ids` all of them."""

    ids = fields.List(Id(), load_default=None, allow_none=True, validate=Length(max=100))


class SeenOut(Schema):
    """How many became seen by this request."""

    seen = fields.Integer(required=True)


class PreferenceIn(Schema):
    """One kind's switches; a channel that is left out is as by default."""

    kind = Text(length=60, required=True)
    app = YesNo()
    mail = YesNo()


class PreferencesIn(Schema):
    """All switches; kinds that are left out are as by default."""

    items = fields.List(fields.Nested(PreferenceIn), required=True, validate=Length(max=200))


class PreferenceOut(Schema):
    """One kind and its switches; null where it never goes by that channel."""

    kind = fields.String(required=True)
    label = fields.String(required=True)
    app = fields.Boolean(required=True, allow_none=True)
    mail = fields.Boolean(required=True, allow_none=True)


class PreferencesOut(Schema):
    """All kinds."""

    items = fields.List(fields.Nested(PreferenceOut), required=True)


class SwitchIn(Schema):
    """One switch of the portal."""

    kind = Text(length=60, required=True)
    channel = Choice(CHANNELS, required=True)
    enabled = YesNo()


class PreferencesForm(Schema):
    """The portal's page of switches: the kinds that are on, a list for each channel."""

    app = fields.List(Text(length=60))
    mail = fields.List(Text(length=60))
