"""That a person's page was opened: written after the answer, in a transaction of its own."""

from collections import OrderedDict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from community.core import clock, db
from community.identity.models import Actor
from community.journal import actions as journal
from community.people.queries import find_in_team

_REMEMBERED = 10_000
_written: OrderedDict[tuple[UUID, UUID, UUID, date], None] = OrderedDict()


def note_opening(actor: Actor, person_id: UUID) -> None:
    """Note that the actor read about a person today; once a reader, person and day.

    What this process wrote already costs no transaction; the row itself is unique besides.
    """
    if actor.is_me(person_id):
        return
    key = (actor.team_id, actor.person_id, person_id, clock.local_clock().date())
    if key in _written:
        return
    with db.transaction(actor.team_id, actor.user_id):
        journal.opened(actor, person_id)
    _written[key] = None
    if len(_written) > _REMEMBERED:
        _written.popitem(last=False)


def note_taking(actor: Actor, person_ids: Collection[UUID]) -> None:
    """Note of the members among these that the actor took them out in a file, as if they were opened.

    Runs in the transaction of whoever makes the file.
    """
    journal.opened_all(actor, find_in_team(person_ids))


def note_list_taken(actor: Actor, person_ids: Collection[UUID]) -> None:
    """The same after the answer, in a transaction of its own; what is written already costs none."""
    day = clock.local_clock().date()
    new = [
        person_id
        for person_id in dict.fromkeys(person_ids)
        if (actor.team_id, actor.person_id, person_id, day) not in _written
    ]
    if not new:
        return
    with db.transaction(actor.team_id, actor.user_id):
        note_taking(actor, new)
    for person_id in new:
        _written[actor.team_id, actor.person_id, person_id, day] = None
    while len(_written) > _REMEMBERED:
        _written.popitem(last=False)
