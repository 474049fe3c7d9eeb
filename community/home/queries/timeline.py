"""One timeline per person: every kind of thing that happened, newest first, paged by keyset.

Each kind is read below the cursor through its own `visible(actor)`, all kinds in one statement;
the page is the newest of them together.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import tuple_

from community.core import paging
from community.core.paging import Page, PageRequest, Rows
from community.core.prepared import Prepared
from community.core.unions import Parts
from community.home.queries.timeline_kinds import KINDS, TimelineItem, TimelineKind, start_of
from community.identity.models import Actor
from community.people import queries as people

Edge = tuple[datetime, UUID]
Keep = Callable[[TimelineItem], bool]
_LAST_ID = UUID(int=2**128 - 1)
_BY_CODE = {kind.code: kind for kind in KINDS}
_ROWS = 987_654_321


@dataclass(frozen=True)
class _Ask:
    """Whose timeline, of which kinds and of which member: persons by all of their ids."""

    kinds: tuple[str, ...]
    about: tuple[UUID, ...]
    by: tuple[UUID, ...] = ()


def find_timeline(
    actor: Actor,
    person_id: UUID,
    request: PageRequest,
    *,
    kind: str | None = None,
    member_id: UUID | None = None,
    keep: Keep | None = None,
) -> Page[TimelineItem]:
    """What happened with a person, as far as the actor may see it; of one kind or member if asked.

    `keep` narrows it further.
    """
    edge = read_edge(request) if request.cursor else None
    kinds = tuple(code for code in _BY_CODE if kind in (None, code))
    ids = _ids(actor, [person_id] if member_id is None else [person_id, member_id])
    ask = _Ask(kinds, ids[person_id], ids[member_id] if member_id else ())
    found: list[TimelineItem] = []
    exhausted = False
    while len(found) <= request.limit and not exhausted:
        batch = _newest(actor, ask, edge, request.limit + 1)
        exhausted = len(batch) <= request.limit
        found += [item for item in batch if keep is None or keep(item)]
        edge = (batch[-1].at, batch[-1].id) if batch else edge
    return paging.page(found, request, lambda item: (item.at.isoformat(), item.id))


def _ids(actor: Actor, person_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Every id of these persons.

    Read before the list, not inside it: only with the ids themselves does the planner know
    whether a person has three entries or half of them all.
    """
    mine = {person_id: actor.person_ids for person_id in person_ids if actor.is_me(person_id)}
    others = [person_id for person_id in person_ids if person_id not in mine]
    return {**mine, **(people.find_all_ids(actor, others) if others else {})}


def _newest(actor: Actor, ask: _Ask, edge: Edge | None, limit: int) -> list[TimelineItem]:
    values = {**actor.places, "about": ask.about, "rows": limit}
    if ask.by:
        values["by"] = ask.by
    kinds = [_BY_CODE[code] for code in ask.kinds]
    if edge is not None:
        values |= _edge_values(kinds, edge, actor.zone)
    shape = (len(ask.about), len(ask.by))
    prepared, parts = _prepared(actor.shape, ask.kinds, shape, edge is not None)
    runs: dict[str, list[TimelineItem]] = {code: [] for code in ask.kinds}
    for row in prepared.rows(values):
        code, part = parts.read(row)
        runs[code].append(_BY_CODE[code].item(actor, part))
    ordered = [sorted(run, key=_order, reverse=True) for run in runs.values()]
    merged = heapq.merge(*ordered, key=_order, reverse=True)
    return [item for _number, item in zip(range(limit), merged, strict=False)]


def _order(item: TimelineItem) -> Edge:
    return item.at, item.id


@lru_cache(maxsize=500)
def _prepared(
    shape: tuple[str, int, int],
    codes: tuple[str, ...],
    persons: tuple[int, int],
    is_later_page: bool,
) -> tuple[Prepared, Parts]:
    """The statement for all readers of one shape who ask for the same kinds."""
    nobody, kinds = Actor.stand_in(shape), [_BY_CODE[code] for code in codes]
    about, by = (tuple(uuid4() for _ in range(many)) for many in persons)
    values: dict[str, Any] = {**nobody.places, "about": about, "rows": _ROWS}
    if by:
        values["by"] = by
    edges = _edge_stand_ins(kinds) if is_later_page else {}
    ask = _Ask(codes, about, by)
    parts = Parts({kind.code: _part(nobody, kind, ask, edges) for kind in kinds})
    return Prepared(parts.statement, {**values, **edges}), parts


def _part(actor: Actor, kind: TimelineKind, ask: _Ask, edges: dict[str, Any]) -> Rows:
    statement = kind.rows(actor).where(kind.about(ask.about))
    if ask.by:
        statement = statement.where(kind.by(ask.by))
    if edges:
        name = "day" if kind.is_day else "moment"
        edge = tuple_(edges[name], edges[f"{name}_id"])
        statement = statement.where(tuple_(kind.moment, kind.id) < edge)
    return statement.order_by(kind.moment.desc(), kind.id.desc()).limit(_ROWS)


def _edge_values(kinds: Sequence[TimelineKind], edge: Edge, zone: str) -> dict[str, Any]:
    at, item_id = edge
    values: dict[str, Any] = {}
    if any(not kind.is_day for kind in kinds):
        values |= {"moment": at, "moment_id": item_id}
    if any(kind.is_day for kind in kinds):
        day = at.astimezone(ZoneInfo(zone)).date()
        # What has a day alone stands at its start: below any later moment of it stands all of it.
        is_start = start_of(day, zone) == at
        values |= {"day": day, "day_id": item_id if is_start else _LAST_ID}
    return values


def _edge_stand_ins(kinds: Sequence[TimelineKind]) -> dict[str, Any]:
    stand_ins: dict[str, Any] = {
        "moment": datetime(1901, 2, 3, 4, 5, 6, 7, UTC),
        "moment_id": uuid4(),
        "day": date(1902, 3, 4),
        "day_id": uuid4(),
    }
    used = {"day" if kind.is_day else "moment" for kind in kinds}
    return {name: value for name, value in stand_ins.items() if name.removesuffix("_id") in used}


def read_edge(request: PageRequest) -> Edge:
    """When the last thing of the page before happened, and its id; BadRequest for no cursor of ours."""
    at, item_id = paging.decode(request.cursor or "", (paging.read_moment, UUID))
    return at, item_id
