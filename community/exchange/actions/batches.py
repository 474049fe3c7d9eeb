"""The member's own acts: each is short, and leaves what takes long to the worker."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from community.core import clock, db, outbox, queue
from community.core.errors import Conflict, NotAllowed, RuleBroken, TooLarge
from community.core.i18n import gettext as _
from community.exchange import policy, queries
from community.exchange.actions import past, undoing
from community.exchange.formats.errors import FormatError
from community.exchange.formats.limits import MAX_FILE, MIB
from community.exchange.formats.mapping import NAMING
from community.exchange.formats.opening import TABLES, detect_format, open_file
from community.exchange.formats.record import Parsed
from community.exchange.models import OPEN, ImportBatch, ImportRow, Reading
from community.identity.models import Actor
from community.journal import actions as journal
from community.people.actions import resolve_audience
from community.people.queries import find_field_names

JOB = "exchange.continue_import"
# So many rows are undone while one waits; more in the worker.
SMALL = 500
# Files that wait or are worked on, of one member.
MOST_OPEN = 10
_LONGEST_NAME = 200


@dataclass(frozen=True)
class FileIn:
    """A file as it was brought. `kind` is one of models.FORMATS, or empty: then it is seen."""

    content: bytes
    filename: str = ""
    kind: str = ""
    reading: Reading = field(default_factory=Reading)


def check_may_import(actor: Actor) -> None:
    """NotAllowed for guests, who add nobody."""
    if not policy.can_import(actor):
        raise NotAllowed(_("Guests cannot import people. Ask a member to do it."))


def start_import(
    actor: Actor,
    file: FileIn,
    *,
    visibility: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    draft: bool = False,
    delay: timedelta = timedelta(0),
) -> ImportBatch:
    """Keep a file and have it read; `draft` waits for the columns instead.

    The file is checked whole before anything is kept: FormatError says what is wrong with it
    and where. New people are private to the importer unless `visibility` says otherwise.
    `dry_run` stops at the preview. `delay` holds the worker back from what a command does itself.
    """
    check_may_import(actor)
    _refuse_many(actor)
    kind = _kind(file)
    parsed = open_content(actor, file.content, kind, file.reading)
    reading = _as_before(actor, file.reading, parsed) if kind in TABLES else file.reading
    if reading != file.reading:
        parsed = open_content(actor, file.content, kind, reading)
    batch = ImportBatch(
        id=db.new_id(),
        author_id=actor.person_id,
        format=parsed.source if kind in TABLES else kind,
        filename=file.filename[-_LONGEST_NAME:],
        content=file.content,
        dry_run=dry_run or draft,
        total=parsed.total,
    )
    batch.read_as(reading)
    batch.see(resolve_audience(actor, visibility, default="private"))
    batch.enter("draft")
    db.add(batch)
    db.flush()
    journal.record(actor, "bring", "import", batch.id)
    if not draft:
        _begin(batch, parsed, delay)
    return batch


def _as_before(actor: Actor, reading: Reading, parsed: Parsed) -> Reading:
    """What was not said is as the last time that the importer brought a table of these columns."""
    before = None if reading.columns is not None else queries.find_remembered(actor, parsed.columns)
    if before is None:
        return reading
    return replace(
        reading,
        columns=before.columns,
        order=reading.order or before.order,
        source=reading.source or before.source,
    )


def open_content(actor: Actor, content: bytes, kind: str, reading: Reading) -> Parsed:
    """The file as the actor's team reads it; FormatError where it must be refused."""
    try:
        return open_file(
            content,
            kind,
            mapping=reading.columns,
            encoding=reading.encoding,
            order=reading.order,
            default_region=actor.settings.get("region"),
            fields=find_field_names(actor) if kind in TABLES else {},
        )
    except FormatError as error:
        if error.code == "file_too_large":
            raise too_large() from error
        raise


def too_large() -> TooLarge:
    """What is said to whoever brings more than can be taken."""
    text = _(
        "The file is larger than %(limit)s MiB. Split it and import the parts.",
        limit=MAX_FILE // MIB,
    )
    return TooLarge(text, code="file_too_large", field="file")


