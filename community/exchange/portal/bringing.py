"""The pages of imports: a file, its columns and audience, the preview, and what became of it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from community.core import clock, slugs
from community.core.errors import TooLarge
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.exchange import actions, queries, schemas
from community.exchange.actions import FileIn
from community.exchange.formats.columns import Columns, read_columns
from community.exchange.formats.errors import FormatError
from community.exchange.formats.limits import read_limited
from community.exchange.formats.mapping import OWN
from community.exchange.formats.pasting import pasted_file
from community.exchange.formats.wording import (
    OUTCOME_WORDS,
    field_words,
    found_words,
    problem_words,
    unread_words,
)
from community.exchange.models import OPEN, OUTCOMES, SPARED, UNDO_FOR, UNDONE, ImportBatch, Reading
from community.exchange.policy import can_import
from community.exchange.portal.frame import blp
from community.exchange.queries.news import find_news
from community.exchange.schemas import dump_duplicates
from community.identity.models import Actor
from community.people import queries as people
from community.people.formats import position_line
from community.people.matching.duplicates import REASONS
from community.web import pages
from community.web.session import current_actor
from community.web.templating import url

_SHOWN = 50


@blp.route("/people/import", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Bring a file, or what one pasted; below, the imports so far."""
    actor = current_actor()
    actions.check_may_import(actor)
    form = pages.Form(schemas.StartForm())
    if form.valid() and (file := _brought(form)):
        with form.attempt():
            try:
                batch = actions.start_import(actor, file, draft=True)
                return pages.done(
                    _("The file can be read."), to=url("exchange.show", batch_id=batch.id)
                )
            except TooLarge as error:
                form.errors["file"] = [str(error.message)]
    page = queries.find_batches(actor, PageRequest(cursor=request.args.get("after")))
    return pages.show(
        "exchange/new.html",
        form=form,
        batches=page.items,
        more=url("exchange.new", after=page.next) if page.next else "",
        encodings=ENCODINGS,
        asks_encoding=bool(form.value("encoding")) or "file" in form.errors,
        now=clock.now(),
        undo_for=UNDO_FOR,
    )


def _brought(form: pages.Form) -> FileIn | None:
    """The file, or what was pasted; None with a message when there is neither."""
    upload, reading = request.files.get("file"), Reading(encoding=form.data["encoding"] or None)
    if upload is not None and upload.filename:
        try:
            return FileIn(read_limited(upload.stream), upload.filename, reading=reading)
        except FormatError as error:
            form.errors["file"] = [error.message]
            return None
    if form.data["pasted"]:
        content, shift = pasted_file(form.data["pasted"])
        return FileIn(content, reading=Reading(shift=shift))
    form.errors["file"] = [_("Choose a file, or paste a list below.")]
    return None


@blp.route("/people/import/<uuid:batch_id>")
def show(batch_id: UUID) -> Response:
    """An import where it stands: its columns, its progress, its preview, or what it did."""
    batch = queries.get_batch(current_actor(), batch_id)
    if batch.state == "draft":
        return _columns_page(batch, pages.Form(schemas.ColumnsForm()))
    if batch.is_working or batch.state == "failed":
        return pages.show("exchange/working.html", batch=batch, name=_name(batch))
    return _rows_page(batch)


@blp.route("/people/import/<uuid:batch_id>/columns", methods=["GET", "POST"])
def columns(batch_id: UUID) -> ResponseReturnValue:
    """Say what each column is and who will see the people; the file is read anew."""
    actor = current_actor()
    batch = queries.get_batch(actor, batch_id)
    if batch.state not in (*OPEN, "failed"):
        return pages.done(
            _("This import is under way."), to=url("exchange.show", batch_id=batch.id)
        )
    form = pages.Form(schemas.ColumnsForm())
    if form.valid() and "again" not in request.form:
        found = _columns_of(batch, form)
        with form.attempt():
            actions.read_import(
                actor,
                batch_id,
                reading=_reading(batch, form, found),
                visibility=form.data.get("visibility"),
            )
            return pages.done(_("Reading the file."), to=url("exchange.show", batch_id=batch.id))
    return _columns_page(batch, form)


