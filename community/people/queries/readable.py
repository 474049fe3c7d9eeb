"""What one may see, as ids alone: for features that name things without telling of them."""

from uuid import UUID

from sqlalchemy import Select, select

from community.identity.models import Actor
from community.people.models import Note, Person
from community.people.policy import visible, visible_notes


def readable(actor: Actor) -> Select[UUID]:
    """The ids of the persons the actor may see."""
    return select(Person.id).where(visible(actor))


def readable_notes(actor: Actor) -> Select[UUID]:
    """The ids of the notes the actor may read."""
    return select(Note.id).where(visible_notes(actor))
