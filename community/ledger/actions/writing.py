"""Putting a new give, or the next act on one, into the ledger, with all that follows from it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from community.capacity import actions as capacity
from community.core import db, hold
from community.identity.models import Actor
from community.journal import actions as journal
from community.ledger import notices
from community.ledger.actions.projections import Counts, project
from community.ledger.models import GiveAct
from community.ledger.models.values import POINTS
from community.ledger.queries import Entry
from community.notifications import actions as notifications

CARRIED = timedelta(days=28)
"""How long a give weighs on its giver's capacity."""
LETS_GO = ("disputed", "retracted", "corrected")


def store_new(actor: Actor, entry: Entry, first: GiveAct, *, announced: bool = True) -> None:
    """Put a new give into the ledger: all its rows go together, with what follows from it."""
    project(entry.state, None)
    for row in (entry.give, entry.state, entry.words, first):
        db.record(row.__table__, _columns(row), soon=True)  # type: ignore[arg-type]
    load = _load(entry)
    if load is not None:
        capacity.commit_to(**load, is_new=True)
    journal.record(
        actor, first.verb, "give", entry.give.id, about_id=other_side(actor.person_id, entry)
    )
    if announced:
        announce(entry, first, hold.period())


def store_act(
    actor: Actor | None,
    entry: Entry,
    act: GiveAct,
    before: Counts,
    *,
    announced: bool = True,
    held: timedelta | None = None,
) -> None:
    """Store the next act and let the sums, the giver's load, the journal and the other side follow."""
    db.add(act)
    # Whoever reads on in this transaction reads the give as it stands now.
    db.session().flush()
    project(entry.state, before)
    _carry(entry, act.verb)
    about = entry.giver.id if act.by_id == entry.give.receiver_id else entry.receiver.id
    journal.record(actor, act.verb, "give", entry.give.id, about_id=about, fields=act.data)
    notifications.settle("give", entry.give.id, notices.outdated(entry.state.state))
    if announced:
        announce(entry, act, hold.period() if held is None else held)


def announce(entry: Entry, act: GiveAct, held: timedelta) -> None:
    """Owe the other side a notice of this act, held back while it can be undone."""
    telling = notices.telling(entry, act)
    if telling is None:
        return
    notifications.notify(
        telling.kind,
        member_id=telling.member_id,
        thing_kind="give",
        thing_id=entry.give.id,
        key=notices.key(telling.kind, entry.give.id, act.seq),
        from_person_id=telling.from_person_id,
        hold=held,
    )


def withdraw_notices(entry: Entry, seq: int) -> None:
    """Nobody hears of the act with this number, if they have not yet."""
    codes = [kind.code for kind in notices.KINDS]
    notifications.withdraw(keys=[notices.key(code, entry.give.id, seq) for code in codes])


def other_side(person_id: UUID, entry: Entry) -> UUID:
    """The other one of a give's two people."""
    return entry.receiver.id if entry.giver.id == person_id else entry.giver.id


def _carry(entry: Entry, verb: str) -> None:
    if entry.state.state in LETS_GO:
        capacity.release("give", entry.give.id)
    elif verb in ("amend", "acknowledge", "take_back"):
        load = _load(entry)
        if load is not None:
            capacity.commit_to(**load)


def _load(entry: Entry) -> dict[str, Any] | None:
    if entry.giver.member_id is None:
        return None
    from_at = datetime.combine(entry.state.happened_on, time(), UTC)
    return {
        "member_id": entry.giver.member_id,
        "kind": "give",
        "thing_kind": "give",
        "thing_id": entry.give.id,
        "from_at": from_at,
        "until_at": from_at + CARRIED,
        "units": POINTS[entry.state.size],
        "minutes": entry.give.minutes,
    }


def _columns(row: db.Base) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
