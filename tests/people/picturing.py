"""Pictures for tests, drawn here."""

import io

from PIL import Image

from community.core import db
from community.identity.models import Actor
from community.people.actions import pictures
from community.people.models import Person


def drawn(width: int = 64, height: int = 64, colour: str = "teal", kind: str = "PNG") -> bytes:
    """A file with one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return out.getvalue()


def give(actor: Actor, person: Person, colour: str = "teal") -> Person:
    """A person with a picture that the actor chose."""
    with db.transaction(actor.team_id, actor.user_id):
        return pictures.set_picture(actor, person.id, drawn(colour=colour))
