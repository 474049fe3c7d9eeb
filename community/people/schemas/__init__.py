"""People and notes as programs send and read them."""

from collections.abc import Mapping
from typing import Any

import orjson
from marshmallow import ValidationError, fields, validates_schema

from community.core.fields import (
    Audience,
    Choice,
    Day,
    Email,
    Id,
    Moment,
    Schema,
    Text,
    Url,
    Whole,
    YesNo,
)
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.phones import MAX_PHONE
from community.core.validators import Length
from community.identity.models import Actor
from community.identity.policy import shown_circle, shown_people
from community.people.formats.extras import KINDS, Extra, read_extra_of
from community.people.matching.duplicates import REASONS
from community.people.models import is_day
from community.people.schemas.values import (
    KEY,
    LABEL,
    LEARNED,
    MANY,
    NAME,
    CommaList,
    CustomFields,
)
from community.web.endpoints import items_schema

NOTE = 20_000
BULK = 500
_WHOLE_BIRTHDAY = {"required": lazy("A birthday needs its day and its month.")}


class EmailIn(Schema):
    """A mail address."""

    value = Email(required=True)
    label = Text(length=LABEL, load_default="")


class PhoneIn(Schema):
    """A telephone number as it is written; `e164` in answers is how it is compared."""

    value = Text(length=MAX_PHONE, minimum=1, required=True)
    label = Text(length=LABEL, load_default="")


class LinkIn(Schema):
    """A web address."""

    value = Url(required=True)
    label = Text(length=LABEL, load_default="")


class BirthdayIn(Schema):
    """A birthday; the year may be unknown."""

    month = Whole(low=1, high=12, required=True, error_messages=_WHOLE_BIRTHDAY)
    day = Whole(low=1, high=31, required=True, error_messages=_WHOLE_BIRTHDAY)
    year = Whole(low=1800, high=2200, load_default=None, allow_none=True)

    @validates_schema
    def _is_day(self, data: Mapping[str, Any], **_more: Any) -> None:
        if not is_day(data["month"], data["day"], data["year"]):
            raise ValidationError(_("There is no such day."), "day")


class PositionIn(Schema):
    """What somebody does or did, and where; `to_on` is empty while it lasts."""

    organisation = Text(length=NAME, load_default="")
    title = Text(length=NAME, load_default="")
    from_on = Day(load_default=None, allow_none=True)
    to_on = Day(load_default=None, allow_none=True)

    @validates_schema
    def _says_something(self, data: Mapping[str, Any], **_more: Any) -> None:
        if not (data["organisation"] or data["title"]):
            raise ValidationError(_("Name the organisation or what they do there."), "organisation")
        if data["from_on"] and data["to_on"] and data["to_on"] < data["from_on"]:
            raise ValidationError(_("The end is before the beginning."), "to_on")


_SORTED = {"description": "Where the name stands in lists, as in “Ellison, Mara”; empty: the name."}


class PersonPatch(Schema):
    """What may be changed of a person; a list replaces the stored one."""

    name = Text(length=NAME, minimum=1)
    call_name = Text(length=NAME)
    sort_name = Text(length=NAME, metadata=_SORTED)
    emails = fields.List(fields.Nested(EmailIn), validate=Length(max=MANY))
    phones = fields.List(fields.Nested(PhoneIn), validate=Length(max=MANY))
    links = fields.List(fields.Nested(LinkIn), validate=Length(max=MANY))
    positions = fields.List(fields.Nested(PositionIn), validate=Length(max=MANY))
    birthday = fields.Nested(BirthdayIn, allow_none=True)
    tags = fields.List(Text(length=LABEL, minimum=1), validate=Length(max=MANY))
    external_id = Text(length=KEY)
    source = Text(length=LABEL)
    visibility = fields.Nested(Audience)
    # Last, since a class body knows it by the name of the module of fields.
    fields = CustomFields()  # type: ignore[assignment]


