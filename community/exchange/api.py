"""The JSON resources of imports."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request

from community.exchange import actions, queries, schemas
from community.exchange.actions import FileIn, news
from community.exchange.actions.batches import too_large
from community.exchange.formats.errors import FormatError
from community.exchange.formats.limits import KIB, MAX_FILE, Stream, read_limited
from community.exchange.models import Reading
from community.exchange.queries.news import find_news
from community.journal import actions as journal
from community.people import actions as people_actions
from community.people.schemas.filters import list_filter
from community.web import endpoints, pages
from community.web.session import after_response, current_actor, needs_scope

blp = endpoints.blueprint("exchange", description="People from files, and the way back.")

_FORM = 64 * KIB


@blp.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A file may be larger than any other body; before the body is read."""
    if endpoint == "api_exchange.start_import":
        request.max_content_length = MAX_FILE + _FORM
        if (request.content_length or 0) > MAX_FILE + _FORM:
            raise too_large()


def read_upload(stream: Stream) -> bytes:
    """The uploaded file; 413 when it is too large."""
    try:
        return read_limited(stream)
    except FormatError as error:
        raise too_large() from error


@blp.route("/changes", methods=["GET"])
@blp.arguments(schemas.ChangesArgs, location="query")
@blp.response(200, schemas.ChangeList)
def list_changes(args: dict[str, Any]) -> Response:
    """What changed since a cursor, deletions included, each thing once with its latest change.

    Keep `cursor` and come back with it whenever you like; `from=now` answers one without reading.
    """
    actor, request_ = current_actor(), endpoints.page_request(args)
    if args["begin"] == "now" and request_.cursor is None:
        found = queries.Changes((), queries.find_cursor_of_now(actor), is_more=False)
    else:
        found = queries.find_changes(actor, request_)
    return endpoints.answered(schemas.dump_changes(found))


@blp.route("/people/cards", methods=["GET"])
@blp.arguments(schemas.CardsArgs, location="query")
@blp.response(200, {"format": "binary", "type": "string"}, content_type="text/vcard")
@needs_scope("admin")
def get_cards(args: dict[str, Any]) -> Response:
    """The cards of all people one may see, or of a filter's: scope `admin`, as all exports of many."""
    actor = current_actor()
    version = args.pop("version")
    content, ids = actions.list_cards(actor, list_filter(args), version)
    after_response(partial(journal.note_export, actor, "people"))
    after_response(partial(people_actions.note_list_taken, actor, ids))
    return pages.cards("people.vcf", content)


@blp.route("/people/<uuid:person_id>/card", methods=["GET"])
@blp.arguments(schemas.CardArgs, location="query")
@blp.response(200, {"format": "binary", "type": "string"}, content_type="text/vcard")
def get_card(args: dict[str, Any], person_id: UUID) -> Response:
    """One person's card; a merged id answers the person it became. Notes are never in it."""
    actor = current_actor()
    content = actions.write_card(actor, person_id, args["version"])
    after_response(partial(journal.note_export, actor, "person", person_id))
    after_response(partial(people_actions.note_list_taken, actor, [person_id]))
    return pages.cards("person.vcf", content)


@blp.route("/imports", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.ImportList)
def list_imports(args: dict[str, Any]) -> Response:
    """One's own imports, newest first."""
    page = queries.find_batches(current_actor(), endpoints.page_request(args))
    return endpoints.fast_list(page, schemas.dump_import)