def _reading(batch: ImportBatch, form: pages.Form, found: Columns | None) -> Reading:
    chosen = None
    if found is not None and found.names:
        chosen = {
            name: request.form.get(f"target-{number}", "")[:200]
            for number, name in enumerate(found.names)
        }
    return Reading(
        columns=chosen,
        encoding=form.data["encoding"] or None,
        order=form.data["order"],
        source=form.data["source"],
        shift=batch.reading.shift,
    )


def _columns_of(batch: ImportBatch, form: pages.Form) -> Columns | None:
    """The columns under the chosen encoding; None with a message where it cannot be read so."""
    encoding = form.value("encoding") if form.submitted else batch.reading.encoding
    content = queries.get_content(batch)
    try:
        return read_columns(
            content,
            batch.format,
            encoding or None,
            batch.reading.columns,
            people.find_field_names(current_actor()),
        )
    except FormatError as error:
        form.errors.setdefault("encoding", []).append(error.message)
        return None


def _columns_page(batch: ImportBatch, form: pages.Form) -> Response:
    actor = current_actor()
    found = _columns_of(batch, form)
    return pages.show(
        "exchange/columns.html",
        form=form,
        batch=batch,
        name=_name(batch),
        columns=_shown_columns(found, form) if found else [],
        targets=_targets(actor, found.guess.values() if found else ()),
        detected=found.encoding if found else "",
        asks_order=bool(found and found.is_ambiguous) or bool(batch.reading.order),
        encodings=ENCODINGS,
        chosen=_chosen(batch),
        members=people.member_options(actor),
        circles=people.circle_options(actor),
    )


def _shown_columns(found: Columns, form: pages.Form) -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "name": name,
            "target": request.form.get(f"target-{number}", "")
            if form.submitted
            else found.guess.get(name, ""),
            "cells": [row[number] for row in found.sample if number < len(row)],
        }
        for number, name in enumerate(found.names)
    ]


def _targets(actor: Actor, guessed: Iterable[str]) -> list[tuple[str, str]]:
    """Where a column can go, in words; labelled targets of the guess among them."""
    own = {f"{OWN}:{key}": name for key, name in people.find_field_names(actor).items()}
    known = dict.fromkeys((*TARGETS, *guessed))
    words = {target: field_words(target) for target in known if target not in own}
    return [("", _("Leave out")), *words.items(), *own.items()]


def _chosen(batch: ImportBatch) -> dict[str, Any]:
    """What the audience picker and the other choices show."""
    sent = request.method == "POST"
    form, reading = request.form, batch.reading
    return {
        "audience": form.get("visibility", batch.audience) if sent else batch.audience,
        "picked": form.getlist("visibility_people") if sent else batch.audience_people,
        "circle": form.get("visibility_circle", "") if sent else batch.circle_id or "",
        "encoding": form.get("encoding", "") if sent else reading.encoding or "",
        "order": form.get("order", "") if sent else reading.order or "",
        "source": form.get("source", "") if sent else reading.source,
    }


def _rows_page(batch: ImportBatch) -> Response:
    """The preview, or what was done: counts, and the rows with a filter."""
    actor = current_actor()
    wanted = request.args.get("show", "")
    wanted = wanted if wanted in (*OUTCOMES, *UNDONE) else ""
    asked = PageRequest(limit=_SHOWN, cursor=request.args.get("after"))
    page = queries.find_rows(actor, batch, asked, [wanted] if wanted else [])
    names = queries.find_names(actor, queries.find_named(page.items))
    here = url("exchange.show", batch_id=batch.id)
    more = url("exchange.show", batch_id=batch.id, show=wanted, after=page.next)
    found = find_news(actor, batch, PageRequest(limit=_SHOWN))
    return pages.show(
        "exchange/rows.html",
        batch=batch,
        news=[_shown_news(row) for row in found.items],
        has_more_news=found.next is not None,
        name=_name(batch),
        rows=[_shown_row(row, names) for row in page.items],
        filters=_filters(batch, here),
        show=wanted,
        more=more if page.next else "",
        words=OUTCOME_WORDS,
        may_undo=batch.may_undo(clock.now()),
        undo_until=batch.published_at + UNDO_FOR if batch.published_at else None,
        sees=_sees(batch),
        found=found_words(batch.reading.found),
        unread=unread_words(batch.reading.unread),
    )


