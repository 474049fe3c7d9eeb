"""Imports as programs and forms send them, and as they are read."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson
from marshmallow import ValidationError, fields

from community.core.fields import Audience, Choice, Id, Schema, Text, Whole, YesNo
from community.core.i18n import gettext as _
from community.core.validators import Length
from community.exchange.formats.limits import MAX_COLUMNS, MAX_LABEL, MAX_NAME
from community.exchange.formats.record import read_unheld
from community.exchange.formats.wording import problem_words
from community.exchange.matching.news import STATES as NEWS_STATES
from community.exchange.models import FORMATS, OUTCOMES, STAGES, UNDO_FOR, UNDONE, ImportBatch
from community.exchange.queries.changes import Changes
from community.people.matching.duplicates import certainty
from community.people.schemas import Duplicate, ExtraOut, dump_extra
from community.people.schemas.filters import PeopleArgs
from community.web.endpoints import PageArgs, items_schema

ORDERS = ("dmy", "mdy")
STATES = ("queued", "running", "done", "failed")
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0", "")


class FormYesNo(YesNo):
    """Yes or no in a form that programs send: `true` or `false`."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if isinstance(value, str) and value.lower() in (*_TRUE, *_FALSE):
            return value.lower() in _TRUE
        return super()._deserialize(value, attr, data, **kwargs)


