"""Bringing the past: notes and help of earlier years, written down now. No mail tells of any.

Members find a notice of the notes about them that they may read: that is nobody's to choose.
What is less than RECENT old is not past, and is told of as what is typed.

What somebody received counts at once, being their own word; what they gave waits for the other
one's, who finds it on their pages. The same row twice is one thing; an undo takes all of it back.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from community.core import clock, db
from community.core.errors import AppError
from community.exchange import queries
from community.exchange.actions.publishing import lock_imports_of
from community.exchange.actions.refusing import refuse_broken_rows
from community.exchange.models import ImportBatch, ImportRow
from community.exchange.queries import past as looking
from community.identity.models import Actor
from community.journal import actions as journal
from community.ledger import actions as ledger
from community.ledger.actions import Draft
from community.ledger.models.values import KINDS
from community.people import actions as people

Sign = tuple[str, UUID, date, str, str]
_SPARED_HOUR = time(12, tzinfo=UTC)
RECENT = timedelta(days=28)


def compare(actor: Actor, batch: ImportBatch) -> None:
    """Whom each row names, and whether it is here already."""
    rows = looking.find_past_rows(batch, "staged")
    _plan(actor, batch, rows)
    batch.progress += len(rows)
    batch.counts = queries.count_outcomes(batch)
    refuse_broken_rows(batch)
    batch.enter("ready" if batch.dry_run else "publishing")


def _plan(actor: Actor, batch: ImportBatch, rows: Sequence[ImportRow]) -> None:
    found = looking.find_named_people(actor, batch.source, rows)
    for row in rows:
        problem = _problem(actor, row, found[row.line])
        if problem is not None:
            row.outcome, row.errors = "error", [*row.errors, problem]
        else:
            row.outcome, row.person_id = "new", found[row.line][0]
    planned = [row for row in rows if row.outcome == "new"]
    seen = _there(actor, planned)
    for row in planned:
        sign = _sign(row)
        row.outcome = "unchanged" if sign in seen else "new"
        row.written = {"fields": ["notes" if sign[0] == "note" else "gives"]}
        seen.add(sign)
    db.flush()


def _problem(actor: Actor, row: ImportRow, people_here: Sequence[UUID]) -> dict[str, Any] | None:
    called = (row.data["name"] or row.data["email"] or row.data["external_id"])[:80]
    if row.data["what"] != "note" and row.data["kind"] not in KINDS:
        return _reason("kind", "kind_unknown", value=row.data["kind"][:80])
    if not people_here:
        return _reason("person", "person_unknown", value=called)
    if len(people_here) > 1:
        return _reason("person", "person_ambiguous", value=called)
    if actor.is_me(people_here[0]):
        return _reason("person", "is_yourself")
    return None


def _reason(field: str | None, code: str, **params: Any) -> dict[str, Any]:
    return {"field": field, "code": code, "params": params}


def _there(actor: Actor, rows: Sequence[ImportRow]) -> set[Sign]:
    """What the actor wrote down of the same already."""
    ids = [row.person_id for row in rows if row.person_id is not None]
    notes = looking.find_notes_there(actor, ids)
    return {
        *(("note", person_id, day, "", body) for person_id, day, body in notes),
        *looking.find_gives_there(actor),
    }


def _sign(row: ImportRow) -> Sign:
    assert row.person_id is not None
    what = row.data["what"]
    day = date.fromisoformat(row.data["happened_on"])
    return what, row.person_id, day, "" if what == "note" else row.data["kind"], row.data["text"]


def publish(actor: Actor, batch: ImportBatch) -> None:
    """Write all of it down; a row that is refused by now says why, and the others stand."""
    lock_imports_of(actor)
    rows = looking.find_past_rows(batch, "new")
    _plan(actor, batch, rows)
    for row in rows:
        if row.outcome == "new":
            _write(actor, batch, row)
    db.flush()
    batch.counts = queries.count_outcomes(batch)
    batch.enter("done")
    batch.published_at, batch.content = clock.now(), None
    journal.record(actor, "import", "import", batch.id)


def _write(actor: Actor, batch: ImportBatch, row: ImportRow) -> None:
    what, person_id, day, kind, text = _sign(row)
    is_past = day < clock.today(actor.team_zone) - RECENT
    try:
        if what == "note":
            at = datetime.combine(day, _SPARED_HOUR)
            note = people.add_note(
                actor,
                person_id,
                body=text,
                happened_at=min(at, clock.now()),
                visibility=batch.visibility,
                is_past=is_past,
            )
            row.written = {**row.written, "note_id": str(note.id)}
            return
        draft = Draft(
            giver_id=person_id if what == "received" else None,
            receiver_id=person_id if what == "given" else None,
            kind=kind,
            happened_on=day,
            story=text,
            visibility=batch.visibility,
            is_past=is_past,
        )
        logged = ledger.log_give(actor, draft)
        row.written = {**row.written, "give_id": str(logged.entry.give.id)}
    except AppError as error:
        row.outcome = "error"
        row.errors = [*row.errors, _reason(None, "refused", words=str(error.message)[:300])]


def undo(actor: Actor, batch: ImportBatch) -> None:
    """Take it back: notes that were not edited since go, help is retracted or counter-entered."""
    lock_imports_of(actor)
    for row in looking.find_past_rows(batch, "new"):
        reason = _take_back(actor, row)
        row.outcome = "kept" if reason else "removed"
        row.errors = [reason] if reason else []
        if not reason:
            row.data = {"name": row.data["name"]}
    db.flush()
    counted = queries.count_outcomes(batch)
    batch.counts = {**batch.counts, **{n: counted.get(n, 0) for n in ("removed", "kept")}}
    batch.enter("undone")
    batch.undone_at = clock.now()
    journal.record(actor, "undo", "import", batch.id)


def _take_back(actor: Actor, row: ImportRow) -> dict[str, Any] | None:
    """Why it stays; None when it is gone."""
    try:
        with db.attempt():
            if "note_id" in row.written:
                people.delete_note(actor, UUID(row.written["note_id"]), version=1)
            else:
                ledger.undo(actor, UUID(row.written["give_id"]))
    except AppError:
        return _reason(None, "edited_since")
    return None
