"""What the pages of the team and its circles take, and the API of what the group agreed on."""

from community.core.fields import Choice, Id, Schema, Text, Whole
from community.identity.models import DEFAULT_AUDIENCES, ROLES, SECOND_FACTOR


class MemberForm(Schema):
    """Another role for a member."""

    role = Choice(ROLES, required=True)
    version = Whole(required=True)


class RemovalForm(Schema):
    """A name, typed to confirm."""

    confirm = Text(length=200, minimum=1, required=True)


class CircleForm(Schema):
    """A circle's name and what it is for."""

    name = Text(length=80, minimum=1, required=True)
    purpose = Text(length=400, load_default="", lines=True)
    version = Whole(load_default=None, allow_none=True)


class SeatForm(Schema):
    """A member to be let into a circle."""

    person_id = Id(required=True)


class NewTeamForm(Schema):
    """Another team of somebody who is signed in."""

    team_name = Text(length=120, minimum=1, required=True)
    slug = Text(length=60, minimum=1, required=True)
    name = Text(length=200, minimum=1, required=True)
    zone = Text(length=60, minimum=1, required=True)


class TeamForm(Schema):
    """The team's settings, as their page sends them."""

    name = Text(length=120, minimum=1, required=True)
    zone = Text(length=60, minimum=1, required=True)
    locale = Text(length=20, minimum=1, required=True)
    region = Text(length=2, allow_none=True, load_default=None)
    outside_name = Text(length=40, load_default="")
    default_audience = Choice(DEFAULT_AUDIENCES, required=True)
    second_factor = Choice(SECOND_FACTOR, required=True)
    version = Whole(required=True)


class AgreementForm(Schema):
    """A new version of what the group agrees on; empty ends it."""

    body = Text(length=20_000, load_default="", lines=True)
    number = Whole(required=True)


class AcceptanceForm(Schema):
    """That one accepts the version one read."""

    agreed = Text(length=12, load_default="")
    number = Whole(required=True)
