"""What people do with people: add, edit, share, archive, delete and restore them, and write notes."""

from community.people.actions.audiences import resolve_audience
from community.people.actions.bulk import upsert_people
from community.people.actions.custom import define_field, edit_field, read_field
from community.people.actions.disputes import dispute_fact, dispute_item, dispute_note, end_dispute
from community.people.actions.duplicates import tell_apart, withdraw_distinction
from community.people.actions.facts import (
    add_fact,
    confirm_fact,
    delete_fact,
    edit_fact,
    note_learned,
    restore_fact,
)
from community.people.actions.handovers import find_colleague, hand_over, take_back
from community.people.actions.linking import link_named
from community.people.actions.many import change_many
from community.people.actions.moments import (
    add_achievement,
    add_hard_time,
    delete_moment,
    edit_moment,
    restore_moment,
)
from community.people.actions.notes import add_note, delete_note, edit_note, restore_note
from community.people.actions.opening import note_list_taken, note_opening, note_taking
from community.people.actions.organisations import (
    archive_organisation,
    check_may_add_organisation,
    create_organisation,
    delete_organisation,
    edit_organisation,
    restore_organisation,
    unarchive_organisation,
)
from community.people.actions.pasting import Added, add_pasted
from community.people.actions.persons import (
    Written,
    archive_person,
    check_may_add,
    create_person,
    delete_person,
    edit_person,
    register_narrowed,
    restore_person,
    unarchive_person,
)
from community.people.actions.positions import add_position, edit_position, remove_position
from community.people.actions.preferences import FIELDS as PREFERENCES
from community.people.actions.preferences import dismiss_prompt, restore_prompt, set_preferences
from community.people.actions.profiles import set_profile
from community.people.actions.relations import (
    add_relation,
    check_may_relate,
    define_relation_kind,
    edit_relation,
    edit_relation_kind,
    remove_relation,
    restore_relation,
)
from community.people.actions.views import delete_view, edit_view, pin_view, save_view

__all__ = [
    "PREFERENCES",
    "Added",
    "Written",
    "add_achievement",
    "add_fact",
    "add_hard_time",
    "add_note",
    "add_pasted",
    "add_position",
    "add_relation",
    "archive_organisation",
    "archive_person",
    "change_many",
    "check_may_add",
    "check_may_add_organisation",
    "check_may_relate",
    "confirm_fact",
    "create_organisation",
    "create_person",
    "define_field",
    "define_relation_kind",
    "delete_fact",
    "delete_moment",
    "delete_note",
    "delete_organisation",
    "delete_person",
    "delete_view",
    "dismiss_prompt",
    "dispute_fact",
    "dispute_item",
    "dispute_note",
    "edit_fact",
    "edit_field",
    "edit_moment",
    "edit_note",
    "edit_organisation",
    "edit_person",
    "edit_position",
    "edit_relation",
    "edit_relation_kind",
    "edit_view",
    "end_dispute",
    "find_colleague",
    "hand_over",
    "link_named",
    "note_learned",
    "note_list_taken",
    "note_opening",
    "note_taking",
    "pin_view",
    "read_field",
    "register_narrowed",
    "remove_position",
    "remove_relation",
    "resolve_audience",
    "restore_fact",
    "restore_moment",
    "restore_note",
    "restore_organisation",
    "restore_person",
    "restore_prompt",
    "restore_relation",
    "save_view",
    "set_preferences",
    "set_profile",
    "take_back",
    "tell_apart",
    "unarchive_organisation",
    "unarchive_person",
    "upsert_people",
    "withdraw_distinction",
]
