"""What a colleague reads of a person, as far as the actor reads it too."""

from dataclasses import dataclass
from uuid import UUID

from community.core.paging import Page, PageRequest
from community.identity.models import Actor
from community.people import queries as people
from community.records.queries.items import HeldItem, count_kept, find_items


@dataclass(frozen=True)
class Context:
    """Of `reader`: whether they see the person, what both read, how much of the actor's own they do not."""

    reader: Actor
    sees_person: bool
    items: Page[HeldItem]
    kept: int


def find_context(actor: Actor, person_id: UUID, reader: Actor, request: PageRequest) -> Context:
    """What both may read of a person (a canonical id): never more than the actor reads alone."""
    if actor.is_me(reader.person_id):
        return Context(actor, True, find_items(actor, person_id, request), 0)
    sees = bool(people.find_seen(reader, [person_id]))
    nothing: Page[HeldItem] = Page([], None)
    items = find_items(actor, person_id, request, beside=reader) if sees else nothing
    return Context(reader, sees, items, count_kept(actor, person_id, reader))
