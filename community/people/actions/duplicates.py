"""Telling people apart who look like one."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from community.core import db
from community.core.errors import Conflict, NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import policy, queries
from community.people.models import Distinction


def tell_apart(actor: Actor, a_id: UUID, b_id: UUID) -> Distinction:
    """Say for the whole team that these are two people; saying it again changes nothing."""
    if not policy.can_create(actor):
        raise NotAllowed(_("Guests do not look after the list of people."))
    one, other = sorted(queries.get_person(actor, person_id).id for person_id in (a_id, b_id))
    if one == other:
        raise RuleBroken(_("This is one person already."), code="same_person", field="b_id")
    known = queries.find_distinction(actor, one, other)
    if known is not None:
        return known
    said = Distinction(id=db.new_id(), a_id=one, b_id=other, author_id=actor.person_id)
    try:
        with db.attempt():
            db.add(said)
    except IntegrityError as error:
        raise Conflict(_("This was said just now."), code="said_already") from error
    journal.record(actor, "tell_apart", "person", one, about_id=other)
    return said


def withdraw_distinction(actor: Actor, distinction_id: UUID) -> None:
    """They may be one after all: they are proposed again."""
    said = queries.get_distinction(actor, distinction_id)
    if not policy.can_create(actor):
        raise NotAllowed(_("Guests do not look after the list of people."))
    journal.record(actor, "withdraw_distinction", "person", said.a_id, about_id=said.b_id)
    db.session().delete(said)
    db.flush()
