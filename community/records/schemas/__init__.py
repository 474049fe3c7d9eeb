"""Requests, files, consent and basis as programs and forms send them, and as they are read."""

from typing import Any

from marshmallow import fields

from community.core.fields import Choice, Day, Id, Schema, Text, YesNo
from community.people.models import BASES
from community.records.models import (
    ANSWERS,
    EXPORT_STATES,
    REQUEST_KINDS,
    REQUEST_STATES,
    SCOPES,
    Consent,
    Export,
    SubjectRequest,
)
from community.web.endpoints import items_schema

WORDS, NAME, PURPOSE = 2000, 200, 200


class RequestIn(Schema):
    """What somebody asks: oneself, or (stewards and owners) the person who said so."""

    kind = Choice(REQUEST_KINDS, required=True)
    person_id = Id()
    words = Text(length=WORDS, lines=True, load_default="")


class RequestForm(Schema):
    """The same as a form sends it; its address says whom it is about."""

    kind = Choice(REQUEST_KINDS, required=True)
    words = Text(length=WORDS, lines=True, load_default="")


class CompletionIn(Schema):
    """The answer; an erasure asks for the person's name, typed."""

    name = Text(length=NAME, load_default="")


class RefusalIn(Schema):
    """Why a request is declined; the person reads it."""

    reason = Text(length=WORDS, minimum=1, lines=True, required=True)


class ErasureIn(Schema):
    """The name of whom to erase for good, typed."""

    name = Text(length=NAME, required=True)


class RequestOut(Schema):
    """A request of somebody about what is held on them."""

    id = Id(required=True)
    person_id = Id(required=True)
    kind = Choice(REQUEST_KINDS, required=True)
    state = Choice(REQUEST_STATES, required=True)
    words = fields.String(required=True)
    reason = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True)
    prepared_at = fields.AwareDateTime(allow_none=True, required=True)
    ended_at = fields.AwareDateTime(allow_none=True, required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class QuestionOut(Schema):
    """Whether something of one's own, which not everybody reads, may be handed to its subject."""

    id = Id(required=True)
    kind = Choice(("note", "fact", "achievement", "give", "person"), required=True)
    answer = Choice(ANSWERS, required=True)
    person_name = fields.String(required=True)
    text = fields.String(required=True)


class AnswerIn(Schema):
    """Whether the person may have it."""

    share = YesNo(required=True)


class ExportIn(Schema):
    """What to take out: oneself, one person, or all that one may see of the team."""

    scope = Choice(SCOPES, load_default="me")
    person_id = Id()


class ExportOut(Schema):
    """A file that is made, kept for some days, or was ended."""

    id = Id(required=True)
    scope = Choice(SCOPES, required=True)
    person_id = Id(allow_none=True, required=True)
    state = Choice(EXPORT_STATES, required=True)
    progress = fields.Integer(required=True)
    counts = fields.Dict(required=True)
    withheld = fields.Dict(
        required=True,
        metadata={"description": "how many of each kind are not handed out, for a request"},
    )
    size = fields.Integer(allow_none=True, required=True)
    error = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(allow_none=True, required=True)


class BasisIn(Schema):
    """The ground on which the team holds a person."""

    lawful_basis = Choice(BASES, required=True)


class ConsentIn(Schema):
    """That a person agreed to something, or took it back."""

    purpose = Text(length=PURPOSE, minimum=1, required=True)
    is_given = YesNo(required=True)
    how = Text(length=WORDS, lines=True, load_default="")
    happened_on = Day(load_default=None, allow_none=True)


class ConsentForm(ConsentIn):
    """The same as a form sends it."""

    is_given = Choice(("yes", "no"), required=True)  # type: ignore[assignment]


class ConsentOut(Schema):
    """One entry of the consent record."""

    id = Id(required=True)
    purpose = fields.String(required=True)
    is_given = fields.Boolean(required=True)
    how = fields.String(required=True)
    happened_on = fields.Date(required=True)
    created_at = fields.AwareDateTime(required=True)


class PrivacyOut(Schema):
    """On what ground a person is held, where from, and what they agreed to."""

    person_id = Id(required=True)
    lawful_basis = fields.String(required=True)
    source = fields.String(required=True)
    consents = fields.List(fields.Nested(ConsentOut), required=True)


RequestList = items_schema(RequestOut, "SubjectRequestList")
ExportList = items_schema(ExportOut, "ExportList")
QuestionList = items_schema(QuestionOut, "ReleaseQuestionList")


def dump_request(asked: SubjectRequest) -> dict[str, Any]:
    """A request as RequestOut."""
    return {name: getattr(asked, name) for name in RequestOut().fields}


def dump_export(export: Export) -> dict[str, Any]:
    """A file as ExportOut, without its bytes."""
    return {name: getattr(export, name) for name in ExportOut().fields}


def dump_question(row: Any) -> dict[str, Any]:
    """A question to an author as QuestionOut."""
    return {
        "id": row.id,
        "kind": row.thing_kind,
        "answer": row.answer,
        "person_name": row.person_name,
        "text": row.body or row.give_kind or "",
    }


def dump_consent(consent: Consent) -> dict[str, Any]:
    """An entry as ConsentOut."""
    return {name: getattr(consent, name) for name in ConsentOut().fields}