@blp.route("/imports", methods=["POST"])
@blp.arguments(schemas.ImportFile, location="files")
@blp.arguments(schemas.ImportIn, location="form", content_type="multipart/form-data")
@blp.response(202, schemas.ImportWork)
@blp.doc(requestBody={"content": {"multipart/form-data": {"schema": schemas.ImportForm}}})
def start_import(files: dict[str, Any], data: dict[str, Any]) -> Response:
    """Bring a file: checked at once, worked on after the answer; poll its Location."""
    upload = files["file"]
    reading = Reading(
        columns=data.get("mapping"),
        encoding=data.get("encoding") or None,
        order=data.get("order"),
        source=data.get("source", ""),
        is_strict=data["stop_on_error"],
    )
    file = FileIn(
        read_upload(upload.stream), upload.filename or "", data.get("format", ""), reading
    )
    batch = actions.start_import(
        current_actor(), file, visibility=data.get("visibility"), dry_run=data["dry_run"]
    )
    response = endpoints.answered(schemas.dump_work(batch), status=202)
    response.headers["Location"] = f"{endpoints.PREFIX}/imports/{batch.id}"
    return response


@blp.route("/imports/<uuid:batch_id>", methods=["GET"])
@blp.response(200, schemas.ImportDetail)
def get_import(batch_id: UUID) -> Response:
    """An import: how far it is, what it did, and its problems by line."""
    return _import(batch_id)


def _import(batch_id: UUID) -> Response:
    actor = current_actor()
    batch = queries.get_batch(actor, batch_id)
    problems = queries.find_problems(actor, batch)
    return endpoints.answered(schemas.dump_detail(batch, problems))


@blp.route("/imports/<uuid:batch_id>/rows", methods=["GET"])
@blp.arguments(schemas.RowsArgs, location="query")
@blp.response(200, schemas.RowList)
def list_rows(args: dict[str, Any], batch_id: UUID) -> Response:
    """The rows of the file in its order, and what each did or would do."""
    actor = current_actor()
    batch = queries.get_batch(actor, batch_id)
    wanted = [args["outcome"]] if args.get("outcome") else []
    page = queries.find_rows(actor, batch, endpoints.page_request(args), wanted)
    names = queries.find_names(actor, queries.find_named(page.items))
    return endpoints.fast_list(page, partial(schemas.dump_row, names))


@blp.route("/imports/<uuid:batch_id>/news", methods=["GET"])
@blp.arguments(schemas.NewsArgs, location="query")
@blp.response(200, schemas.NewsList)
def list_news(args: dict[str, Any], batch_id: UUID) -> Response:
    """Who has another job since the last import, and what was said of it."""
    actor = current_actor()
    batch = queries.get_batch(actor, batch_id)
    states = [args["state"]] if args.get("state") else []
    page = find_news(actor, batch, endpoints.page_request(args), states)
    return endpoints.fast_list(page, schemas.dump_news)


@blp.route("/imports/<uuid:batch_id>/news/<uuid:person_id>/acceptance", methods=["POST"])
@blp.response(200, schemas.ImportDetail)
def accept_news(batch_id: UUID, person_id: UUID) -> Response:
    """They moved on: the former job ends and stays in the history."""
    news.accept_news(current_actor(), batch_id, person_id)
    return _import(batch_id)


@blp.route("/imports/<uuid:batch_id>/news/<uuid:person_id>/dismissal", methods=["POST"])
@blp.response(200, schemas.ImportDetail)
def dismiss_news(batch_id: UUID, person_id: UUID) -> Response:
    """They do both: the former job goes on."""
    news.dismiss_news(current_actor(), batch_id, person_id)
    return _import(batch_id)


@blp.route("/imports/<uuid:batch_id>/publication", methods=["POST"])
@blp.response(202, schemas.ImportWork)
def publish_import(batch_id: UUID) -> Response:
    """Have come true what a dry run showed."""
    batch = actions.publish_import(current_actor(), batch_id)
    return endpoints.answered(schemas.dump_work(batch), status=202)


@blp.route("/imports/<uuid:batch_id>", methods=["DELETE"])
@blp.response(204)
@blp.alt_response(202, schema=schemas.ImportWork)
def undo_import(batch_id: UUID) -> Response:
    """Undo what nobody touched since, or discard what is not published; 202 when it takes long."""
    batch = actions.undo_import(current_actor(), batch_id)
    if batch is not None and batch.is_working:
        return endpoints.answered(schemas.dump_work(batch), status=202)
    return Response(status=204)
