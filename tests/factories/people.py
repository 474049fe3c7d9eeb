"""People outside the team, for tests."""

import itertools
from typing import Any

from community.core import db
from community.identity.models import Actor
from community.people.models import Person, PersonEmail

_numbers = itertools.count(1)


def make_person(
    author: Actor, name: str | None = None, *, email: str | None = None, **columns: Any
) -> Person:
    """A person the author entered; visible to the team unless `audience` says otherwise."""
    with db.transaction(author.team_id, author.user_id):
        person_id = db.new_id()
        values = {"audience": "team", "source": "typed", **columns}
        person = Person(id=person_id, canonical_id=person_id, author_id=author.person_id, **values)
        person.rename(name or f"Outside Person {next(_numbers)}", "")
        db.add(person)
        db.flush()
        if email:
            db.add(PersonEmail(person_id=person_id, value=email))
    return person
