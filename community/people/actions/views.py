"""Saving, sharing, pinning and forgetting lists of people."""

from uuid import UUID

from community.core import db
from community.core.errors import NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import policy, queries
from community.people.actions.persons import check_version
from community.people.models import SavedView

MOST = 100
THING = "saved_view"


def save_view(
    actor: Actor, *, name: str, query: str, is_shared: bool = False, is_pinned: bool = True
) -> SavedView:
    """Give a filter of the list a name; a shared one is there for the whole team."""
    _check(actor)
    if queries.count_views(actor) >= MOST:
        text = _("You have saved %(max)d lists. Delete one first.", max=MOST)
        raise RuleBroken(text, code="too_many", field="name")
    view = SavedView(id=db.new_id(), author_id=actor.person_id, name=name, query=query)
    view.is_shared, view.pinned_by = is_shared, [actor.person_id] if is_pinned else []
    db.add(view)
    db.flush()
    journal.record(actor, "add", THING, view.id)
    return view


def edit_view(
    actor: Actor,
    view_id: UUID,
    *,
    version: int | None = None,
    name: str | None = None,
    query: str | None = None,
    is_shared: bool | None = None,
) -> SavedView:
    """Another name or filter, or shown to the team or not; what is not given stays."""
    view = _own(actor, view_id)
    check_version(view.version, version)
    given = {"name": name, "query": query, "is_shared": is_shared}
    changed = [
        key for key, value in given.items() if value is not None and getattr(view, key) != value
    ]
    for key in changed:
        setattr(view, key, given[key])
    if changed:
        db.flush()
        journal.record(actor, "edit", THING, view.id, fields=changed)
    return view


def delete_view(actor: Actor, view_id: UUID, *, version: int | None = None) -> None:
    """Forget a saved list; the people in it are as they were."""
    view = _own(actor, view_id)
    check_version(view.version, version)
    journal.record(actor, "delete", THING, view.id)
    db.session().delete(view)
    db.flush()


def pin_view(actor: Actor, view_id: UUID, *, is_pinned: bool) -> SavedView:
    """Keep a list above one's own list of people, or not; nobody else's changes."""
    view = queries.get_view(actor, view_id, lock=True)
    others = [one for one in view.pinned_by if not actor.is_me(one)]
    wanted = [*others, actor.person_id] if is_pinned else others
    if set(wanted) != set(view.pinned_by):
        view.pinned_by = wanted
        db.flush()
    return view


def _check(actor: Actor) -> None:
    if not policy.can_create(actor):
        raise NotAllowed(_("Guests do not look after the list of people."))


def _own(actor: Actor, view_id: UUID) -> SavedView:
    view = queries.get_view(actor, view_id, lock=True)
    if not policy.can_change_view(actor, view):
        raise NotAllowed(_("Only whoever saved this list changes or deletes it."))
    return view