class PersonIn(PersonPatch):
    """A new person."""

    name = Text(length=NAME, minimum=1, required=True)


class BulkPerson(PersonIn):
    """A person of an outside system, known by its id there."""

    external_id = Text(length=KEY, minimum=1, required=True)


class BulkIn(Schema):
    """Up to 500 people to add or bring up to date."""

    items = fields.List(fields.Nested(BulkPerson), required=True, validate=Length(min=1, max=BULK))


class PhoneOut(PhoneIn):
    """A telephone number, and as E.164 where it could be read."""

    e164 = fields.String(allow_none=True, required=True)


class PositionOut(PositionIn):
    """A position, and the organisation it is at where the reader sees that one."""

    organisation_id = Id(allow_none=True, required=True)


class ExtraOut(Schema):
    """What a file said and no field holds: read-only, kept as it came."""

    kind = Choice(KINDS, required=True)
    label = fields.String(required=True)
    value = fields.String(required=True)


class PersonOut(Schema):
    """A person."""

    id = Id(required=True)
    name = fields.String(required=True)
    call_name = fields.String(required=True)
    sort_name = fields.String(required=True)
    emails = fields.List(fields.Nested(EmailIn), required=True)
    phones = fields.List(fields.Nested(PhoneOut), required=True)
    links = fields.List(fields.Nested(LinkIn), required=True)
    positions = fields.List(fields.Nested(PositionOut), required=True)
    birthday = fields.Nested(BirthdayIn, allow_none=True, required=True)
    tags = fields.List(fields.String(), required=True)
    external_id = fields.String(allow_none=True, required=True)
    source = fields.String(required=True)
    extra = fields.List(fields.Nested(ExtraOut), required=True)
    member_id = Id(allow_none=True, required=True)
    member_until = fields.AwareDateTime(
        allow_none=True,
        required=True,
        metadata={"description": "When they left the team, where they did."},
    )
    state = Choice(("active", "archived"), required=True)
    picture_id = Id(
        allow_none=True,
        required=True,
        metadata={"description": "Another one with each picture: what `picture` answers is new."},
    )
    visibility = fields.Nested(Audience, required=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)
    fields = CustomFields(required=True)  # type: ignore[assignment]


class Duplicate(Schema):
    """Somebody who may be the same person, and why.

    `sure` by what is one person's alone (a mail address, a page), `likely` by anything else.
    """

    id = Id(required=True)
    name = fields.String(required=True)
    certainty = Choice(("sure", "likely"), required=True)
    reasons = fields.List(Choice(tuple(REASONS)), required=True)


class PersonWritten(PersonOut):
    """A person that was added or changed, and who may be the same."""

    duplicates = fields.List(fields.Nested(Duplicate), required=True)


class BulkOutcome(Schema):
    """What became of one person of the list."""

    id = Id(required=True)
    external_id = fields.String(required=True)
    outcome = Choice(("created", "updated", "unchanged"), required=True)


class BulkOut(Schema):
    """What became of each, in the order given."""

    items = fields.List(fields.Nested(BulkOutcome), required=True)


class NotePatch(Schema):
    """What may be changed of a note."""

    body = Text(length=NOTE, minimum=1, lines=True)
    happened_at = Moment()
    visibility = fields.Nested(Audience)
    in_confidence = YesNo()


class NoteIn(NotePatch):
    """A new note, in Markdown; `happened_at` is now unless it is given."""

    body = Text(length=NOTE, minimum=1, lines=True, required=True)


