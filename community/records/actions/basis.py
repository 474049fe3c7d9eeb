"""On what ground somebody is held, and what they agreed to."""

from datetime import date
from uuid import UUID

from community.core import clock, db
from community.core.errors import NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.journal import actions as journal
from community.people.models import Person
from community.records import policy, queries
from community.records.models import Consent

PERSON = "person"


def say_basis(actor: Actor, person_id: UUID, basis: str) -> Person:
    """Set the lawful basis on which the team holds the person."""
    person = queries.get_person(actor, person_id)
    _check_may_say(actor, person)
    if person.lawful_basis != basis:
        person.lawful_basis = basis
        db.flush()
        journal.record(actor, "edit", PERSON, person.id, fields=["lawful_basis"])
    return person


def record_consent(
    actor: Actor,
    person_id: UUID,
    *,
    purpose: str,
    is_given: bool,
    how: str = "",
    happened_on: date | None = None,
) -> Consent:
    """Note that the person agreed to something, or took it back; never changed afterwards."""
    person = queries.get_person(actor, person_id)
    if not actor.is_me(person.id):
        _check_may_say(actor, person)
    if happened_on is not None and happened_on > clock.today():
        raise RuleBroken(_("This day is in the future."), code="in_the_future", field="happened_on")
    consent = Consent(
        id=db.new_id(),
        person_id=person.id,
        purpose=purpose,
        is_given=is_given,
        how=how,
        happened_on=happened_on or clock.today(),
        author_id=actor.person_id,
    )
    db.add(consent)
    db.flush()
    verb = "record_consent" if is_given else "record_withdrawal"
    journal.record(actor, verb, PERSON, person.id, about_id=person.id)
    return consent


def _check_may_say(actor: Actor, person: Person) -> None:
    if not policy.can_say_basis(actor, person):
        raise NotAllowed(_("Only who may edit this person says on what ground they are held."))
