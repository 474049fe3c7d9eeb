"""Lists of gives: filters, what waits for an answer, a person's timeline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from community.core import clock, db, paging
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest
from community.core.prepared import Prepared
from community.identity.models import Actor
from community.ledger import policy
from community.ledger.models import GiveState
from community.ledger.models.states import SETTLED
from community.ledger.models.values import CONFIRMED, LINK_FOR
from community.ledger.queries.rows import SeenGive, rows, seen_row, with_people
from community.people.models import Person

# Where a statement that is built once has its number of rows.
_ROWS = 987_654_321


@dataclass(frozen=True)
class GiveFilter:
    """What a list is narrowed to. Persons are given by any of their ids."""

    giver_id: UUID | None = None
    receiver_id: UUID | None = None
    with_id: UUID | None = None
    kind: str | None = None
    states: tuple[str, ...] = ()
    since: date | None = None
    thanked: bool | None = None
    open_only: bool = False


def find_gives(actor: Actor, wanted: GiveFilter, request: PageRequest) -> Page[SeenGive]:
    """The gives the actor may see, latest first."""
    values = {**_values(actor, wanted), "rows": request.limit + 1}
    if request.cursor:
        day, give_id = paging.decode(request.cursor, (date.fromisoformat, UUID))
        values |= _edge((day, give_id))
    shape = tuple((name, len(v) if isinstance(v, tuple) else 0) for name, v in values.items())
    prepared = _prepared_list(actor.shape, shape, wanted.thanked, wanted.open_only)
    found = [seen_row(actor, row) for row in prepared.rows({**actor.places, **values})]
    return paging.page(found, request, lambda give: (give.happened_on, give.id))


@lru_cache(maxsize=500)
def _prepared_list(
    shape: tuple[str, int, int],
    filters: tuple[tuple[str, int], ...],
    thanked: bool | None,
    open_only: bool,
) -> Prepared:
    """The list for all readers of one shape, narrowed by the same filters."""
    nobody = Actor.stand_in(shape)
    values = {name: _stand_in(name, parts) for name, parts in filters}
    clauses = _clauses(nobody, values, thanked=thanked, open_only=open_only)
    columns = (GiveState.happened_on, GiveState.give_id)
    if "before_id" in values:
        edge = tuple_(values["before_day"], values["before_id"])
        clauses.append(tuple_(*columns) < edge)
    latest = [column.desc() for column in columns]
    statement = rows(nobody).where(*clauses).order_by(*latest).limit(_ROWS)
    return Prepared(statement, {**nobody.places, **values})


def _stand_in(name: str, parts: int) -> Any:
    if name in _STAND_INS:
        return _STAND_INS[name]
    if name == "states":
        return tuple(f"\ue000state{number}" for number in range(parts))
    return tuple(uuid4() for _ in range(parts)) if parts else uuid4()


_STAND_INS: dict[str, Any] = {
    "kind": "\ue000kind",
    "since": date(1901, 2, 3),
    "before_day": date(1902, 3, 4),
    "rows": _ROWS,
}


def find_gives_by_id(actor: Actor, give_ids: Sequence[UUID]) -> dict[UUID, SeenGive]:
    """Those of these gives that the actor may see, by id."""
    values = {**actor.places, "ids": tuple(give_ids)}
    found = _prepared_by_id(actor.shape).rows(values)
    return {row.give_id: seen_row(actor, row) for row in found}


@lru_cache(maxsize=100)
def _prepared_by_id(shape: tuple[str, int, int]) -> Prepared:
    """Gives by their ids, for all readers of one shape."""
    nobody, ids = Actor.stand_in(shape), (uuid4(),)
    wanted = GiveState.give_id == any_(literal(list(ids), ARRAY(Uuid)))
    statement = rows(nobody).where(policy.visible(nobody), wanted)
    return Prepared(statement, {**nobody.places, "ids": ids})


@dataclass(frozen=True)
class MySums:
    """How many entries of a filter are mine, by how they stand; never anybody else's.

    `given` and `received` were thanked for. `to_answer` and `asked` wait, the first for my own
    word; `older` did so for thirty days, or as long as a link is good for; of `noted` nobody was asked.
    """

    given: int
    received: int
    to_answer: int
    asked: int
    older: int
    noted: int


def sum_mine(actor: Actor, wanted: GiveFilter) -> MySums:
    """Count what of the filter the actor is part of."""
    gave = GiveState.giver_id == actor.person_id
    thanked = GiveState.state.in_(CONFIRMED)
    # Whose link has expired cannot answer any more.
    over = and_(GiveState.outside, GiveState.awaiting, GiveState.told_at <= clock.now() - LINK_FOR)
    waits = and_(GiveState.awaiting, over.is_not(True))
    parts = {
        "given": and_(gave, thanked),
        "received": and_(~gave, thanked),
        "to_answer": and_(~gave, GiveState.state == "logged"),
        "asked": and_(gave, waits),
        "older": or_(GiveState.state == "lapsed", and_(gave, over)),
        "noted": and_(gave, GiveState.state == "logged", ~GiveState.awaiting),
    }
    counts = select(*(func.count().filter(part).label(name) for name, part in parts.items()))
    clauses = _clauses(
        actor, _values(actor, wanted), thanked=wanted.thanked, open_only=wanted.open_only
    )
    statement = with_people(counts).where(*clauses, policy.concerns(actor))
    return MySums(**db.session().execute(statement).one()._mapping)


def find_to_answer(actor: Actor, limit: int = 20) -> list[SeenGive]:
    """Help the actor received that waits for their word, newest first."""
    return _latest(actor, "to_answer", limit)


def find_unthanked(actor: Actor, limit: int = 20) -> list[SeenGive]:
    """Help the actor received and has not thanked for, however long ago."""
    return _latest(actor, "unthanked", limit)


def find_lately(actor: Actor, limit: int = 10) -> list[SeenGive]:
    """What was given and thanked for lately, as far as the actor may see it."""
    return _latest(actor, "lately", limit)


def _edge(before: tuple[date, UUID] | None) -> dict[str, Any]:
    return {} if before is None else {"before_day": before[0], "before_id": before[1]}


def get_give(actor: Actor, give_id: UUID) -> SeenGive:
    """One give the actor may see, or NotFound."""
    found = find_give(actor, give_id)
    if found is None:
        raise NotFound(_("There is no such entry, or it is not yours to see."))
    return found


def find_give(actor: Actor, give_id: UUID) -> SeenGive | None:
    """One give the actor may see, or None."""
    return find_gives_by_id(actor, [give_id]).get(give_id)


def _latest(actor: Actor, what: str, limit: int) -> list[SeenGive]:
    rows = _prepared_latest(actor.shape, what).rows({**actor.places, "rows": limit})
    return [seen_row(actor, row) for row in rows]


@lru_cache(maxsize=100)
def _prepared_latest(shape: tuple[str, int, int], what: str) -> Prepared:
    nobody = Actor.stand_in(shape)
    statement = _latest_statement(nobody, _LISTS[what](nobody))
    return Prepared(statement, {**nobody.places, "rows": _ROWS})


def _latest_statement(actor: Actor, clause: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        rows(actor)
        .where(policy.visible(actor), clause)
        .order_by(GiveState.happened_on.desc(), GiveState.give_id.desc())
        .limit(_ROWS)
    )


def _mine_to_answer(actor: Actor) -> ColumnElement[bool]:
    return and_(GiveState.receiver_id == actor.person_id, GiveState.no_reply.is_(False))


_LISTS: dict[str, Callable[[Actor], ColumnElement[bool]]] = {
    "to_answer": lambda actor: and_(_mine_to_answer(actor), GiveState.state == "logged"),
    "unthanked": lambda actor: and_(
        _mine_to_answer(actor), GiveState.state.in_(("logged", "lapsed"))
    ),
    "lately": lambda _actor: GiveState.state.in_(CONFIRMED),
}


def _values(actor: Actor, wanted: GiveFilter) -> dict[str, Any]:
    """What a filter compares with. Of somebody who is not in the team no other id is looked for."""
    values: dict[str, Any] = {}
    people = {"giver": wanted.giver_id, "receiver": wanted.receiver_id, "with": wanted.with_id}
    for name, person_id in people.items():
        if person_id:
            values[name] = tuple(_ids_of(actor, person_id)) or (person_id,)
    if wanted.kind:
        values["kind"] = wanted.kind
    if wanted.states:
        values["states"] = wanted.states
    if wanted.since:
        values["since"] = wanted.since
    return values


def _clauses(
    actor: Actor, values: Mapping[str, Any], *, thanked: bool | None, open_only: bool
) -> list[ColumnElement[bool]]:
    clauses = [policy.visible(actor)]
    # What was taken back is the writer's own to look up.
    clauses.append(or_(GiveState.state != "retracted", GiveState.author_id.in_(actor.person_ids)))
    clauses += [_FILTERS[name](actor, value) for name, value in values.items() if name in _FILTERS]
    if open_only:
        clauses.append(GiveState.state.not_in(SETTLED))
    if thanked is not None:
        said = GiveState.state.in_(CONFIRMED)
        waiting = and_(GiveState.state.in_(("logged", "lapsed")), GiveState.no_reply.is_(False))
        clauses.append(said if thanked else waiting)
    return clauses


_FILTERS: dict[str, Callable[[Actor, Any], ColumnElement[bool]]] = {
    "giver": lambda _actor, ids: GiveState.giver_id.in_(ids),
    "receiver": lambda _actor, ids: GiveState.receiver_id.in_(ids),
    "with": lambda actor, ids: _between(actor.person_ids, ids),
    "kind": lambda _actor, kind: GiveState.kind == kind,
    "states": lambda _actor, states: GiveState.state.in_(states),
    "since": lambda _actor, day: GiveState.happened_on >= day,
}


def _ids_of(actor: Actor, person_id: UUID) -> Sequence[UUID]:
    """Every id of a person: whoever was merged into the same one.

    Read before the list, not inside it: only with the ids themselves does the planner know
    whether a person has three entries or half of them all.
    """
    if actor.is_me(person_id):
        return actor.person_ids
    team = Person.team_id == actor.team_id
    canonical = select(Person.canonical_id).where(team, Person.id == person_id)
    statement = select(Person.id).where(team, Person.canonical_id == canonical.scalar_subquery())
    return db.session().scalars(statement).all()


def _between(some: Sequence[UUID], others: Sequence[UUID]) -> ColumnElement[bool]:
    return or_(
        and_(GiveState.giver_id.in_(some), GiveState.receiver_id.in_(others)),
        and_(GiveState.receiver_id.in_(some), GiveState.giver_id.in_(others)),
    )