class NoteOut(Schema):
    """A note. `subject_sees`: whether the person it is about, if a member, can read it.

    A disputed one is read by its author and its subject alone.
    """

    id = Id(required=True)
    person_id = Id(required=True)
    body = fields.String(required=True)
    happened_at = fields.AwareDateTime(required=True)
    subject_sees = fields.Boolean(required=True)
    source = fields.String(
        required=True,
        metadata={"description": "How it came here: `typed`, or `api` by a program."},
    )
    in_confidence = fields.Boolean(
        required=True,
        metadata={"description": "Told in confidence: nobody can show it to more people."},
    )
    state = Choice(("active", "disputed"), required=True)
    visibility = fields.Nested(Audience, required=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class PersonForm(PersonIn):
    """A person as the form sends them."""

    class Meta(Schema.Meta):
        exclude = ("external_id", "source")

    tags = CommaList(length=MANY * (LABEL + 2))  # type: ignore[assignment]
    version = Whole(load_default=None, allow_none=True)
    anyway = YesNo(load_default=False)


class NoteForm(Schema):
    """A note as the form sends it: the day it was about instead of the moment."""

    body = Text(length=NOTE, minimum=1, lines=True, required=True)
    happened_on = Day(load_default=None, allow_none=True)
    visibility = fields.Nested(Audience)
    in_confidence = YesNo()
    learned = Text(length=LEARNED, lines=True, load_default="")
    version = Whole(load_default=None, allow_none=True)


class PasteForm(Schema):
    """Several people, one a line."""

    lines = Text(length=50_000, lines=True, required=True)
    visibility = fields.Nested(Audience)


class DeleteForm(Schema):
    """The name of whom to delete, typed."""

    name = Text(length=NAME, required=True)
    version = Whole(load_default=None, allow_none=True)


PersonList = items_schema(PersonOut, "PersonList")
NoteList = items_schema(NoteOut, "NoteList")


def dump_person(actor: Actor, row: Any) -> dict[str, Any]:
    """A person's row as PersonOut, as the actor reads it; its lists are JSON already."""
    birthday = None
    if row.birthday_month is not None:
        birthday = {"month": row.birthday_month, "day": row.birthday_day, "year": row.birthday_year}
    return {
        "id": row.id,
        "name": row.name,
        "call_name": row.call_name,
        "sort_name": row.sort_name,
        "emails": orjson.Fragment(row.emails),
        "phones": orjson.Fragment(row.phones),
        "links": orjson.Fragment(row.links),
        "positions": orjson.Fragment(row.positions),
        "birthday": birthday,
        "tags": row.tags,
        "fields": orjson.Fragment(row.fields),
        "external_id": row.external_id,
        "source": row.source_detail or row.source,
        "extra": [dump_extra(extra) for extra in _extras(row)],
        "member_id": row.membership_id if row.is_member else None,
        "member_until": row.member_until,
        "state": "active" if row.archived_at is None else "archived",
        "picture_id": row.picture_id,
        **dump_authored(actor, row),
    }


def _extras(row: Any) -> list[Extra]:
    """Most people came from no file: their lists are not read for it."""
    if not row.extra:
        return []
    lists = {name: orjson.loads(getattr(row, name)) for name in ("links", "positions")}
    return read_extra_of(row, lists)


def dump_extra(extra: Extra) -> dict[str, str]:
    """One of a person's further details as ExtraOut."""
    return {"kind": extra.kind, "label": extra.label, "value": extra.value}


def dump_note(actor: Actor, row: Any) -> dict[str, Any]:
    """A note's row as NoteOut, as the actor reads it."""
    return {
        "id": row.id,
        "person_id": row.person_id,
        "body": row.body,
        "happened_at": row.happened_at,
        "subject_sees": row.person_is_member and row.subject_reads,
        "source": row.source,
        "in_confidence": row.in_confidence,
        "state": "disputed" if row.is_disputed else "active",
        **dump_authored(actor, row),
    }


def dump_authored(actor: Actor, row: Any) -> dict[str, Any]:
    """What every authored thing says of itself: who sees it, whose it is, since when."""
    return {
        "visibility": {
            "audience": row.audience,
            "people": shown_people(actor, row.author_id, row.audience_people),
            "circle_id": shown_circle(actor, row.author_id, row.circle_id),
        },
        "created_by_id": row.author_id,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "version": row.version,
    }
