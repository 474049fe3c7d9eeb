"""What people do with people: add, edit, share, archive, delete and restore them, and write notes."""

from community.people.actions.audiences import resolve_audience
from community.people.actions.bulk import upsert_people
from community.people.actions.disputes import dispute_note, end_dispute
from community.people.actions.duplicates import tell_apart, withdraw_distinction
from community.people.actions.many import change_many
from community.people.actions.notes import add_note, delete_note, edit_note, restore_note
from community.people.actions.opening import note_list_taken, note_opening, note_taking
from community.people.actions.pasting import Added, add_pasted
from community.people.actions.persons import (
    Written,
    archive_person,
    check_may_add,
    create_person,
    delete_person,
    edit_person,
    restore_person,
    unarchive_person,
)
from community.people.actions.views import delete_view, edit_view, pin_view, save_view

__all__ = [
    "Added",
    "Written",
    "add_note",
    "add_pasted",
    "archive_person",
    "change_many",
    "check_may_add",
    "create_person",
    "delete_note",
    "delete_person",
    "delete_view",
    "dispute_note",
    "edit_note",
    "edit_person",
    "edit_view",
    "end_dispute",
    "note_list_taken",
    "note_opening",
    "note_taking",
    "pin_view",
    "resolve_audience",
    "restore_note",
    "restore_person",
    "save_view",
    "tell_apart",
    "unarchive_person",
    "upsert_people",
    "withdraw_distinction",
]
