"""Writing, editing, sharing and deleting notes about people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from community.core import clock, db, hold
from community.core.errors import Conflict, NotAllowed
from community.core.i18n import gettext as _
from community.core.text import fold
from community.identity.models import Actor
from community.journal import actions as journal
from community.notifications import actions as notifications
from community.people import notices, policy, queries
from community.people.actions import writing
from community.people.actions.audiences import resolve_audience
from community.people.actions.disputes import answer_dispute
from community.people.actions.persons import check_version
from community.people.models import Note


def add_note(
    actor: Actor,
    person_id: UUID,
    *,
    body: str,
    happened_at: datetime | None = None,
    visibility: Mapping[str, Any] | None = None,
    is_past: bool = False,
) -> Note:
    """Write about a person one sees; private unless the author's default or choice is wider.

    `is_past` is what was long before and is written down now: nobody is told.
    """
    if not policy.can_add_note(actor):
        raise NotAllowed(_("Guests cannot write notes."))
    person = queries.get_person(actor, person_id)
    _refuse_again(actor, person.id, body)
    note = Note(person_id=person.id, author_id=actor.person_id, body=body)
    note.id, note.happened_at, note.source = (
        db.new_id(),
        happened_at or clock.now(),
        actor.source,
    )
    note.see(resolve_audience(actor, visibility, default=actor.default_audience))
    db.add(note)
    db.flush()
    journal.record(actor, "add", "note", note.id, about_id=person.id)
    writing.note_change(actor, person.id, ["notes"], person.version)
    if not is_past:
        _tell_subject(actor, note, was_read=False)
    return note


def edit_note(actor: Actor, note_id: UUID, *, version: int | None = None, **given: Any) -> Note:
    """Change the words, the time or who may see it; the author's alone."""
    note = _own(actor, note_id)
    check_version(note.version, version)
    before = note.visibility
    was_read = given.get("visibility") is not None and _subject_reads(note)
    changed: list[str] = [
        name
        for name in ("body", "happened_at")
        if name in given and getattr(note, name) != given[name]
    ]
    if "body" in changed:
        _refuse_again(actor, note.person_id, given["body"], but=note.id)
    for name in changed:
        setattr(note, name, given[name])
    if given.get("visibility") is not None:
        wanted = given["visibility"]
        note.see(resolve_audience(actor, wanted, default="private", keep=note.circle_id))
        changed += ["visibility"] if note.visibility != before else []
    if changed:
        db.flush()
        journal.record(actor, "edit", "note", note.id, about_id=note.person_id, fields=changed)
    if "visibility" in changed:
        _tell_subject(actor, note, was_read=was_read)
    if "body" in changed or ("visibility" in changed and note.audience == "private"):
        answer_dispute(actor, note)
    return note


def delete_note(actor: Actor, note_id: UUID, *, version: int | None = None) -> Note:
    """Hide a note; its author can bring it back."""
    note = _own(actor, note_id)
    check_version(note.version, version)
    note.delete(clock.now())
    db.flush()
    notifications.withdraw(keys=notices.keys_about(note))
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
        _tell_subject(actor, note, was_read=False)
    return note


def _refuse_again(actor: Actor, person_id: UUID, body: str, *, but: UUID | None = None) -> None:
    """What somebody disputes is not said again beside it: that would undo the dispute."""
    disputed = queries.find_disputed_words(actor, person_id, but=but)
    if fold(body) in {fold(words) for words in disputed}:
        raise Conflict(
            _("They have said that this is not right. Write something else, or leave it be."),
            code="disputed",
        )


def _own(actor: Actor, note_id: UUID) -> Note:
    note = queries.get_note(actor, note_id)
    if not policy.can_change_note(actor, note):
        raise NotAllowed(_("Only the author of a note can change it."))
    return note


def _subject_reads(note: Note) -> bool:
    return note.audience != "private" and queries.subject_reads(note.id)


def _tell_subject(actor: Actor, note: Note, *, was_read: bool) -> None:
    """Tell a member that a note about them is shared now, after the hold; take it back when no more."""
    reads = _subject_reads(note)
    if was_read and not reads:
        notifications.withdraw(keys=notices.keys_about(note))
    if was_read or not reads:
        return
    member_id = queries.find_subject(actor, note.person_id)
    if member_id is not None:
        notifications.notify(
            notices.NOTE_ABOUT_YOU,
            member_id=member_id,
            thing_kind="note",
            thing_id=note.id,
            key=notices.keys_about(note)[-1],
            from_person_id=actor.person_id,
            hold=hold.period(),
        )
