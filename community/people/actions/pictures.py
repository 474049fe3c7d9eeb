"""Giving somebody a picture, taking it away, and showing an earlier one again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, update

from community.core import clock, db
from community.core.errors import NotAllowed
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.people import policy, queries
from community.people.actions.persons import check_version, note_edit
from community.people.formats.pictures import Made, read_picture
from community.people.models import Person, Picture
from community.people.policy import UNDO_FOR
from community.people.queries import pictures

_UNFETCHED = {"synchronize_session": False}


def set_picture(
    actor: Actor, person_id: UUID, content: bytes, *, version: int | None = None
) -> Person:
    """Show a person with the picture in this file; RuleBroken says what is wrong with the file."""
    # Decoding takes its time: who may not need not have it, and nobody waits for the row meanwhile.
    _check_may_give(actor, queries.get_person(actor, person_id))
    made = read_picture(content)
    person = queries.get_person(actor, person_id, lock=True)
    _check_may_give(actor, person)
    check_version(person.version, version)
    return give_picture(actor, person, made)


def give_picture(actor: Actor, person: Person, made: Made) -> Person:
    """A picture that was read already, for a person who is locked and may be changed."""
    picture = Picture(id=db.new_id(), person_id=person.id, author_id=actor.person_id)
    picture.content, picture.small = made.large, made.small
    db.add(picture)
    return _show(actor, person, picture.id)


def _check_may_give(actor: Actor, person: Person) -> None:
    if not policy.can_give_picture(actor, person):
        text = _(
            "Only the one who added this person, or someone who sees them with the whole team, can edit."
        )
        if person.is_member:
            text = _("Whoever is in the team chooses their own picture.")
        raise NotAllowed(text)


def remove_picture(actor: Actor, person_id: UUID, *, version: int | None = None) -> Person:
    """Show a person by their initials again; `restore_picture` undoes it for 30 days."""
    person = queries.get_person(actor, person_id, lock=True)
    if not policy.can_edit(actor, person):
        raise NotAllowed(_("Only they, or an owner, can take this picture away."))
    check_version(person.version, version)
    return person if person.picture_id is None else _show(actor, person, None)


def restore_picture(actor: Actor, person_id: UUID, picture_id: UUID) -> Person:
    """Show an earlier picture of a person again, up to 30 days after it was shown last."""
    person = queries.get_person(actor, person_id, lock=True)
    _check_may_give(actor, person)
    earlier = pictures.get_earlier_picture(actor, person.id, picture_id, clock.now())
    return person if person.picture_id == earlier else _show(actor, person, earlier)


def _show(actor: Actor, person: Person, picture_id: UUID | None) -> Person:
    person.picture_id = picture_id
    note_edit(actor, person, ["picture"])
    return person


def forget_pictures(as_of: datetime) -> int:
    """Pictures that nobody was shown with for 30 days are forgotten. Returns how many."""
    here = Picture.team_id == db.current_team_id()
    is_shown = exists().where(Person.team_id == Picture.team_id, Person.picture_id == Picture.id)
    waits = Picture.unused_since.is_not(None)
    for clause, since in ((is_shown & waits, None), (~is_shown & ~waits, as_of)):
        db.session().execute(
            update(Picture)
            .where(here, clause)
            .values(unused_since=since)
            .execution_options(**_UNFETCHED)
        )
    over = delete(Picture).where(here, Picture.unused_since < as_of - UNDO_FOR)
    return db.row_count(db.session().execute(over.execution_options(**_UNFETCHED)))
