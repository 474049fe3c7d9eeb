"""What the whole ledger counts, for features that keep sums of it and must be able to replay them."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.sql.selectable import Subquery

from community.core import db
from community.identity.models import Actor
from community.ledger.models import Give, GiveAct, GiveState, replay
from community.ledger.models.values import CONFIRMED

GIVER_COUNTS: ColumnElement[Any] = case(
    (GiveState.state.in_(CONFIRMED), GiveState.value),
    (
        and_(GiveState.state == "logged", or_(GiveState.outside, GiveState.no_reply)),
        GiveState.value,
    ),
    else_=0,
)
"""`values.counted_for_giver`, said in SQL."""

BATCH = 500


def lock_whole_ledger() -> None:
    """Wait for the team's acts under way, and keep new ones waiting, until the commit."""
    name = func.hashtextextended(ledger_name(), 0)
    db.session().execute(select(func.pg_advisory_xact_lock(name)))


def ledger_name() -> str:
    """What the lock of the team's whole ledger is called."""
    return f"ledger:{db.current_team_id()}"


def views() -> Subquery:
    """Every counting entry of the team, once for each of its two people.

    Columns: `viewer_id`, `other_id`, `day`, and what the viewer `given` or `received` by it.
    """
    team = GiveState.team_id == db.current_team_id()
    nothing = literal(0)
    gave = select(
        GiveState.giver_id.label("viewer_id"),
        GiveState.receiver_id.label("other_id"),
        GiveState.happened_on.label("day"),
        GIVER_COUNTS.label("given"),
        nothing.label("received"),
    ).where(team, GIVER_COUNTS > 0)
    got = select(
        GiveState.receiver_id,
        GiveState.giver_id,
        GiveState.happened_on,
        nothing,
        GiveState.counted_value,
    ).where(team, GiveState.counted_value > 0)
    return union_all(gave, got).subquery("views")


def sum_by_kind(actor: Actor, since: date, until: date) -> list[tuple[str, str, int, float]]:
    """What counts of the actor's own entries: (given or received, kind, entries, value), own eyes only."""
    gave = GiveState.giver_id == actor.person_id
    return _by_kind(actor, "given", gave, GIVER_COUNTS, since, until) + _by_kind(
        actor,
        "received",
        GiveState.receiver_id == actor.person_id,
        GiveState.counted_value,
        since,
        until,
    )


def _by_kind(
    actor: Actor,
    side: str,
    mine: ColumnElement[bool],
    counts: Any,
    since: date,
    until: date,
) -> list[tuple[str, str, int, float]]:
    statement: Select[*tuple[Any, ...]] = (
        select(GiveState.kind, func.count(), func.sum(counts))
        .where(GiveState.team_id == actor.team_id, mine, counts > 0)
        .where(GiveState.happened_on.between(since, until))
        .group_by(GiveState.kind)
        .order_by(GiveState.kind)
    )
    return [(side, kind, n, float(total)) for kind, n, total in db.session().execute(statement)]


def find_drifted() -> Iterator[UUID]:
    """Gives whose stored state differs from the replay of their acts: there should be none."""
    last: UUID | None = None
    while True:
        ids = _next_ids(last)
        if not ids:
            return
        acts: dict[UUID, list[GiveAct]] = {}
        for act in _acts_of(ids):
            acts.setdefault(act.give_id, []).append(act)
        for give, state in _pairs_of(ids):
            if differs(state, replay(give, acts[give.id])):
                yield give.id
        last = ids[-1]


def differs(kept: GiveState, replayed: GiveState) -> bool:
    """Whether any column of the two states is not the same."""
    names = [column.key for column in GiveState.__table__.columns]
    return any(_plain(getattr(kept, n)) != _plain(getattr(replayed, n)) for n in names)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, (list, tuple)) else value


def _next_ids(last: UUID | None) -> list[UUID]:
    statement = select(Give.id).where(Give.team_id == db.current_team_id())
    if last is not None:
        statement = statement.where(Give.id > last)
    return list(db.session().scalars(statement.order_by(Give.id).limit(BATCH)))


def _acts_of(ids: list[UUID]) -> list[GiveAct]:
    statement = select(GiveAct).where(
        GiveAct.team_id == db.current_team_id(), GiveAct.give_id.in_(ids)
    )
    return list(db.session().scalars(statement.order_by(GiveAct.give_id, GiveAct.seq)))


def _pairs_of(ids: list[UUID]) -> list[tuple[Give, GiveState]]:
    statement = (
        select(Give, GiveState)
        .join(GiveState, and_(GiveState.team_id == Give.team_id, GiveState.give_id == Give.id))
        .where(Give.team_id == db.current_team_id(), Give.id.in_(ids))
        .execution_options(populate_existing=True)
    )
    return [(give, state) for give, state in db.session().execute(statement)]
