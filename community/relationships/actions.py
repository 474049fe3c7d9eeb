"""Writing how one met somebody."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from community.core import clock, db
from community.core.errors import Conflict, NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import actions as people_actions
from community.people import queries as people
from community.people.actions.persons import check_version
from community.relationships import policy, queries
from community.relationships.models import Tie

_PLAIN = ("met_on", "met_where")


def add_tie(actor: Actor, person_id: UUID, **given: Any) -> Tie:
    """Write how one met a person; once a person. Private unless the author says otherwise."""
    if not policy.can_tie(actor):
        raise NotAllowed(_("Guests cannot write about people."))
    person = people.get_person(actor, person_id)
    if actor.is_me(person.id):
        raise RuleBroken(_("This is you."), code="same_person", field="person_id")
    if queries.find_mine(actor, person.id) is not None:
        text = _("You have written how you met. Change that instead.")
        raise Conflict(text, code="already_there", field="person_id")
    made = Tie(id=db.new_id(), person_id=person.id, author_id=actor.person_id)
    made.met_on = made.met_where = made.met_through_kind = ""
    made.met_through_id = None
    _write(actor, made, given)
    visibility, default = given.get("visibility"), actor.default_audience
    made.see(people_actions.resolve_audience(actor, visibility, default=default))
    db.add(made)
    db.flush()
    journal.record(actor, "add", "tie", made.id, about_id=person.id)
    return made


def edit_tie(actor: Actor, tie_id: UUID, *, version: int | None = None, **given: Any) -> Tie:
    """Change the given parts of one's own tie."""
    tie = _own(actor, tie_id)
    check_version(tie.version, version)
    changed = _write(actor, tie, given)
    if given.get("visibility") is not None:
        before, wanted = tie.visibility, given["visibility"]
        tie.see(
            people_actions.resolve_audience(actor, wanted, default="private", keep=tie.circle_id)
        )
        changed += ["visibility"] if tie.visibility != before else []
    if changed:
        db.flush()
        journal.record(actor, "edit", "tie", tie.id, about_id=tie.person_id, fields=changed)
    return tie


def say_how_met(actor: Actor, person_id: UUID, *, version: int | None = None, **given: Any) -> Tie:
    """Write it where it is not written yet, or change what is."""
    person = people.get_person(actor, person_id)
    mine = queries.find_mine(actor, person.id)
    if mine is None:
        return add_tie(actor, person.id, **given)
    return edit_tie(actor, mine.id, version=version, **given)


def _write(actor: Actor, tie: Tie, given: Mapping[str, Any]) -> list[str]:
    changed = [name for name in _PLAIN if name in given and getattr(tie, name) != given[name]]
    for name in changed:
        setattr(tie, name, given[name])
    if "met_on" in changed and tie.met_on > clock.today(actor.zone).isoformat():
        raise RuleBroken(_("This day is still to come."), code="in_the_future", field="met_on")
    if "met_through" in given and _lead_through(actor, tie, given["met_through"]):
        changed.append("met_through")
    return changed


def _lead_through(actor: Actor, tie: Tie, through: Mapping[str, Any] | None) -> bool:
    before = tie.met_through_kind, tie.met_through_id
    if through is None:
        tie.met_through_kind, tie.met_through_id = "", None
        return before != ("", None)
    # Only a person can be it by now: the kinds of features above register with them.
    person = people.get_person(actor, through["id"])
    if person.id == tie.person_id:
        text = _("Nobody meets somebody through themself.")
        raise RuleBroken(text, code="same_person", field="met_through.id")
    tie.met_through_kind, tie.met_through_id = through["kind"], person.id
    return before != (tie.met_through_kind, tie.met_through_id)


def delete_tie(actor: Actor, tie_id: UUID, *, version: int | None = None) -> Tie:
    """Take away how one met somebody; can be brought back."""
    tie = _own(actor, tie_id)
    check_version(tie.version, version)
    tie.delete(clock.now())
    db.flush()
    journal.record(actor, "delete", "tie", tie.id, about_id=tie.person_id)
    return tie


def restore_tie(actor: Actor, tie_id: UUID) -> Tie:
    """Undo a deletion; not where one was written anew since."""
    tie = queries.get_own_tie(actor, tie_id)
    if tie.deleted_at is not None:
        if queries.find_mine(actor, people.get_person(actor, tie.person_id).id) is not None:
            raise Conflict(_("You have written it anew since."), code="already_there")
        tie.restore()
        db.flush()
        journal.record(actor, "restore", "tie", tie.id, about_id=tie.person_id)
    return tie


def _own(actor: Actor, tie_id: UUID) -> Tie:
    tie = queries.get_tie(actor, tie_id)
    if not policy.can_change(actor, tie):
        raise NotAllowed(_("Only the one who wrote this can change it."))
    return tie
