"""Adding, editing, archiving, deleting and restoring organisations."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from community.core import clock, db
from community.core.errors import NotAllowed, NotFound
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import policy, queries
from community.people.actions.audiences import resolve_audience
from community.people.actions.linking import link_to
from community.people.actions.persons import check_version
from community.people.models import Organisation

_TEXTS = ("web", "about")


def create_organisation(
    actor: Actor,
    *,
    name: str,
    web: str = "",
    about: str = "",
    visibility: Mapping[str, Any] | None = None,
) -> Organisation:
    """Add an organisation; positions that say its name are at it, where the team sees it."""
    check_may_add_organisation(actor)
    made = Organisation(author_id=actor.person_id, web=web, about=about)
    made.id = db.new_id()
    made.rename(name)
    made.see(resolve_audience(actor, visibility, default="team"))
    db.add(made)
    db.flush()
    link_to(actor, made)
    journal.record(actor, "add", "organisation", made.id)
    return made


def check_may_add_organisation(actor: Actor) -> None:
    """NotAllowed for guests, who add nothing here."""
    if not policy.can_create(actor):
        raise NotAllowed(_("Guests cannot add organisations. Ask a member to do it."))


def edit_organisation(
    actor: Actor, organisation_id: UUID, *, version: int | None = None, **given: Any
) -> Organisation:
    """Change the given fields; `version` is the one the editor saw (None: whatever is there)."""
    found = _to_edit(actor, organisation_id)
    check_version(found.version, version)
    changed = [name for name in _TEXTS if name in given and getattr(found, name) != given[name]]
    for name in changed:
        setattr(found, name, given[name])
    if given.get("name", found.name) != found.name:
        found.rename(given["name"])
        changed.append("name")
    if given.get("visibility") is not None and _share(actor, found, given["visibility"]):
        changed.append("visibility")
    if changed:
        db.flush()
        journal.record(actor, "edit", "organisation", found.id, fields=changed)
    if {"name", "visibility"} & set(changed):
        link_to(actor, found)
    return found


def _share(actor: Actor, found: Organisation, given: Mapping[str, Any]) -> bool:
    before = found.visibility
    visibility = resolve_audience(actor, given, default="private", keep=found.circle_id)
    wanted = visibility.columns()
    if wanted == {
        "audience": found.audience,
        "audience_people": list(found.audience_people),
        "circle_id": found.circle_id,
    }:
        return False
    if found.author_id not in actor.person_ids:
        text = _("Only the one who added this organisation decides who sees it.")
        raise NotAllowed(text, code="not_the_author", field="visibility")
    found.see(visibility)
    return found.visibility != before


def archive_organisation(actor: Actor, organisation_id: UUID) -> Organisation:
    """Take out of the list; positions at it stay."""
    return _set_archived(actor, organisation_id, archived=True)


def unarchive_organisation(actor: Actor, organisation_id: UUID) -> Organisation:
    """Put back into the list."""
    return _set_archived(actor, organisation_id, archived=False)


def _set_archived(actor: Actor, organisation_id: UUID, *, archived: bool) -> Organisation:
    found = _to_edit(actor, organisation_id)
    if (found.archived_at is not None) != archived:
        found.archive(clock.now() if archived else None)
        db.flush()
        journal.record(actor, "archive" if archived else "unarchive", "organisation", found.id)
    return found


def delete_organisation(
    actor: Actor, organisation_id: UUID, *, version: int | None = None
) -> Organisation:
    """Hide one entered by mistake; positions keep its name, and `restore_organisation` undoes it."""
    found = queries.get_organisation(actor, organisation_id, lock=True)
    if not policy.can_delete_organisation(actor, found):
        text = _("Only the one who added it, a steward or an owner can delete. You can archive.")
        raise NotAllowed(text)
    check_version(found.version, version)
    found.delete(clock.now(), actor.person_id)
    db.flush()
    link_to(actor, found)
    journal.record(actor, "delete", "organisation", found.id)
    return found


def restore_organisation(actor: Actor, organisation_id: UUID) -> Organisation:
    """Undo a deletion, up to 30 days later. One that nobody deleted answers as it is."""
    found = queries.find_deleted_organisation(actor, organisation_id)
    if found is None:
        return queries.get_organisation(actor, organisation_id)
    if not policy.can_restore_organisation(actor, found, clock.now()):
        raise NotFound(_("There is no such organisation, or it is not yours to see."))
    found.restore()
    db.flush()
    link_to(actor, found)
    journal.record(actor, "restore", "organisation", found.id)
    return found


def _to_edit(actor: Actor, organisation_id: UUID) -> Organisation:
    found = queries.get_organisation(actor, organisation_id, lock=True)
    if not policy.can_edit_organisation(actor, found):
        text = _(
            "Only the one who added this organisation, or a member of the team where all see it, can edit."
        )
        raise NotAllowed(text)
    return found
