"""That a member's page was opened: written after the answer, in a transaction of its own."""

from collections import OrderedDict
from datetime import date
from uuid import UUID

from community.core import clock, db
from community.identity.models import Actor
from community.journal import actions as journal

_REMEMBERED = 10_000
_written: OrderedDict[tuple[UUID, UUID, UUID, date], None] = OrderedDict()


def note_opening(actor: Actor, person_id: UUID) -> None:
    """Note that the actor read about a member today; once a reader, member and day.

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
