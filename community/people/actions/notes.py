"""Writing, editing, sharing and deleting notes about people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from community.core import clock, db
from community.core.errors import NotAllowed
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import policy, queries
from community.people.actions import writing
from community.people.actions.confidence import keep_confidence, resolve_confident
from community.people.actions.disputes import answer_dispute, refuse_again
from community.people.actions.persons import check_version
from community.people.actions.telling import subject_reads, tell_subject, untell
from community.people.models import Note, NoteVersion


def add_note(
    actor: Actor,
    person_id: UUID,
    *,
    body: str,
    happened_at: datetime | None = None,
    visibility: Mapping[str, Any] | None = None,
    in_confidence: bool = False,
    is_past: bool = False,
) -> Note:
    """Write about a person one sees; private unless the author's default or choice is wider.

    `is_past` is what was long before and is written down now: no mail tells of it.
    """
    if not policy.can_add_note(actor):
        raise NotAllowed(_("Guests cannot write notes."))
    person = queries.get_person(actor, person_id)
    refuse_again(actor, person.id, body)
    note = Note(person_id=person.id, author_id=actor.person_id, body=body)
    note.id, note.happened_at, note.source = (
        db.new_id(),
        happened_at or clock.now(),
        actor.source,
    )
    note.in_confidence = in_confidence
    note.see(resolve_confident(actor, visibility, in_confidence, default=actor.default_audience))
    db.add(note)
    db.flush()
    journal.record(actor, "add", "note", note.id, about_id=person.id)
    writing.note_change(actor, person.id, ["notes"], person.version)
    tell_subject(actor, note, was_read=False, by_mail=not is_past)
    return note


def edit_note(actor: Actor, note_id: UUID, *, version: int | None = None, **given: Any) -> Note:
    """Change the words, the time or who may see it; the author's alone. What it said before is kept."""
    note = _own(actor, note_id)
    check_version(note.version, version)
    was_read = given.get("visibility") is not None and subject_reads(note)
    changed: list[str] = [
        name
        for name in ("body", "happened_at")
        if name in given and getattr(note, name) != given[name]
    ]
    if "body" in changed:
        refuse_again(actor, note.person_id, given["body"], but=note.id)
    if changed:
        _keep_version(note)
    for name in changed:
        setattr(note, name, given[name])
    changed += keep_confidence(actor, note, given)
    if changed:
        db.flush()
        journal.record(actor, "edit", "note", note.id, about_id=note.person_id, fields=changed)
    if "visibility" in changed:
        tell_subject(actor, note, was_read=was_read)
    if "body" in changed or ("visibility" in changed and note.audience == "private"):
        answer_dispute(actor, note)
    return note


def delete_note(actor: Actor, note_id: UUID, *, version: int | None = None) -> Note:
    """Hide a note; its author can bring it back."""
    note = _own(actor, note_id)
    check_version(note.version, version)
    note.delete(clock.now())
    db.flush()
    untell(note)
    journal.record(actor, "delete", "note", note.id, about_id=note.person_id)
    answer_dispute(actor, note)
    return note


def restore_note(actor: Actor, note_id: UUID) -> Note:
    """Undo the deletion of a note of one's own."""
    note = queries.get_own_note(actor, note_id)
    if note.deleted_at is not None:
        note.restore()
        db.flush()
        journal.record(actor, "restore", "note", note.id, about_id=note.person_id)
        tell_subject(actor, note, was_read=False)
    return note


def _keep_version(note: Note) -> None:
    """What it said until now, for those who could read it until now."""
    kept = NoteVersion(
        note_id=note.id,
        number=note.version,
        body=note.body,
        happened_at=note.happened_at,
        author_id=note.author_id,
        audience=note.audience,
        audience_people=list(note.audience_people),
        circle_id=note.circle_id,
        created_at=note.updated_at,
        replaced_at=clock.now(),
    )
    db.add(kept)


def _own(actor: Actor, note_id: UUID) -> Note:
    note = queries.get_note(actor, note_id)
    if not policy.can_change_note(actor, note):
        raise NotAllowed(_("Only the author of a note can change it."))
    return note