class JsonText(fields.Field[Any]):
    """JSON inside a part of a form, read by a field of its own."""

    def __init__(self, inner: fields.Field[Any], **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string", **kwargs.pop("metadata", {})}, **kwargs)
        self.inner = inner

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if not isinstance(value, str):
            raise ValidationError(_("This must be text."))
        try:
            read = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise ValidationError(_("This must be JSON.")) from error
        return self.inner.deserialize(read, attr, data, **kwargs)


def mapping_field() -> fields.Field[Any]:
    """Which column goes to which field: `{"column": "field"}`, an empty field leaves it out."""
    return fields.Dict(
        keys=Text(length=MAX_NAME + 10),
        values=Text(length=2 * MAX_LABEL),
        validate=Length(max=MAX_COLUMNS),
    )


class ImportIn(Schema):
    """What comes with the file. Without `format` the file says what it is."""

    format = Choice(FORMATS)
    mapping = JsonText(
        mapping_field(),
        metadata={"description": 'JSON: {"column": "field"}; guessed from the header without it'},
    )
    dry_run = FormYesNo(load_default=False, metadata={"description": "stop at the preview"})
    visibility = JsonText(
        fields.Nested(Audience),
        metadata={"description": "JSON: who sees the new people; the importer alone without it"},
    )
    encoding = Text(length=40)
    order = Choice(ORDERS)
    source = Text(length=MAX_LABEL)
    stop_on_error = FormYesNo(
        load_default=False,
        metadata={"description": "one row that cannot be used stops all of them"},
    )


class ImportFile(Schema):
    """The file of an import, up to 10 MiB."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class ImportForm(ImportIn, ImportFile):
    """Both, as the one body they are sent in; for the document."""


class StartForm(Schema):
    """The first step in the portal; a file comes beside it."""

    pasted = Text(length=1024 * 1024, lines=True, load_default="")
    encoding = Text(length=40, load_default="")


class ColumnsForm(Schema):
    """The second step; the columns come beside it."""

    encoding = Text(length=40, load_default="")
    order = Choice(ORDERS, load_default=None, allow_none=True)
    source = Text(length=MAX_LABEL, load_default="")
    visibility = fields.Nested(Audience)


class CardArgs(Schema):
    """Which version of the format a card is in."""

    version = Choice(("3.0", "4.0"), load_default="4.0")


class CardsArgs(PeopleArgs, CardArgs):
    """Whose cards."""

    class Meta(Schema.Meta):
        exclude = ("limit", "cursor")


class ChangesArgs(PageArgs):
    """From where: a cursor of an earlier answer, `start`, or `now` for the cursor alone."""

    begin = Choice(("start", "now"), load_default="start", data_key="from")


class ChangeOut(Schema):
    """One thing that changed: read it anew, or forget it where it is deleted."""

    kind = Choice(("person", "note", "give"), required=True)
    id = Id(required=True)
    state = Choice(("changed", "deleted"), required=True)
    became_id = Id(
        allow_none=True,
        required=True,
        metadata={"description": "Of a merged person: who they are now."},
    )
    at = fields.AwareDateTime(required=True)


class ChangeList(Schema):
    """What changed. `next` is null at the end; `cursor` is where to go on, then or later."""

    items = fields.List(fields.Nested(ChangeOut), required=True)
    next = fields.String(allow_none=True, required=True)
    cursor = fields.String(required=True)


class RowsArgs(PageArgs):
    """Which rows of an import."""

    outcome = Choice((*OUTCOMES, *UNDONE))


class NewsArgs(PageArgs):
    """Which news of an import."""

    state = Choice(NEWS_STATES)


class JobOut(Schema):
    """What somebody does, or did."""

    organisation = fields.String(required=True)
    title = fields.String(required=True)


class NewsOut(Schema):
    """Another job than the one somebody had. `kind`: a new `job`, or a new `role` where they were.

    `achievement_id`: as what it was noted when it was accepted, to congratulate on.
    """

    line = Whole(required=True)
    person_id = Id(required=True)
    name = fields.String(required=True)
    kind = Choice(("job", "role"), required=True)
    state = Choice(NEWS_STATES, required=True)
    was = fields.List(fields.Nested(JobOut), required=True)
    now = fields.Nested(JobOut, required=True)
    achievement_id = Id(required=True, allow_none=True)


class RowProblem(Schema):
    """What was left out of a row, or why it stays as it is."""

    field = fields.String(allow_none=True, required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class LineProblem(RowProblem):
    """The same with the line of the file."""

    line = Whole(required=True)


class ImportRowOut(Schema):
    """A row of the file: what it did, or (before it is published) would do."""

    line = Whole(required=True)
    outcome = Choice(("staged", *OUTCOMES, *UNDONE), required=True)
    name = fields.String(allow_none=True, required=True)
    person_id = Id(allow_none=True, required=True)
    extra = fields.List(fields.Nested(ExtraOut), required=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields", attribute="fields")
    duplicates = fields.List(fields.Nested(Duplicate), required=True)
    errors = fields.List(fields.Nested(RowProblem), required=True)


class ImportOut(Schema):
    """An import. `state` says whether work is under way, `stage` which; `progress` is in percent.

    One that was taken back is done, and says when in `undone_at`.
    """

    id = Id(required=True)
    state = Choice(STATES, required=True)
    stage = Choice(STAGES, required=True)
    progress = Whole(required=True)
    format = Choice(FORMATS, required=True)
    filename = fields.String(required=True)
    source = fields.String(required=True)
    mapping = fields.Dict(allow_none=True, required=True)
    dry_run = fields.Boolean(required=True)
    visibility = fields.Nested(Audience, required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    error = fields.String(allow_none=True, required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    created_by_id = Id(required=True)
    published_at = fields.AwareDateTime(allow_none=True, required=True)
    undone_at = fields.AwareDateTime(allow_none=True, required=True)
    undo_until = fields.AwareDateTime(allow_none=True, required=True)


class ImportDetail(ImportOut):
    """An import with its first hundred problems by line; `rows` has them all."""

    errors = fields.List(fields.Nested(LineProblem), required=True)


class ImportWork(Schema):
    """Work that was begun."""

    id = Id(required=True)
    state = Choice(STATES, required=True)
    progress = Whole(required=True)


ImportList = items_schema(ImportOut, "ImportList")
NewsList = items_schema(NewsOut, "ImportNewsList")
RowList = items_schema(ImportRowOut, "ImportRowList")


def dump_changes(found: Changes) -> dict[str, Any]:
    """What changed, as ChangeList."""
    return {
        "items": [
            {
                "kind": change.kind,
                "id": change.id,
                "state": "deleted" if change.is_gone else "changed",
                "became_id": change.became_id,
                "at": change.at,
            }
            for change in found.items
        ],
        "next": found.cursor if found.is_more else None,
        "cursor": found.cursor,
    }


def dump_work(batch: ImportBatch) -> dict[str, Any]:
    """The answer to slow work."""
    return {"id": batch.id, "state": batch.work_state, "progress": batch.percent}


def dump_import(batch: ImportBatch) -> dict[str, Any]:
    """One import as ImportOut."""
    undo_until = batch.published_at + UNDO_FOR if batch.published_at else None
    return {
        **dump_work(batch),
        "stage": batch.state,
        "format": batch.format,
        "filename": batch.filename,
        "source": batch.source,
        "mapping": batch.reading.columns,
        "dry_run": batch.dry_run,
        "visibility": batch.visibility,
        "counts": batch.counts,
        "error": batch.error,
        "created_at": batch.created_at,
        "updated_at": batch.updated_at,
        "created_by_id": batch.author_id,
        "published_at": batch.published_at,
        "undone_at": batch.undone_at,
        "undo_until": undo_until,
    }


def dump_detail(batch: ImportBatch, problems: Iterable[Any]) -> dict[str, Any]:
    """One import as ImportDetail; `problems` are rows with `line` and `errors`."""
    errors = [
        {"line": row.line, **problem} for row in problems for problem in dump_problems(row.errors)
    ]
    return {**dump_import(batch), "errors": errors}


def dump_problems(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Stored errors in the reader's language."""
    return [
        {"field": error["field"], "code": error["code"], "message": problem_words(error)}
        for error in errors
    ]


def dump_news(row: Any) -> dict[str, Any]:
    """One piece of news as NewsOut."""
    said = row.news
    return {
        "line": row.line,
        "person_id": row.person_id,
        "name": row.name,
        "kind": said["kind"],
        "state": said["state"],
        "was": [_job(held) for held in said["was"]],
        "now": _job(said["is"]),
        "achievement_id": said.get("achievement_id"),
    }


def _job(held: Mapping[str, str]) -> dict[str, str]:
    return {"organisation": held["organisation"], "title": held["title"]}


def dump_row(names: Mapping[UUID, tuple[UUID, str]], row: Any) -> dict[str, Any]:
    """One row as RowOut; `names` are those of the people whom rows name, as the reader sees them."""
    return {
        "line": row.line,
        "outcome": row.outcome,
        "name": row.name,
        "person_id": row.person_id,
        "fields": row.fields,
        "extra": [dump_extra(extra) for extra in read_unheld(row._mapping)],
        "duplicates": dump_duplicates(names, row.duplicates or ()),
        "errors": dump_problems(row.errors),
    }


def dump_duplicates(
    names: Mapping[UUID, tuple[UUID, str]], found: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Who may be the same as the person of a row, of those the reader sees still."""
    told = ((names.get(UUID(each["id"])), each["reasons"]) for each in found)
    return [
        {"id": who[0], "name": who[1], "certainty": certainty(reasons), "reasons": reasons}
        for who, reasons in told
        if who is not None
    ]
