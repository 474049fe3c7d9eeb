"""Facts, earlier words of notes, and preferences as programs and forms send and read them."""

from collections.abc import Sequence
from typing import Any

from marshmallow import fields

from community.core.fields import Audience, Choice, Day, Id, Schema, Text, Whole, YesNo
from community.identity.models import Actor
from community.identity.policy import shown_circle, shown_people
from community.people.models import CERTAINTIES, KINDS, ORIGINS
from community.people.schemas import dump_authored
from community.people.schemas.disputes import REASON
from community.web.endpoints import items_schema

FACT, WORDS, LINE = 1_000, 2_000, 200


class FactPatch(Schema):
    """What may be changed of a fact. `by_on` is the day of a goal or a hope."""

    kind = Choice(KINDS)
    text = Text(length=FACT, minimum=1, lines=True)
    source = Choice(ORIGINS)
    certainty = Choice(CERTAINTIES)
    recheck_on = Day(allow_none=True)
    by_on = Day(allow_none=True)
    visibility = fields.Nested(Audience)
    in_confidence = YesNo()


class FactIn(FactPatch):
    """A new fact: a short statement about a person."""

    kind = Choice(KINDS, required=True)
    text = Text(length=FACT, minimum=1, lines=True, required=True)


class FactForm(FactIn):
    """A fact as the form sends it."""

    source = Choice(ORIGINS, load_default="told_me")
    certainty = Choice(CERTAINTIES, load_default="sure")
    recheck_on = Day(load_default=None, allow_none=True)
    by_on = Day(load_default=None, allow_none=True)
    version = Whole(load_default=None, allow_none=True)


class FactOut(Schema):
    """A fact. `subject_sees`: whether the person it is about, if a member, can read it."""

    id = Id(required=True)
    person_id = Id(required=True)
    kind = Choice(KINDS, required=True)
    text = fields.String(required=True)
    source = Choice(ORIGINS, required=True)
    certainty = Choice(CERTAINTIES, required=True)
    recheck_on = fields.Date(required=True, allow_none=True)
    by_on = fields.Date(required=True, allow_none=True)
    checked_at = fields.AwareDateTime(required=True, allow_none=True)
    in_confidence = fields.Boolean(required=True)
    subject_sees = fields.Boolean(required=True)
    state = Choice(("active", "disputed"), required=True)
    visibility = fields.Nested(Audience, required=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class ConfirmationIn(Schema):
    """It is still true; when to look again, if ever."""

    recheck_on = Day(load_default=None, allow_none=True)


class FactDisputeIn(Schema):
    """What is not right about it."""

    reason = Text(length=REASON, lines=True, load_default="")


class NoteVersionOut(Schema):
    """What a note said before it was changed, and to whom. `version` is the note's by then."""

    id = Id(required=True)
    version = fields.Integer(required=True)
    body = fields.String(required=True)
    happened_at = fields.AwareDateTime(required=True)
    visibility = fields.Nested(Audience, required=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)
    replaced_at = fields.AwareDateTime(required=True)


class PersonPreferencesIn(Schema):
    """How somebody wants to be spoken with; what is left out is empty."""

    channel = Text(length=LINE, load_default="")
    best_hours = Text(length=LINE, load_default="")
    to_raise = Text(length=WORDS, lines=True, load_default="", data_key="raise")
    to_avoid = Text(length=WORDS, lines=True, load_default="", data_key="avoid")
    sensitivities = Text(length=WORDS, lines=True, load_default="")
    visibility = fields.Nested(Audience)


class PersonPreferencesForm(PersonPreferencesIn):
    """The same as the form sends it, by the columns' names."""

    to_raise = Text(length=WORDS, lines=True, load_default="")
    to_avoid = Text(length=WORDS, lines=True, load_default="")
    version = Whole(load_default=None, allow_none=True)


class OthersPreferences(Schema):
    """What somebody else noted and shares."""

    channel = fields.String(required=True)
    best_hours = fields.String(required=True)
    to_raise = fields.String(required=True, data_key="raise")
    to_avoid = fields.String(required=True, data_key="avoid")
    sensitivities = fields.String(required=True)
    visibility = fields.Nested(Audience, required=True)
    created_by_id = Id(required=True)
    updated_at = fields.AwareDateTime(required=True)


class PersonPreferencesOut(Schema):
    """What I noted (empty, with version 0, until I do), and what others share."""

    person_id = Id(required=True)
    channel = fields.String(required=True)
    best_hours = fields.String(required=True)
    to_raise = fields.String(required=True, data_key="raise")
    to_avoid = fields.String(required=True, data_key="avoid")
    sensitivities = fields.String(required=True)
    visibility = fields.Nested(Audience, required=True)
    others = fields.List(fields.Nested(OthersPreferences), required=True)
    updated_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


FactList = items_schema(FactOut, "FactList")
VersionList = items_schema(NoteVersionOut, "NoteVersionList")


def dump_fact(actor: Actor, row: Any) -> dict[str, Any]:
    """A fact's row as FactOut, as the actor reads it."""
    return {
        "id": row.id,
        "person_id": row.person_id,
        "kind": row.kind,
        "text": row.text,
        "source": row.source,
        "certainty": row.certainty,
        "recheck_on": row.recheck_on,
        "by_on": row.by_on,
        "checked_at": row.checked_at,
        "in_confidence": row.in_confidence,
        "subject_sees": row.person_is_member and row.subject_reads,
        "state": "disputed" if row.is_disputed else "active",
        **dump_authored(actor, row),
    }


def dump_version(actor: Actor, row: Any) -> dict[str, Any]:
    """A row of earlier words as NoteVersionOut."""
    return {
        "id": row.id,
        "version": row.number,
        "body": row.body,
        "happened_at": row.happened_at,
        "visibility": _visibility(actor, row),
        "created_by_id": row.author_id,
        "created_at": row.created_at,
        "replaced_at": row.replaced_at,
    }


_PREFERENCE = {
    "channel": "channel",
    "best_hours": "best_hours",
    "raise": "to_raise",
    "avoid": "to_avoid",
    "sensitivities": "sensitivities",
}


def dump_preferences(actor: Actor, person_id: Any, rows: Sequence[Any]) -> dict[str, Any]:
    """Rows of find_preferences as PersonPreferencesOut."""
    found = [row.Preference for row in rows]
    mine = next((one for one in found if actor.is_me(one.author_id)), None)
    default = actor.default_audience if actor.default_audience == "team" else "private"
    return {
        "person_id": person_id,
        **{name: getattr(mine, column, "") for name, column in _PREFERENCE.items()},
        "visibility": _visibility(actor, mine)
        if mine is not None
        else {"audience": default, "people": [], "circle_id": None},
        # Who noted it of two that were merged has two: the earlier one is told beside.
        "others": [_others(actor, one) for one in found if one is not mine],
        "updated_at": mine.updated_at if mine is not None else None,
        "version": mine.version if mine is not None else 0,
    }


def _others(actor: Actor, one: Any) -> dict[str, Any]:
    return {
        **{name: getattr(one, column) for name, column in _PREFERENCE.items()},
        "visibility": _visibility(actor, one),
        "created_by_id": one.author_id,
        "updated_at": one.updated_at,
    }


def _visibility(actor: Actor, row: Any) -> dict[str, Any]:
    return {
        "audience": row.audience,
        "people": shown_people(actor, row.author_id, row.audience_people),
        "circle_id": shown_circle(actor, row.author_id, row.circle_id),
    }
