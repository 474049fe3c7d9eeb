"""Search: the people one may see, by name and address. Other features add what they find here."""

from dataclasses import dataclass
from uuid import UUID

from community.identity.models import Actor
from community.people import queries as people


@dataclass(frozen=True)
class Hit:
    """One thing that was found."""

    kind: str
    id: UUID
    title: str
    text: str
    person_id: UUID | None = None


def find_everything(actor: Actor, q: str, limit: int = 20) -> list[Hit]:
    """The best hits for a few words; an empty question finds nothing."""
    return [_person(found) for found in people.named_options(people.search_people(actor, q, limit))]


def _person(found: people.NameOption) -> Hit:
    return Hit("person", found.id, found.name, found.beside, found.id)
