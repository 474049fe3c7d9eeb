"""What is held about one person, item by item: of every kind, for its reader or for two together.

A kind is one entry of `KINDS`, which later features extend. All kinds are read in one statement,
each through its own `visible(actor)`; the page is the latest of them together.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from babel.support import LazyProxy
from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select, tuple_, union_all

from community.core import db, paging
from community.core.aliases import shared_alias
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.paging import Column, Page, PageRequest, Rows
from community.core.text import shorten
from community.core.unions import Parts
from community.identity.models import Actor
from community.journal.models import OpenedBy
from community.ledger import policy as ledger_policy
from community.ledger import queries as ledger
from community.ledger.models import GiveState
from community.people import policy
from community.people import queries as people
from community.people.models import Fact, Note, Person, Preference, Relation
from community.relationships import policy as ties_policy
from community.relationships import queries as ties
from community.relationships.models import Tie

_SHOWN = 1_000
_named, _reader = shared_alias(Person), shared_alias(Person)


@dataclass(frozen=True)
class HeldKind:
    """A kind of items. `visible` is who may read one, `about` narrows them to a person's ids, a SELECT of them."""

    code: str
    label: LazyProxy
    rows: Callable[[Actor], Rows]
    visible: Callable[[Actor], ColumnElement[bool]]
    about: Callable[[Any], ColumnElement[bool]]
    moment: Column
    id: Column
    author: Column
    text: Callable[[Any, UUID], str]


@dataclass(frozen=True)
class HeldItem:
    """One item about a person: what it says, whose it is, who reads it, and since when it is here."""

    kind: str
    label: str
    id: UUID
    text: str
    author_id: UUID
    audience: str
    audience_people: Sequence[UUID]
    circle_id: UUID | None
    since: datetime
    is_disputed: bool


def _said(row: Any, _person_id: UUID) -> str:
    return shorten(row.body if "body" in row._mapping else row.text, _SHOWN)


def _preference(row: Any, _person_id: UUID) -> str:
    said = (
        (_("Reach by"), row.channel),
        (_("Best hours"), row.best_hours),
        (_("Raise"), row.to_raise),
        (_("Avoid"), row.to_avoid),
        (_("Be careful with"), row.sensitivities),
    )
    return " · ".join(f"{label}: {text}" for label, text in said if text)


def _relation(row: Any, person_id: UUID) -> str:
    seen = people.seen_relation(row, person_id)
    return _("%(name)s: %(relation)s", name=seen.other_name, relation=seen.shown)


def _tie(row: Any, _person_id: UUID) -> str:
    through = _("through %(name)s", name=row.through_name) if row.through_name else ""
    said = ", ".join(part for part in (row.met_where, row.met_on, through) if part)
    return said or _("They know each other.")


def _give(row: Any, _person_id: UUID) -> str:
    names = {"giver": row.giver_name, "receiver": row.receiver_name}
    return shorten(
        " — ".join(p for p in (_("%(giver)s helped %(receiver)s", **names), row.story) if p), _SHOWN
    )


def _either(*sides: Column) -> Callable[[Any], ColumnElement[bool]]:
    return lambda ids: or_(*(side.in_(ids) for side in sides))


def _preferences(actor: Actor) -> ColumnElement[bool]:
    return policy.visible_items(actor, Preference)


KINDS: tuple[HeldKind, ...] = (
    HeldKind(
        "note",
        lazy("Note"),
        people.note_rows,
        policy.visible_notes,
        Note.person_id.in_,
        Note.created_at,
        Note.id,
        Note.author_id,
        _said,
    ),
    HeldKind(
        "fact",
        lazy("Fact"),
        people.fact_rows,
        policy.visible_facts,
        Fact.person_id.in_,
        Fact.created_at,
        Fact.id,
        Fact.author_id,
        _said,
    ),
    HeldKind(
        "preference",
        lazy("How to speak with them"),
        people.preference_rows,
        _preferences,
        Preference.person_id.in_,
        Preference.created_at,
        Preference.id,
        Preference.author_id,
        _preference,
    ),
    HeldKind(
        "relation",
        lazy("Relation"),
        people.relation_rows,
        policy.visible_relations,
        _either(Relation.person_id, Relation.other_id),
        Relation.created_at,
        Relation.id,
        Relation.author_id,
        _relation,
    ),
    HeldKind(
        "tie",
        lazy("How they met"),
        ties.tie_rows,
        ties_policy.visible,
        Tie.person_id.in_,
        Tie.created_at,
        Tie.id,
        Tie.author_id,
        _tie,
    ),
    HeldKind(
        "give",
        lazy("Help"),
        ledger.standing_rows,
        ledger_policy.visible,
        _either(GiveState.giver_id, GiveState.receiver_id),
        GiveState.created_at,
        GiveState.give_id,
        GiveState.author_id,
        _give,
    ),
)
BY_CODE: Mapping[str, HeldKind] = {kind.code: kind for kind in KINDS}


