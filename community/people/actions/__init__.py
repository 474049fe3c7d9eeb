"""What people do with people: add, edit, share, archive, delete and restore them, and write notes."""

from community.people.actions.audiences import resolve_audience
from community.people.actions.bulk import upsert_people
from community.people.actions.disputes import (
    dispute_fact,
    dispute_item,
    dispute_note,
    end_dispute,
)
from community.people.actions.facts import (
    add_fact,
    confirm_fact,
    delete_fact,
    edit_fact,
    restore_fact,
)
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
from community.people.actions.preferences import (
    FIELDS as PREFERENCES,
)
from community.people.actions.preferences import (
    dismiss_prompt,
    restore_prompt,
    set_preferences,
)

__all__ = [
    "PREFERENCES",
    "Added",
    "Written",
    "add_fact",
    "add_note",
    "add_pasted",
    "archive_person",
    "check_may_add",
    "confirm_fact",
    "create_person",
    "delete_fact",
    "delete_note",
    "delete_person",
    "dismiss_prompt",
    "dispute_fact",
    "dispute_item",
    "dispute_note",
    "edit_fact",
    "edit_note",
    "edit_person",
    "end_dispute",
    "note_list_taken",
    "note_opening",
    "note_taking",
    "resolve_audience",
    "restore_fact",
    "restore_note",
    "restore_person",
    "restore_prompt",
    "set_preferences",
    "unarchive_person",
    "upsert_people",
]
