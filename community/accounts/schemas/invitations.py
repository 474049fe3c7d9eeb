"""What the API and the forms of invitations take and give."""

from marshmallow import fields

from community.accounts.models import INVITATION_STATES
from community.core.fields import Choice, Email, Id, Schema, Text, YesNo
from community.identity.models import ROLES
from community.web import endpoints


class InvitationArgs(endpoints.PageArgs):
    """Which invitations are listed."""

    state = Choice(INVITATION_STATES, load_default=None)


class InvitationIn(Schema):
    """Somebody to be asked into the team."""

    email = Email(required=True)
    role = Choice(ROLES, load_default="member")
    note = Text(length=400, load_default="")


class InvitationOut(Schema):
    """An invitation; its link is in the mail alone."""

    id = Id(required=True)
    email = fields.String(required=True)
    role = Choice(ROLES, required=True)
    note = fields.String(required=True)
    state = Choice(INVITATION_STATES, required=True)
    expires_at = fields.DateTime(required=True)
    created_by_id = Id(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class ManyIn(Schema):
    """Addresses as they were pasted; a dry run only tells them apart."""

    lines = Text(length=40_000, minimum=1, required=True, lines=True)
    role = Choice(ROLES, load_default="member")
    note = Text(length=400, load_default="")
    dry_run = YesNo(load_default=False)


class WrongLine(Schema):
    """A pasted line in which no address can be read."""

    line = fields.Integer(required=True)
    text = fields.String(required=True)


class ManyOut(Schema):
    """What became of the addresses; on a dry run nothing is sent."""

    fresh = fields.List(fields.String(), required=True)
    members = fields.List(fields.String(), required=True)
    invited = fields.List(fields.String(), required=True)
    wrong = fields.List(fields.Nested(WrongLine), required=True)
    sent = fields.List(fields.Nested(InvitationOut), required=True)


class JoinForm(Schema):
    """The page behind an invitation's link."""

    name = Text(length=200, load_default="")
    is_me = YesNo(load_default=False)
    agreed = Text(length=12, load_default="")
