"""Adding, editing, sharing, archiving, deleting and restoring people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from community.core import clock, db
from community.core.errors import Conflict, NotAllowed, NotFound, Stale
from community.core.i18n import gettext as _
from community.identity.models import Actor, Visibility
from community.journal import actions as journal
from community.people import policy, queries
from community.people.actions import writing
from community.people.actions.audiences import resolve_audience
from community.people.actions.custom import write_fields
from community.people.actions.linking import link_people
from community.people.models import Person

API_SOURCE = "api"


@dataclass(frozen=True)
class Written:
    """What became of a person: who it is, which fields changed, who may be the same."""

    person: Person
    fields: list[str] = field(default_factory=list)
    duplicates: list[dict[str, Any]] = field(default_factory=list)


def check_may_add(actor: Actor) -> None:
    """NotAllowed for guests, who add nobody."""
    if not policy.can_create(actor):
        raise NotAllowed(_("Guests cannot add people. Ask a member to do it."))


def create_person(actor: Actor, *, source_kind: str = "typed", **given: Any) -> Written:
    """Add somebody from outside; the team sees them unless `visibility` says otherwise.

    `given` is what the schema `PersonIn` read. People who may be the same are told, not refused.
    """
    check_may_add(actor)
    visibility = resolve_audience(actor, given.get("visibility"), default="team")
    person = new_person(actor, visibility, source_kind)
    writing.apply(actor, person, given)
    link_people(actor, [person])
    db.add(person)
    db.flush()
    if given.get("external_id"):
        writing.name_outside(actor, person, _source_of(person, given), given["external_id"])
    write_fields(actor, [(person.id, given.get("fields", {}), "fields")])
    journal.record(actor, "add", "person", person.id)
    # The sample team is made in one go, and has nobody twice.
    known = [] if source_kind == "demo" else _duplicates(actor, person)
    return Written(person, sorted(given), known)


def new_person(actor: Actor, visibility: Visibility, source_kind: str) -> Person:
    """An empty row of the actor's; to be written and added."""
    person_id = db.new_id()
    person = Person(id=person_id, canonical_id=person_id, author_id=actor.person_id)
    person.source, person.call_name, person.source_detail = source_kind, "", ""
    person.sort_name = ""
    person.emails, person.phones, person.links, person.positions = [], [], [], []
    person.tags = []
    person.see(visibility)
    return person


def _source_of(person: Person, given: Mapping[str, Any]) -> str:
    return given.get("source") or person.source_detail or API_SOURCE


# What somebody is recognised by: when it changes, who may be the same is sought anew.
_TELLING = {"name", "emails", "phones", "links", "positions", "birthday"}


def edit_person(
    actor: Actor, person_id: UUID, *, version: int | None = None, **given: Any
) -> Written:
    """Change the given fields; `version` is the one the editor saw (None: whatever is there)."""
    parts = writing.parts_for(given)
    person = queries.get_person(actor, person_id, parts=parts, lock=True)
    if not policy.can_edit(actor, person):
        raise NotAllowed(
            _(
                "Only the one who added this person, or someone who sees them with the whole team, can edit."
            )
        )
    check_version(person.version, version)
    was_wide = person.audience == "team"
    widened = "visibility" in given and _share(actor, person, given["visibility"])
    changed = writing.apply(actor, person, given)
    if given.get("external_id"):
        source = _source_of(person, given)
        changed += (
            ["external_id"]
            if writing.name_outside(actor, person, source, given["external_id"])
            else []
        )
    changed += ["visibility"] if widened else []
    if write_fields(actor, [(person.id, given.get("fields", {}), "fields")]):
        changed.append("fields")
    if "positions" in changed:
        link_people(actor, [person])
    if changed:
        note_edit(actor, person, changed)
    if widened and was_wide:
        for tell in _NARROWED:
            tell(actor, person)
    return Written(person, changed, _duplicates_again(actor, person, changed))


def _duplicates(actor: Actor, person: Person) -> list[dict[str, Any]]:
    db.flush()
    return queries.find_duplicates(actor, person.id)


def _duplicates_again(actor: Actor, person: Person, changed: list[str]) -> list[dict[str, Any]]:
    """When somebody becomes recognisable, or is shared: others see them beside their own then."""
    is_shared = "visibility" in changed and person.audience != "private"
    return _duplicates(actor, person) if is_shared or _TELLING & set(changed) else []