def _shown_row(row: Any, names: Mapping[UUID, tuple[UUID, str]]) -> dict[str, Any]:
    return {
        "line": row.line,
        "outcome": row.outcome,
        "text": ", ".join(filter(None, (row.email, row.organisation))),
        "name": row.name or (names[row.person_id][1] if row.person_id in names else ""),
        "href": _address(names[row.person_id]) if row.person_id in names else "",
        "fields": list(dict.fromkeys(field_words(name) for name in row.fields))
        if row.outcome == "update"
        else [],
        "problems": [problem_words(error) for error in row.errors],
        "duplicates": [
            {
                "href": _address((found["id"], found["name"])),
                "name": found["name"],
                "is_sure": found["certainty"] == "sure",
                "reasons": [REASONS[reason] for reason in found["reasons"]],
            }
            for found in dump_duplicates(names, row.duplicates or ())
        ],
    }


def _shown_news(row: Any) -> dict[str, Any]:
    said = row.news
    return {
        "person_id": row.person_id,
        "name": row.name,
        "href": _address((row.person_id, row.name)),
        "was": [position_line([held]) for held in said["was"]],
        "now": position_line([said["is"]]),
        "state": said["state"],
    }


def _address(person: tuple[UUID, str]) -> str:
    return f"{url('people.list')}/{slugs.slug(*person)}"


def _filters(batch: ImportBatch, here: str) -> list[tuple[str, str, str]]:
    outcomes = (*UNDONE, *SPARED) if batch.state == "undone" else OUTCOMES
    found = [(name, batch.counts.get(name, 0)) for name in outcomes]
    chips = [
        (name, f"{OUTCOME_WORDS[name]} ({count})", f"{here}?show={name}")
        for name, count in found
        if count
    ]
    return [("", _("All"), here), *chips]


def _sees(batch: ImportBatch) -> str:
    """Who will see the new people, or what was, in words."""
    if batch.format == "past":
        return _past_sees(batch)
    if batch.audience == "team":
        return _("The whole team sees the new people.")
    if batch.audience == "private":
        return _("Only you see the new people.")
    return _("You and those you chose see the new people.")


def _past_sees(batch: ImportBatch) -> str:
    if batch.audience == "team":
        return _("The whole team sees it. No mail tells of it.")
    if batch.audience == "private":
        return _("Only you see the notes, and help those it was with. No mail tells of it.")
    return _("You and those you chose see it. No mail tells of it.")


def _name(batch: ImportBatch) -> str:
    return batch.filename or _("what you pasted")


@blp.route("/people/import/<uuid:batch_id>/publish", methods=["POST"])
def publish(batch_id: UUID) -> ResponseReturnValue:
    """Have the preview come true."""
    batch = actions.publish_import(current_actor(), batch_id)
    return pages.done(_("Adding the people."), to=url("exchange.show", batch_id=batch.id))


@blp.route("/people/import/<uuid:batch_id>/undo", methods=["POST"])
def undo(batch_id: UUID) -> ResponseReturnValue:
    """Take an import back, or discard one that is not published."""
    batch = actions.undo_import(current_actor(), batch_id)
    if batch is None:
        # Who is a guest by now has no page to begin another one.
        to = url("exchange.new" if can_import(current_actor()) else "people.list")
        return pages.done(_("Discarded. Nothing was added."), to=to)
    text = _("Taking it back.") if batch.is_working else _("Taken back.")
    return pages.done(text, to=url("exchange.show", batch_id=batch.id))


TARGETS = (
    "name",
    "first_name",
    "last_name",
    "prefix",
    "middle_name",
    "suffix",
    "call_name",
    "sort_name",
    "email",
    "email:work",
    "email:home",
    "email_label",
    "phone",
    "phone:mobile",
    "phone:work",
    "phone:home",
    "phone_label",
    "url",
    "url:LinkedIn",
    "url_label",
    "address",
    "address:work",
    "address:home",
    "address_label",
    "organisation",
    "position",
    "positions",
    "birthday",
    "tags",
    "note",
    "external_id",
    "connected_on",
    "met_on",
    "details",
)
ENCODINGS = (
    ("utf-8", "UTF-8"),
    ("cp1252", "Windows-1252"),
    ("cp1250", "Windows-1250"),
    ("cp1251", "Windows-1251"),
    ("cp1253", "Windows-1253"),
    ("cp1254", "Windows-1254"),
    ("mac_roman", "Mac Roman"),
    ("shift_jis", "Shift JIS"),
    ("gb18030", "GB 18030"),
    ("utf-16", "UTF-16"),
)
