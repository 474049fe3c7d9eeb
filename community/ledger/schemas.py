"""Gives as programs send and read them."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validates_schema

from community.core.fields import Audience, Choice, Day, Id, Schema, Text, Whole, YesNo
from community.core.i18n import gettext as _
from community.ledger.actions import Draft, Letter
from community.ledger.models import KINDS, SIZES, STATES
from community.ledger.queries import GiveFilter, SeenGive
from community.people.schemas.values import LEARNED
from community.web.endpoints import PageArgs, items_schema

STORY, SUBJECT, BODY, REASON = 2_000, 200, 5_000, 1_000
MINUTES = 14_400
ME = "me"


class Whom(Id):
    """A person id, or `me`."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if value == ME:
            return ME
        if isinstance(value, str) and not re.fullmatch(r"[0-9a-fA-F-]{36}", value):
            raise ValidationError(_("This is a person's id, or “me”."))
        return super()._deserialize(value, attr, data, **kwargs)


class LetterIn(Schema):
    """Words to somebody outside, as the giver approved them."""

    subject = Text(length=SUBJECT, minimum=1, required=True)
    body = Text(length=BODY, minimum=1, lines=True, required=True)


class GiveIn(Schema):
    """Help that was given. One of the two is whoever logs it; who is left out is them too."""

    giver_id = Id(load_default=None, allow_none=True)
    receiver_id = Id(load_default=None, allow_none=True)
    kind = Choice(KINDS, load_default="other")
    size = Choice(SIZES, load_default=None, allow_none=True)
    happened_on = Day(load_default=None, allow_none=True)
    story = Text(length=STORY, lines=True, load_default="")
    minutes = Whole(low=1, high=MINUTES, load_default=None, allow_none=True)
    visibility = fields.Nested(Audience, load_default=None, allow_none=True)
    no_reply = YesNo(load_default=False)
    tell_outsider = fields.Nested(LetterIn, load_default=None, allow_none=True)
    inspired_by_id = Id(load_default=None, allow_none=True)


class ThanksIn(Schema):
    """Thanks for something somebody gave me; it counts at once."""

    giver_id = Id(required=True)
    kind = Choice(KINDS, load_default="other")
    impact = Choice(SIZES, load_default=None, allow_none=True)
    story = Text(length=STORY, lines=True, load_default="")
    happened_on = Day(load_default=None, allow_none=True)
    minutes = Whole(low=1, high=MINUTES, load_default=None, allow_none=True)
    visibility = fields.Nested(Audience, load_default=None, allow_none=True)


class AcknowledgementIn(Schema):
    """Yes, thank you; and how much it meant."""

    impact = Choice(SIZES, load_default=None, allow_none=True)
    thanks = Text(length=STORY, lines=True, load_default="")


class AmendmentIn(AcknowledgementIn):
    """Yes, thank you, with the receiver's own kind, size or day."""

    kind = Choice(KINDS, load_default=None, allow_none=True)
    size = Choice(SIZES, load_default=None, allow_none=True)
    happened_on = Day(load_default=None, allow_none=True)


class DisputeIn(Schema):
    """Not how I remember it."""

    reason = Text(length=REASON, lines=True, load_default="")


class ReplacementIn(Schema):
    """What stands in a corrected entry's place; what is left out stays as it was."""

    kind = Choice(KINDS)
    size = Choice(SIZES)
    impact = Choice(SIZES, allow_none=True)
    happened_on = Day()
    story = Text(length=STORY, lines=True)
    minutes = Whole(low=1, high=MINUTES, allow_none=True)


class CorrectionIn(Schema):
    """A counter-entry, with or without another entry in its place."""

    replacement = fields.Nested(ReplacementIn, load_default=None, allow_none=True)


class SharingIn(Schema):
    """Who may see it from now on."""

    visibility = fields.Nested(Audience, required=True)


class Nothing(Schema):
    """A body without fields."""


