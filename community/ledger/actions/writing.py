"""Putting a new give, or the next act on one, into the ledger, with all that follows from it."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam
from sqlalchemy.dialects.postgresql import Insert, insert

from community.capacity import actions as capacity
from community.capacity.models import Commitment
from community.core import db, hold
from community.identity.models import Actor
from community.journal import actions as journal
from community.ledger import notices
from community.ledger.actions.projections import Counts, project
from community.ledger.models import Give, GiveAct, GiveState, GiveWords
from community.ledger.models.values import POINTS
from community.ledger.queries import Entry
from community.notifications import actions as notifications

CARRIED = timedelta(days=28)
"""How long a give weighs on its giver's capacity."""
LETS_GO = ("disputed", "retracted", "corrected")


def store_new(actor: Actor, entry: Entry, first: GiveAct) -> None:
    """Insert a new give: its four rows and the giver's load in one statement, then the rest."""
    load = _load(entry)
    values = _columns(entry.state) | _columns(entry.give) | _columns(entry.words)
    values |= _columns(first) | {f"load_{name}": value for name, value in (load or {}).items()}
    if load is not None:
        values["load_id"] = db.new_id()
    places = {_place(name): value for name, value in values.items() if name != "id"}
    db.session().execute(_insertion(has_load=load is not None), places)
    project(entry.state, None)
    journal.record(
        actor, first.verb, "give", entry.give.id, about_id=other_side(actor.person_id, entry)
    )
    announce(entry, first, hold.period())


@cache
def _insertion(*, has_load: bool) -> Insert:
    """The statement of a new give, built once: what several rows share has one place."""
    tables = (GiveState, Give, GiveAct, GiveWords)
    parts = [insert(table).values(_places(table)) for table in tables]
    if has_load:
        own = _places(Commitment, "load_")
        shared = {"team_id": _bind(GiveState, "team_id"), "thing_id": _bind(GiveState, "give_id")}
        parts.append(capacity.committing(own | shared))
    statement, *others = parts
    for number, part in enumerate(others):
        statement = statement.add_cte(part.cte(f"part_{number}"))
    return statement


def _places(model: type[db.Base], prefix: str = "") -> dict[str, BindParameter[Any]]:
    return {c.key: _bind(model, c.key, prefix) for c in model.__table__.columns}


def _bind(model: type[db.Base], column: str, prefix: str = "") -> BindParameter[Any]:
    name = "give_id" if model is Give and column == "id" else column
    return bindparam(_place(prefix + name), type_=model.__table__.columns[column].type)


def _place(name: str) -> str:
    return f"new_{name}"


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
