"""One timeline per person: every kind of thing that happened, newest first, paged by keyset.

Each kind reads its own rows below the cursor through its own `visible(actor)`; the page is
the newest of them together. A later feature adds its kind to KINDS.
"""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from babel.support import LazyProxy

from community.core import paging
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.paging import Page, PageRequest
from community.core.text import shorten
from community.identity.models import Actor
from community.ledger import queries as ledger
from community.ledger.queries import SeenGive
from community.people import queries as people

Edge = tuple[datetime, UUID]
_LAST_ID = UUID(int=2**128 - 1)
_SHOWN = 400


@dataclass(frozen=True)
class TimelineItem:
    """One thing that happened. `thing` is the feature's own row, for a page to link and badge."""

    kind: str
    id: UUID
    at: datetime
    title: str
    text: str
    by_id: UUID
    audience: str
    thing: Any
    by_name: str
    source: str
    since: datetime
    has_time: bool = False
    is_disputed: bool = False


@dataclass(frozen=True)
class TimelineKind:
    """A kind of thing in timelines: how it is called and how it is read below an edge."""

    code: str
    label: LazyProxy
    icon: str
    find: Callable[[Actor, UUID, Edge | None, int], Iterable[TimelineItem]]


def find_timeline(
    actor: Actor,
    person_id: UUID,
    request: PageRequest,
    *,
    kind: str | None = None,
    member_id: UUID | None = None,
    keep: Callable[[TimelineItem], bool] | None = None,
) -> Page[TimelineItem]:
    """What happened with a person, as far as the actor may see it; of one kind or member if asked.

    `keep` narrows it further.
    """
    edge = _edge(request)
    wanted = [k for k in KINDS if kind in (None, k.code)]
    found: list[TimelineItem] = []
    exhausted = False
    while len(found) <= request.limit and not exhausted:
        batch = _newest(actor, person_id, wanted, edge, request.limit + 1)
        exhausted = len(batch) <= request.limit
        found += [item for item in batch if member_id is None or _involves(item, member_id)]
        found = found if keep is None else [item for item in found if keep(item)]
        edge = (batch[-1].at, batch[-1].id) if batch else edge
    return paging.page(found, request, lambda item: (item.at.isoformat(), item.id))


def _newest(
    actor: Actor, person_id: UUID, kinds: list[TimelineKind], edge: Edge | None, limit: int
) -> list[TimelineItem]:
    runs = (kind.find(actor, person_id, edge, limit) for kind in kinds)
    merged = heapq.merge(*runs, key=lambda item: (item.at, item.id), reverse=True)
    return [item for _number, item in zip(range(limit), merged, strict=False)]


def _edge(request: PageRequest) -> Edge | None:
    if not request.cursor:
        return None
    at, item_id = paging.decode(request.cursor, (paging.read_moment, UUID))
    return at, item_id


def _involves(item: TimelineItem, person_id: UUID) -> bool:
    thing = item.thing
    return person_id in (
        item.by_id,
        getattr(thing, "giver_id", None),
        getattr(thing, "receiver_id", None),
    )


def _notes(actor: Actor, person_id: UUID, edge: Edge | None, limit: int) -> Iterable[TimelineItem]:
    cursor = paging.encode(edge[0].isoformat(), edge[1]) if edge else None
    for row in people.find_notes(actor, person_id, PageRequest(limit, cursor)).items:
        mine = actor.is_me(row.author_id)
        title = _("Your note") if mine else _("Note from %(name)s", name=row.author_name)
        yield TimelineItem(
            "note",
            row.id,
            row.happened_at,
            title,
            shorten(row.body, _SHOWN),
            row.author_id,
            row.audience,
            row,
            by_name=row.author_name,
            source=row.source,
            since=row.created_at,
            has_time=True,
            is_disputed=row.is_disputed,
        )


def _facts(actor: Actor, person_id: UUID, edge: Edge | None, limit: int) -> Iterable[TimelineItem]:
    cursor = paging.encode(edge[0].isoformat(), edge[1]) if edge else None
    for row in people.find_facts(actor, person_id, PageRequest(limit, cursor)).items:
        mine = actor.is_me(row.author_id)
        title = _("You stated a fact") if mine else _("Fact from %(name)s", name=row.author_name)
        yield TimelineItem(
            "fact",
            row.id,
            row.created_at,
            title,
            row.text,
            row.author_id,
            row.audience,
            row,
            by_name=row.author_name,
            source=row.source,
            since=row.created_at,
            has_time=True,
            is_disputed=row.is_disputed,
        )


def _gives(actor: Actor, person_id: UUID, edge: Edge | None, limit: int) -> Iterable[TimelineItem]:
    for give in ledger.find_of_person(actor, person_id, limit=limit, before=_before(edge)):
        at = datetime.combine(give.happened_on, time(), UTC)
        yield TimelineItem(
            "give",
            give.id,
            at,
            give_title(give),
            shorten(give.story, _SHOWN),
            give.created_by_id,
            give.audience,
            give,
            by_name=give.author_name,
            source=give.source,
            since=give.created_at,
            is_disputed=give.state == "disputed",
        )


def _before(edge: Edge | None) -> tuple[Any, UUID] | None:
    if edge is None:
        return None
    at, item_id = edge
    # A give stands at the start of its day: below any later moment of that day stand all of them.
    return at.date(), item_id if at.time() == time() else _LAST_ID


def give_title(give: SeenGive) -> str:
    """Who helped whom, in the reader's words."""
    if give.i_gave:
        return _("You helped %(name)s", name=give.receiver_name)
    if give.i_received:
        return _("%(name)s helped you", name=give.giver_name)
    return _("%(giver)s helped %(receiver)s", giver=give.giver_name, receiver=give.receiver_name)


KINDS: tuple[TimelineKind, ...] = (
    TimelineKind("note", lazy("Notes"), "note", _notes),
    TimelineKind("fact", lazy("Facts"), "eye", _facts),
    TimelineKind("give", lazy("Help"), "give", _gives),
)
