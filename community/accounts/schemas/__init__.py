"""What the API and the forms of accounts take and give."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from community.accounts.models import SCOPES
from community.core.fields import Audience, Choice, Email, Id, Moment, Schema, Text, Whole, YesNo
from community.core.i18n import gettext as _
from community.core.validators import Length
from community.identity.models import DEFAULT_AUDIENCES, ROLES, SECOND_FACTOR, SETTINGS, Team

_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")


class ClockTime(Text):
    """A time of day, `HH:MM`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(length=5, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not _CLOCK.fullmatch(text):
            raise ValidationError(_("This must be a time of day, like 22:00."))
        return text


class QuietHours(Schema):
    """When no mail is wanted, in the member's own time zone; it may pass midnight."""

    starts = ClockTime(required=True)
    ends = ClockTime(required=True)


class Capacity(Schema):
    """What a member says they can do in a month; null says nothing."""

    hours_per_month = Whole(high=400, allow_none=True, load_default=None)
    times_per_month = Whole(high=400, allow_none=True, load_default=None)


class MeIn(Schema):
    """Own fields that may be changed; those that are left out stay."""

    name = Text(length=200, minimum=1)
    call_name = Text(length=60)
    locale = Text(length=20)
    zone = Text(length=60)
    hotkeys = YesNo()
    default_visibility = fields.Nested(Audience)
    quiet_hours = fields.Nested(QuietHours, allow_none=True)
    capacity = fields.Nested(Capacity, allow_none=True)


class TeamRef(Schema):
    """A team in short."""

    id = Id(required=True)
    slug = fields.String(required=True)
    name = fields.String(required=True)


class MeOut(Schema):
    """Who the token acts as. `id` is the person, as everywhere."""

    id = Id(required=True)
    member_id = Id(required=True)
    name = fields.String(required=True)
    call_name = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    role = Choice(ROLES, required=True)
    state = Choice(("active", "left"), required=True)
    team = fields.Nested(TeamRef, required=True)
    scopes = fields.List(fields.String(), required=True)
    locale = fields.String(required=True)
    zone = fields.String(required=True)
    hotkeys = fields.Boolean(required=True)
    default_visibility = fields.Nested(Audience, required=True)
    quiet_hours = fields.Nested(QuietHours, required=True, allow_none=True)
    capacity = fields.Nested(Capacity, required=True, allow_none=True)
    joined_at = fields.DateTime(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class DepartureOut(Schema):
    """That one has left."""

    id = Id(required=True)
    state = Choice(("left",), required=True)


class TeamSettings(Schema):
    """What owners set for the whole team; what is left out stays.

    `outside_name` is what the team calls the people outside; `default_audience` whom a new
    member's notes are for at first; `second_factor` who must have one.
    """

    region = Text(length=2, allow_none=True)
    outside_name = Text(length=40)
    default_audience = Choice(DEFAULT_AUDIENCES)
    second_factor = Choice(SECOND_FACTOR)


class TeamIn(Schema):
    """The team's fields that an owner may change."""

    name = Text(length=120, minimum=1)
    zone = Text(length=60)
    locale = Text(length=20)
    settings = fields.Nested(TeamSettings)


class TeamOut(Schema):
    """The team a token belongs to."""

    id = Id(required=True)
    slug = fields.String(required=True)
    name = fields.String(required=True)
    zone = fields.String(required=True)
    locale = fields.String(required=True)
    settings = fields.Nested(TeamSettings, required=True)
    is_demo = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


def dump_team(team: Team) -> dict[str, Any]:
    """A team as the API shows it."""
    plain = ("id", "slug", "name", "zone", "locale", "is_demo")
    stamps = ("created_at", "updated_at", "version")
    return {
        **{name: getattr(team, name) for name in (*plain, *stamps)},
        "settings": {name: team.settings.get(name, default) for name, default in SETTINGS.items()},
    }


class MemberIn(Schema):
    """A member's role."""

    role = Choice(ROLES, required=True)


class MemberOut(Schema):
    """Somebody in the team. `id` is their person id."""

    id = Id(required=True)
    member_id = Id(required=True)
    name = fields.String(required=True)
    call_name = fields.String(required=True)
    role = Choice(ROLES, required=True)
    state = Choice(("active",), required=True)
    joined_at = fields.DateTime(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class TokenIn(Schema):
    """A new API token."""

    name = Text(length=80, minimum=1, required=True)
    scopes = fields.List(Choice(SCOPES), required=True, validate=Length(min=1, max=len(SCOPES)))
    expires_at = Moment(allow_none=True, load_default=None)


class TokenOut(Schema):
    """An API token without its secret."""

    id = Id(required=True)
    name = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    state = Choice(("active", "expired"), required=True)
    created_by_id = Id(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    last_used_at = fields.DateTime(required=True, allow_none=True)


class NewTokenOut(TokenOut):
    """A new API token with its secret, this once."""

    token = fields.String(required=True)


class SessionOut(Schema):
    """A signed-in browser of one's own."""

    id = Id(required=True)
    name = fields.String(required=True)
    user_agent = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    seen_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)


class SessionIn(Schema):
    """What a browser is called; nothing for what it calls itself."""

    name = Text(length=80, required=True)


class FactorOut(Schema):
    """A second factor of one's own, without anything secret."""

    id = Id(required=True)
    kind = Choice(("app", "passkey"), required=True)
    name = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    last_used_at = fields.DateTime(required=True, allow_none=True)


class FactorsOut(Schema):
    """One's second factors, and how many recovery codes are left."""

    items = fields.List(fields.Nested(FactorOut), required=True)
    recovery_codes_left = fields.Integer(required=True)
    is_required = fields.Boolean(required=True)


class CircleIn(Schema):
    """A new circle."""

    name = Text(length=80, minimum=1, required=True)
    purpose = Text(length=400, load_default="", lines=True)


class CircleChange(Schema):
    """A circle's fields that may be changed; those that are left out stay."""

    name = Text(length=80, minimum=1)
    purpose = Text(length=400, lines=True)


class CircleMemberIn(Schema):
    """How somebody is in a circle; without `is_keeper` that stays as it is."""

    is_keeper = YesNo()


class CircleMemberOut(Schema):
    """Somebody in a circle."""

    person_id = Id(required=True)
    name = fields.String(required=True)
    is_keeper = fields.Boolean(required=True)


class CircleOut(Schema):
    """A circle and who is in it."""

    id = Id(required=True)
    name = fields.String(required=True)
    purpose = fields.String(required=True)
    state = Choice(("open", "closed"), required=True)
    members = fields.List(fields.Nested(CircleMemberOut), required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)


class LinkForm(Schema):
    """Ask for a sign-in link."""

    email = Email(required=True)


class PasswordSignInForm(Schema):
    """Sign in by a password."""

    email = Email(required=True)
    password = Text(length=1000, minimum=1, required=True)


class CodeForm(Schema):
    """A code of the app, or a recovery code."""

    code = Text(length=60, minimum=1, required=True)


class AppCodeForm(Schema):
    """The first code that an app shows."""

    code = Text(length=20, minimum=1, required=True)


class ConfirmForm(Schema):
    """A proof that it is oneself: whichever one has."""

    code = Text(length=60, load_default="")
    password = Text(length=1000, load_default="")


class PasskeyAnswerForm(Schema):
    """What a passkey signed, as the browser hands it on."""

    answer = Text(length=20_000, minimum=1, required=True)


class PasskeyForm(PasskeyAnswerForm):
    """A new passkey and its name."""

    name = Text(length=80, minimum=1, required=True)


class NameForm(Schema):
    """What a passkey is called."""

    name = Text(length=80, minimum=1, required=True)


class SessionNameForm(Schema):
    """What a browser is called; nothing for what it calls itself."""

    name = Text(length=80, load_default="")


class SetupForm(Schema):
    """The first team and its owner."""

    team_name = Text(length=120, minimum=1, required=True)
    slug = Text(length=60, minimum=1, required=True)
    name = Text(length=200, minimum=1, required=True)
    email = Email(required=True)
    zone = Text(length=60, minimum=1, required=True)
    password = Text(length=1000, load_default="")


class ProfileForm(Schema):
    """The profile page's main form."""

    name = Text(length=200, minimum=1, required=True)
    call_name = Text(length=60, load_default="")
    zone = Text(length=60, minimum=1, required=True)
    default_audience = Choice(("private", "team"), required=True)
    quiet_starts = ClockTime(allow_none=True, load_default=None)
    quiet_ends = ClockTime(allow_none=True, load_default=None)
    hours_per_month = Whole(high=400, allow_none=True, load_default=None)
    times_per_month = Whole(high=400, allow_none=True, load_default=None)


class EmailForm(Schema):
    """A new address of one's own."""

    email = Email(required=True)
    current_password = Text(length=1000, load_default="")


class NewPasswordForm(Schema):
    """A new password of one's own."""

    current_password = Text(length=1000, load_default="")
    password = Text(length=1000, minimum=1, required=True)


class ResetPasswordForm(Schema):
    """A new password behind a mailed link."""

    password = Text(length=1000, minimum=1, required=True)


class AppearanceForm(Schema):
    """Theme of this browser and language of this person."""

    theme = Choice(("system", "light", "dark"), required=True)
    locale = Text(length=20, minimum=1, required=True)


class KeyboardForm(Schema):
    """Whether single keys act."""

    hotkeys = YesNo(load_default=False)


class TokenForm(Schema):
    """A new token from the settings page."""

    name = Text(length=80, minimum=1, required=True)
    scopes = fields.List(Choice(SCOPES), required=True, validate=Length(min=1, max=len(SCOPES)))
    days = Choice(("30", "90", "365", "never"), required=True)