class SentenceIn(Schema):
    """The portal's sentence: thank whom for what, or I helped whom with what."""

    mode = Choice(("thank", "helped"), load_default="thank")
    who = Text(length=200, minimum=1, required=True)
    who_id = Id(load_default=None, allow_none=True)
    add = YesNo(load_default=False)
    what = Text(length=STORY, minimum=1, lines=True, required=True)
    kind = Choice(KINDS, load_default="other")
    size = Choice(SIZES, load_default=None, allow_none=True)
    impact = Choice(SIZES, load_default=None, allow_none=True)
    happened_on = Day(load_default=None, allow_none=True)
    minutes = Whole(low=1, high=MINUTES, load_default=None, allow_none=True)
    visibility = fields.Nested(Audience, load_default=None, allow_none=True)
    shown_audience = Choice(("private", "team"), load_default="team")
    no_reply = YesNo(load_default=False)
    tell = YesNo(load_default=False)
    subject = Text(length=SUBJECT, load_default="")
    body = Text(length=BODY, lines=True, load_default="")
    because = Id(load_default=None, allow_none=True)
    learned = Text(length=LEARNED, lines=True, load_default="")

    @validates_schema(skip_on_field_errors=False)
    def _check_the_helpers_part(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """What is for help one gave: refused beside a thanks; a mail needs both its parts."""
        no_reply, tell = data.get("no_reply"), data.get("tell")
        found: dict[str, list[str]] = {}
        if data.get("mode", "thank") == "thank":
            words = _("This is for help you gave. A thanks always reaches them.")
            found = {name: [words] for name, on in (("no_reply", no_reply), ("tell", tell)) if on}
        elif tell:
            if not data.get("subject"):
                found["subject"] = [_("Write a subject for the mail to them.")]
            if not data.get("body"):
                found["body"] = [_("Write what the mail to them should say.")]
        if found:
            raise ValidationError(found)


class CorrectionForm(ReplacementIn):
    """The portal's correction: take it out, or put this in its place."""

    way = Choice(("replace", "remove"), load_default="replace")
    size = Choice(SIZES, allow_none=True)


class AnswerIn(Schema):
    """The answer of somebody outside."""

    answer = Choice(("yes", "no"), required=True)
    words = Text(length=REASON, lines=True, load_default="")


class GivesArgs(PageArgs):
    """Filters of the list: people (or `me`), kind, state, from which day on, thanked or not."""

    from_ = Whom(data_key="from", load_default=None)
    to = Whom(load_default=None)
    with_ = Whom(data_key="with", load_default=None)
    kind = Choice(KINDS, load_default=None)
    state = Choice(STATES, load_default=None)
    since = Day(load_default=None)
    thanked = Choice(("yes", "no"), load_default=None)


class LetterOut(Schema):
    """Words to somebody outside; only their writer reads them."""

    subject = fields.String(required=True)
    body = fields.String(required=True)


class GiveOut(Schema):
    """A give as its reader sees it.

    `counted_value` is what counts in the reader's own figures; `awaiting` says that the
    receiver was asked and has not answered.
    """

    id = fields.UUID(required=True)
    giver_id = fields.UUID(required=True)
    giver_name = fields.String(required=True)
    receiver_id = fields.UUID(required=True)
    receiver_name = fields.String(required=True)
    kind = Choice(KINDS, required=True)
    size = Choice(SIZES, required=True)
    impact = Choice(SIZES, required=True, allow_none=True)
    happened_on = fields.Date(required=True)
    story = fields.String(required=True)
    thanks = fields.String(required=True)
    dispute_reason = fields.String(required=True)
    minutes = fields.Integer(required=True, allow_none=True)
    visibility = fields.Nested(Audience, required=True)
    no_reply = fields.Boolean(required=True)
    tell_outsider = fields.Nested(LetterOut, required=True, allow_none=True)
    inspired_by_id = fields.UUID(required=True, allow_none=True)
    replaces_id = fields.UUID(required=True, allow_none=True)
    state = Choice(STATES, required=True)
    value = fields.Float(required=True)
    counted_value = fields.Float(required=True)
    awaiting = fields.Boolean(required=True)
    other_is_deleted = fields.Boolean(
        required=True,
        metadata={"description": "The other one was deleted: a name here, and nowhere else."},
    )
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
    created_by_id = fields.UUID(required=True)
    source = fields.String(
        required=True,
        metadata={"description": "How it came here: `typed`, or `api` by a program."},
    )
    version = fields.Integer(required=True)


class CorrectedOut(GiveOut):
    """The corrected give, and the one that stands in its place."""

    replacement = fields.Nested(GiveOut, required=True, allow_none=True)


GiveList = items_schema(GiveOut, "GiveList")

_SAME = (
    "id",
    "giver_id",
    "giver_name",
    "receiver_id",
    "receiver_name",
    "kind",
    "size",
    "impact",
    "happened_on",
    "story",
    "thanks",
    "dispute_reason",
    "minutes",
    "no_reply",
    "inspired_by_id",
    "replaces_id",
    "state",
    "value",
    "counted_value",
    "awaiting",
    "other_is_deleted",
    "created_at",
    "updated_at",
    "created_by_id",
    "source",
    "version",
)


def dump_give(give: SeenGive) -> dict[str, Any]:
    """A give as `GiveOut` describes it, ready for orjson."""
    letter = {"subject": give.told_subject, "body": give.told_body} if give.told_subject else None
    return {
        **{name: getattr(give, name) for name in _SAME},
        "visibility": {
            "audience": give.audience,
            "people": list(give.audience_people),
            "circle_id": give.circle_id,
        },
        "tell_outsider": letter,
    }


def read_draft(data: Mapping[str, Any]) -> Draft:
    """What `GiveIn` or `ThanksIn` read, as the actions take it."""
    letter = data.get("tell_outsider")
    return Draft(**{**data, "tell_outsider": Letter(**letter) if letter else None})


def read_filter(args: Mapping[str, Any], me: UUID) -> GiveFilter:
    """What `GivesArgs` read; `me` is the reader's person."""

    def whom(value: Any) -> UUID | None:
        return me if value == ME else value

    return GiveFilter(
        giver_id=whom(args["from_"]),
        receiver_id=whom(args["to"]),
        with_id=whom(args["with_"]),
        kind=args["kind"],
        states=(args["state"],) if args["state"] else (),
        since=args["since"],
        thanked={"yes": True, "no": False}.get(args["thanked"] or ""),
    )