def note_edit(actor: Actor, person: Person, changed: list[str]) -> None:
    """Send the change, then write it down: the audit, and who changed which field."""
    person.touch()
    db.flush()
    journal.record(actor, "edit", "person", person.id, fields=changed)
    writing.note_change(actor, person.id, changed, person.version)


def check_version(stored: int, seen: int | None) -> None:
    """Stale when the editor saw another version than the stored one."""
    if seen is not None and seen != stored:
        raise Stale(_("Someone changed this in the meantime. Load it again."))


def _share(actor: Actor, person: Person, given: Mapping[str, Any] | None) -> bool:
    """Change the audience; True when it is another one now."""
    if given is None:
        return False
    visibility = resolve_audience(actor, given, default="private", keep=person.circle_id)
    if visibility.columns() == _audience_of(person):
        return False
    if not policy.can_share(actor, person):
        text = _("Only the one who added this person decides who sees them.")
        raise NotAllowed(text, code="not_the_author", field="visibility")
    if person.audience == "team" and queries.holds_others(actor, person.id):
        text = _(
            "Somebody else entered the same person. Undo the merge before you share with fewer."
        )
        raise NotAllowed(text, code="holds_others", field="visibility")
    person.see(visibility)
    return True


Narrowed = Callable[[Actor, Person], None]
_NARROWED: list[Narrowed] = []


def register_narrowed(tell: Narrowed) -> None:
    """Have it called in the same transaction when the team does not see a person any more."""
    if tell not in _NARROWED:
        _NARROWED.append(tell)


def _audience_of(person: Person) -> dict[str, Any]:
    return {
        "audience": person.audience,
        "audience_people": list(person.audience_people),
        "circle_id": person.circle_id,
    }


def archive_person(actor: Actor, person_id: UUID) -> Person:
    """Take out of lists and reminders; what was given stays in every sum."""
    return _set_archived(actor, person_id, archived=True)


def unarchive_person(actor: Actor, person_id: UUID) -> Person:
    """Put back into lists."""
    return _set_archived(actor, person_id, archived=False)


def _set_archived(actor: Actor, person_id: UUID, *, archived: bool) -> Person:
    person = queries.get_person(actor, person_id, lock=True)
    if not policy.can_archive(actor, person):
        raise NotAllowed(
            _("Members of the team stay in the lists.")
            if person.is_member
            else _("You cannot archive this person.")
        )
    if (person.archived_at is not None) != archived:
        person.archive(clock.now() if archived else None)
        db.flush()
        journal.record(actor, "archive" if archived else "unarchive", "person", person.id)
        writing.note_change(actor, person.id, ["archived"], person.version)
    return person


def delete_person(actor: Actor, person_id: UUID, *, version: int | None = None) -> Person:
    """Hide somebody entered by mistake, with all that is told about them; `restore_person` undoes it.

    What they gave to a member or received stays that member's own, in the ledger.
    """
    person = queries.get_person(actor, person_id, lock=True)
    if person.is_member:
        raise NotAllowed(
            _("A member is not deleted: they leave the team, or an owner removes them.")
        )
    if not policy.can_delete(actor, person):
        raise NotAllowed(
            _(
                "Only the one who added this person, a steward or an owner can delete. You can archive."
            )
        )
    check_version(person.version, version)
    person.delete(clock.now(), actor.person_id)
    db.flush()
    journal.record(actor, "delete", "person", person.id)
    return person


def restore_person(actor: Actor, person_id: UUID) -> Person:
    """Undo a deletion, up to 30 days later. One that nobody deleted answers as it is."""
    person = queries.find_deleted(actor, person_id)
    if person is None:
        return queries.get_person(actor, person_id)
    if not policy.can_restore(actor, person, clock.now()):
        raise NotFound(_("There is no such person, or they are not yours to see."))
    _refuse_when_merged(person)
    person.restore()
    db.flush()
    journal.record(actor, "restore", "person", person.id)
    return person


def _refuse_when_merged(person: Person) -> None:
    if person.merged_into_id is not None:
        raise Conflict(_("This person was merged into another. Undo the merge first."))