def find_items(
    actor: Actor,
    person_id: UUID,
    request: PageRequest,
    *,
    kinds: Sequence[str] = tuple(BY_CODE),
    beside: Actor | None = None,
) -> Page[HeldItem]:
    """What the actor may read about a person (a canonical id), the latest first.

    With `beside` only what that member may read as well: never more than the actor sees anyway.
    """
    ids = people.same_person(actor, person_id)
    edge = paging.decode(request.cursor, (paging.read_moment, UUID)) if request.cursor else None
    parts = Parts({code: _part(actor, BY_CODE[code], ids, edge, request, beside) for code in kinds})
    runs: dict[str, list[HeldItem]] = {code: [] for code in kinds}
    for row in db.session().execute(parts.statement):
        code, part = parts.read(row)
        runs[code].append(_item(BY_CODE[code], part, person_id))
    merged = heapq.merge(
        *(sorted(run, key=_order, reverse=True) for run in runs.values()), key=_order, reverse=True
    )
    newest = [item for _n, item in zip(range(request.limit + 1), merged, strict=False)]
    return paging.page(newest, request, lambda item: (item.since.isoformat(), item.id))


def _order(item: HeldItem) -> tuple[datetime, UUID]:
    return item.since, item.id


def _part(
    actor: Actor,
    kind: HeldKind,
    ids: Select[UUID],
    edge: Sequence[Any] | None,
    request: PageRequest,
    beside: Actor | None,
) -> Rows:
    statement = kind.rows(actor).where(kind.about(ids))
    if beside is not None:
        statement = statement.where(kind.visible(beside))
    if edge is not None:
        statement = statement.where(tuple_(kind.moment, kind.id) < tuple_(*edge))
    order = (kind.moment.desc(), kind.id.desc())
    return statement.order_by(*order).limit(request.limit + 1)


def _item(kind: HeldKind, row: Any, person_id: UUID) -> HeldItem:
    values = row._mapping
    return HeldItem(
        kind=kind.code,
        label=str(kind.label),
        id=values["give_id"] if kind.code == "give" else values["id"],
        text=kind.text(row, person_id),
        author_id=row.author_id,
        audience=row.audience,
        audience_people=row.audience_people,
        circle_id=row.circle_id,
        since=row.created_at,
        is_disputed=bool(values.get("is_disputed")),
    )


def count_kept(
    actor: Actor, person_id: UUID, beside: Actor, *, kinds: Sequence[str] = tuple(BY_CODE)
) -> int:
    """How many of the actor's own items about a person that other member does not read."""
    ids = people.same_person(actor, person_id)
    mine = [
        kind.rows(actor)
        .where(kind.about(ids), kind.author.in_(actor.person_ids), ~kind.visible(beside))
        .with_only_columns(func.count().label("many"))
        for kind in (BY_CODE[code] for code in kinds)
    ]
    counts = union_all(*mine).subquery()
    return int(db.session().scalar(select(func.sum(counts.c.many))) or 0)


def find_person_openings(actor: Actor, person_id: UUID, request: PageRequest) -> Page[Row[Any]]:
    """On which days who opened a person's page: `day`, `id`, `name`; of readers the actor sees."""
    seen = policy.visible(actor, _reader)
    opened = (
        select(OpenedBy.day, _reader.id, case((seen, _reader.name), else_="").label("name"))
        .join(_named, and_(_named.team_id == OpenedBy.team_id, _named.id == OpenedBy.reader_id))
        .join(_reader, and_(_reader.team_id == _named.team_id, _reader.id == _named.canonical_id))
        .where(OpenedBy.team_id == actor.team_id)
        .where(OpenedBy.person_id.in_(people.same_person(actor, person_id)))
        .distinct()
    )
    reads = (date.fromisoformat, UUID)
    page = paging.after(opened, request, (OpenedBy.day, _reader.id), reads, descending=True)
    rows = db.session().execute(page).all()
    return paging.page(rows, request, lambda row: (row.day.isoformat(), row.id))
