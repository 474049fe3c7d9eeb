"""What somebody does now, and before: one position after the other."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from community.core import clock, db
from community.core.errors import NotAllowed, NotFound, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.people import policy, queries
from community.people.actions.linking import link_people
from community.people.actions.persons import note_edit
from community.people.models import Person, Position

_DAYS = ("from_on", "to_on")
_PARTS = ("emails", "positions")
MANY = 50


def add_position(
    actor: Actor, person_id: UUID, *, closes_current: bool = False, **given: Any
) -> Position:
    """Add what somebody does; with `closes_current` what they did until now ends where this begins."""
    person = _person(actor, person_id)
    if len(person.positions) >= MANY:
        raise RuleBroken(_("These are too many."), code="too_many", field="organisation")
    if closes_current:
        _close(person, given.get("from_on") or clock.today(actor.zone))
    position = Position(id=db.new_id(), person_id=person.id)
    _write(position, {"organisation": "", "title": "", "from_on": None, "to_on": None, **given})
    position.organisation_id = None
    person.positions.append(position)
    _keep(actor, person)
    return position


def edit_position(actor: Actor, person_id: UUID, position_id: UUID, **given: Any) -> Position:
    """Change the given fields of one of a person's positions."""
    person = _person(actor, person_id)
    position = _one_of(person, position_id)
    _write(position, given)
    _keep(actor, person)
    return position


def remove_position(actor: Actor, person_id: UUID, position_id: UUID) -> None:
    """Take a position away that was entered by mistake; one that is over gets an end instead."""
    person = _person(actor, person_id)
    person.positions.remove(_one_of(person, position_id))
    _keep(actor, person)


def _person(actor: Actor, person_id: UUID) -> Person:
    person = queries.get_person(actor, person_id, parts=_PARTS, lock=True)
    if not policy.can_edit(actor, person):
        raise NotAllowed(_("You cannot edit this person."))
    return person


def _one_of(person: Person, position_id: UUID) -> Position:
    for position in person.positions:
        if position.id == position_id:
            return position
    raise NotFound(_("There is no such position, or it is not yours to see."))


def _close(person: Person, on: date) -> None:
    for position in person.positions:
        if position.is_current and (position.from_on is None or position.from_on <= on):
            position.to_on = on


def _write(position: Position, given: Mapping[str, Any]) -> None:
    if "organisation" in given:
        position.move_to(given["organisation"])
    if "title" in given:
        position.title = given["title"]
    for name in _DAYS:
        if name in given:
            setattr(position, name, given[name])
    if not (position.organisation or position.title):
        text = _("Name the organisation or what they do there.")
        raise RuleBroken(text, code="empty", field="organisation")
    if position.from_on and position.to_on and position.to_on < position.from_on:
        raise RuleBroken(_("The end is before the beginning."), code="order", field="to_on")


def _keep(actor: Actor, person: Person) -> None:
    organisations = [position.organisation for position in person.positions]
    person.index_names([*(email.value for email in person.emails), *organisations])
    link_people(actor, [person])
    note_edit(actor, person, ["positions"])