def _kind(file: FileIn) -> str:
    try:
        return file.kind or detect_format(file.content, file.filename)
    except FormatError as error:
        if error.code == "file_too_large":
            raise too_large() from error
        raise


def _refuse_many(actor: Actor) -> None:
    if queries.count_open(actor) >= MOST_OPEN:
        text = _("Too many of your imports are unfinished. Finish or discard one first.")
        raise Conflict(text, code="too_many_imports")


def _begin(batch: ImportBatch, parsed: Parsed, delay: timedelta = timedelta(0)) -> None:
    """Have the worker read the file from its beginning."""
    if batch.format in TABLES and not NAMING & set(parsed.mapping.values()):
        text = _(
            "No column is mapped to a name. The columns are: %(columns)s.",
            columns=", ".join(parsed.columns),
        )
        raise RuleBroken(text, code="mapping_without_name", field="mapping")
    batch.enter("reading")
    batch.total, batch.counts, batch.error = parsed.total, {}, None
    carry_on_later(batch, delay)


def carry_on_later(batch: ImportBatch, delay: timedelta = timedelta(0)) -> None:
    """Owe the next stretch of work on this import."""
    outbox.put(JOB, {"batch_id": batch.id}, queue_name=queue.WORK, delay=delay)


def read_import(
    actor: Actor,
    batch_id: UUID,
    *,
    reading: Reading,
    visibility: Mapping[str, Any] | None = None,
) -> ImportBatch:
    """Say how the file is read and who will see the people; it is read anew, to a preview."""
    batch = queries.get_batch(actor, batch_id, lock=True)
    if batch.state not in (*OPEN, "failed"):
        raise _wrong_stage(batch)
    parsed = open_content(actor, queries.get_content(batch), batch.format, reading)
    forget_rows(batch)
    batch.read_as(reading)
    batch.see(resolve_audience(actor, visibility, default="private"))
    batch.dry_run = True
    _begin(batch, parsed)
    db.flush()
    return batch


def publish_import(actor: Actor, batch_id: UUID) -> ImportBatch:
    """Have what the preview showed come true. One that is published already answers as it is."""
    batch = queries.get_batch(actor, batch_id, lock=True)
    if batch.state in ("publishing", "done"):
        return batch
    if batch.state != "ready":
        raise _wrong_stage(batch)
    batch.enter("publishing")
    carry_on_later(batch)
    db.flush()
    return batch


def undo_import(actor: Actor, batch_id: UUID) -> ImportBatch | None:
    """Take an import back, up to 30 days later; one that is not published is discarded (None).

    What nobody touched since is removed or restored; the rows say what stays, and why. Few
    rows are undone at once, many in the worker.
    """
    batch = queries.get_batch(actor, batch_id, lock=True)
    if batch.state in ("undoing", "undone"):
        return batch
    if batch.state in (*OPEN, "failed", "reading", "comparing"):
        journal.record(actor, "discard", "import", batch.id)
        db.session().delete(batch)
        db.flush()
        return None
    if batch.state == "publishing":
        text = _("This import is being published. It can be undone in a moment.")
        raise Conflict(text, code="in_progress")
    if not batch.may_undo(clock.now()):
        raise Conflict(_("An import can be undone for 30 days."), code="too_late")
    batch.enter("undoing")
    if _touched(batch) <= SMALL:
        (past if batch.format == "past" else undoing).undo(actor, batch)
    else:
        carry_on_later(batch)
    db.flush()
    return batch


def _touched(batch: ImportBatch) -> int:
    return sum(int(batch.counts.get(name, 0)) for name in ("new", "update"))


def forget_rows(batch: ImportBatch) -> None:
    """Drop what was staged."""
    db.session().execute(
        delete(ImportRow)
        .where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        .execution_options(synchronize_session=False)
    )


def _wrong_stage(batch: ImportBatch) -> Conflict:
    text = (
        _("This import is still being worked on. Wait for it to finish.")
        if batch.is_working
        else _("This import is finished. Import the file again to change something.")
    )
    return Conflict(text, code="wrong_stage")
