"""Achievements and hard times as programs and forms send and read them."""

from typing import Any

from marshmallow import fields

from community.core.fields import Audience, Choice, Day, Id, Schema, Text, Whole, YesNo
from community.identity.models import Actor
from community.people.models import ACHIEVEMENT, IMPORTED, MOMENTS, ORIGINS
from community.people.policy import sees_claim
from community.people.schemas import dump_authored
from community.web.endpoints import items_schema

TITLE = 200


class MomentPatch(Schema):
    """What may be changed of an achievement or a hard time."""

    title = Text(length=TITLE, minimum=1)
    happened_on = Day()
    source = Choice(ORIGINS)
    visibility = fields.Nested(Audience)


class AchievementIn(MomentPatch):
    """What somebody achieved; today, unless it says when."""

    title = Text(length=TITLE, minimum=1, required=True)


class HardTimeIn(AchievementIn):
    """What somebody goes through, since `happened_on`; for oneself, or people one names.

    `is_with`: and whoever notes it is with them.
    """

    is_with = YesNo()


class MomentForm(Schema):
    """Either, as the form sends it."""

    kind = Choice(MOMENTS, load_default=ACHIEVEMENT)
    title = Text(length=TITLE, minimum=1, required=True)
    happened_on = Day(load_default=None, allow_none=True)
    source = Choice(ORIGINS, load_default="told_me")
    is_with = YesNo()
    visibility = fields.Nested(Audience)
    version = Whole(load_default=None, allow_none=True)


class CongratulationPatch(Schema):
    """`sent` when one has written; `claimed` takes that back."""

    state = Choice(("claimed", "sent"), required=True)


class SupportPatch(Schema):
    """`over` when the hard time is; `open` takes that back."""

    state = Choice(("open", "over"), required=True)


class _MomentOut(Schema):
    """What both say. `claimed_by_id`: who took it on; not told to whom it is about, nor to guests."""

    id = Id(required=True)
    person_id = Id(required=True)
    title = fields.String(required=True)
    happened_on = fields.Date(required=True)
    source = Choice((*ORIGINS, IMPORTED), required=True)
    claimed_by_id = Id(required=True, allow_none=True)
    claimed_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    subject_sees = fields.Boolean(required=True)
    visibility = fields.Nested(Audience, required=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class AchievementOut(_MomentOut):
    """What somebody achieved, and who congratulates them: noticed, claimed by one, sent."""

    state = Choice(("noticed", "claimed", "sent"), required=True)


class HardTimeOut(_MomentOut):
    """What somebody goes through, and who is with them: noticed, claimed by one, over."""

    state = Choice(("noticed", "claimed", "over"), required=True)


AchievementList = items_schema(AchievementOut, "AchievementList")
HardTimeList = items_schema(HardTimeOut, "HardTimeList")


def dump_moment(actor: Actor, row: Any) -> dict[str, Any]:
    """A moment's row as AchievementOut or HardTimeOut, as the actor reads it."""
    told = sees_claim(actor, row)
    state = "noticed" if row.state == "claimed" and not told else row.state
    return {
        "id": row.id,
        "person_id": row.person_id,
        "title": row.title,
        "happened_on": row.happened_on,
        "source": row.source,
        "state": state,
        "claimed_by_id": row.claimer_id if told else None,
        "claimed_at": row.claimed_at if told else None,
        "ended_at": row.ended_at,
        "subject_sees": row.person_is_member and row.subject_reads,
        **dump_authored(actor, row),
    }
