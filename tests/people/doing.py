"""What the tests of people do and read, as an actor does."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from community.identity.models import Actor
from community.journal.models import JournalEntry
from community.people import actions, queries
from community.people.models import Person
from tests.factories.identity import acting


def add(actor: Actor, name: str = "Mara Ellison", **given: Any) -> UUID:
    with acting(actor):
        return actions.create_person(actor, name=name, **given).person.id


def edit(actor: Actor, person_id: UUID, **given: Any) -> list[str]:
    with acting(actor):
        return actions.edit_person(actor, person_id, **given).fields


def row(actor: Actor, person_id: UUID) -> Any:
    with acting(actor):
        return queries.get_person_row(actor, person_id)


def loaded(actor: Actor, person_id: UUID) -> Person:
    with acting(actor):
        return queries.get_person(actor, person_id, parts=queries.PARTS)


def journal(actor: Actor, thing_id: UUID) -> list[tuple[str, list[str]]]:
    with acting(actor) as unit:
        rows = unit.session.scalars(
            select(JournalEntry).where(JournalEntry.thing_id == thing_id).order_by(JournalEntry.id)
        )
        return [(entry.verb, entry.fields) for entry in rows]


def emails(*values: str) -> list[dict[str, str]]:
    return [{"value": value, "label": ""} for value in values]


FULL: dict[str, Any] = {
    "call_name": "Mara",
    "emails": [
        {"value": "mara@hale.example", "label": "work"},
        {"value": "m@home.example", "label": ""},
    ],
    "phones": [{"value": "+49 30 901820", "label": "office"}, {"value": "ask her", "label": ""}],
    "links": [{"value": "https://mara.example", "label": "site"}],
    "birthday": {"month": 2, "day": 29, "year": None},
    "tags": ["Design", "design", "Mentor"],
    "positions": [
        {"organisation": "Hale Studio", "title": "Designer", "from_on": None, "to_on": None}
    ],
}


AUDIENCES = {
    "private": {"audience": "private", "people": [], "circle_id": None},
    "team": {"audience": "team", "people": [], "circle_id": None},
}
