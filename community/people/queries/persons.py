"""People as lists, as details and as rows to change."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    ScalarSelect,
    Select,
    String,
    cast,
    func,
    select,
)
from sqlalchemy.orm import aliased, selectinload

from community.core import db, paging, slugs
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.core.prepared import Prepared
from community.core.text import fold
from community.identity.models import Actor
from community.people.models import ExternalId, Person, PersonEmail
from community.people.policy import listed, visible
from community.people.queries.columns import PLAIN, with_lists
from community.people.queries.filters import Filter, conditions
from community.people.queries.finding import LONGEST, hits

PARTS = ("emails", "phones", "links", "positions")
_FOUND_BY_NAME = 500

Found = TypeVar("Found")


def find_people(
    actor: Actor, wanted: Filter, request: PageRequest, *also: ColumnElement[bool]
) -> Page[Row[Any]]:
    """One page of the people the actor may see; `also` are conditions of features above."""
    wanted = replace(wanted, q=fold(wanted.q)[:LONGEST], sort=_sort(wanted))
    values = _values(actor, wanted, request)
    name = _ORDERS[wanted.sort.removeprefix("-")].name
    if also:
        statement = _list_statement(actor, wanted, request, *also)
        rows: Sequence[Row[Any]] = db.session().execute(statement).all()
    else:
        shape = _Shape(actor.shape, wanted.shape, request.cursor is not None)
        rows = _prepared_list(shape).rows(values)
    return paging.page(rows, request, lambda row: (row._mapping[name], row.id))


def _sort(wanted: Filter) -> str:
    return wanted.sort or ("-rank" if fold(wanted.q) else "name")


def _values(actor: Actor, wanted: Filter, request: PageRequest) -> dict[str, Any]:
    """What goes into the places of a list's statement."""
    values = {**actor.places, **wanted.places, "rows": request.limit + 1}
    if request.cursor:
        read = _ORDERS[wanted.sort.removeprefix("-")].read
        values["edge"], values["edge_id"] = paging.decode(request.cursor, (read, UUID))
    return values


@dataclass(frozen=True)
class _Shape:
    actor: tuple[str, int, int]
    wanted: Filter
    is_later_page: bool


@lru_cache(maxsize=500)
def _prepared_list(shape: _Shape) -> Prepared:
    """A list's statement for all actors and filters of one shape."""
    nobody = Actor.stand_in(shape.actor)
    edge = _ORDERS[shape.wanted.sort.removeprefix("-")].stand_in
    cursor = paging.encode(edge, uuid4()) if shape.is_later_page else None
    request = PageRequest(987_654_321, cursor)
    statement = _list_statement(nobody, shape.wanted, request)
    return Prepared(statement, _values(nobody, shape.wanted, request))


def _list_statement(
    actor: Actor, wanted: Filter, request: PageRequest, *also: ColumnElement[bool]
) -> Rows:
    statement = _plain().where(listed(actor), *conditions(actor, wanted), *also)
    order = _ORDERS[wanted.sort.removeprefix("-")]
    column = order.column
    if wanted.q:
        found = hits(actor, wanted.q, _FOUND_BY_NAME)
        statement = statement.join(found, found.c.id == Person.id)
        if order.name == "rank":
            column = cast(func.round(found.c.score * 1000), Integer)
            statement = statement.add_columns(column.label("rank"))
    down = wanted.sort.startswith("-")
    page = paging.after(
        statement, request, (column, Person.id), (order.read, UUID), descending=down
    )
    sign = "-" if down else ""
    return with_lists(actor, page, sign + order.name, f"{sign}id")


@dataclass(frozen=True)
class _Order:
    """One order of a list: its column, the column's name in a row, and how a cursor holds it."""

    column: Any
    name: str
    read: Callable[[Any], Any]
    stand_in: Any


_ORDERS = {
    "name": _Order(Person.sort_key, "sort_key", paging.read_text, "\ue000edge"),
    "updated": _Order(
        Person.updated_at,
        "updated_at",
        paging.read_moment,
        datetime(1901, 2, 3, 4, 5, 6, 7, UTC),
    ),
    "rank": _Order(None, "rank", int, 987_654_320),
}


def canonical(actor: Actor, person_id: UUID) -> ScalarSelect[UUID]:
    """The id that an id stands for, merged or not."""
    return (
        select(Person.canonical_id)
        .where(Person.team_id == actor.team_id, Person.id == person_id)
        .scalar_subquery()
    )


def get_person_row(actor: Actor, person_id: UUID) -> Row[Any]:
    """One person with addresses and positions; a merged id answers the person it became."""
    rows = _prepared_person(actor.shape).rows({**actor.places, "person_id": person_id})
    return _one(rows[0] if rows else None)


@lru_cache(maxsize=100)
def _prepared_person(shape: tuple[str, int, int]) -> Prepared:
    nobody, person_id = Actor.stand_in(shape), uuid4()
    one = _plain().where(visible(nobody), Person.id == canonical(nobody, person_id))
    return Prepared(with_lists(nobody, one), {**nobody.places, "person_id": person_id})


def get_person_by_slug(actor: Actor, slug: str) -> Row[Any]:
    """The person of a page's address; the name in it says nothing."""
    sought = slugs.read(slug)
    if sought is None:
        raise NotFound(_("There is no such person, or they are not yours to see."))
    one = _plain().where(visible(actor), Person.id == _named_by(actor, sought).scalar_subquery())
    return _one(db.session().execute(with_lists(actor, one)).one_or_none())


def _named_by(actor: Actor, sought: slugs.Sought) -> Select[UUID]:
    return (
        select(Person.canonical_id)
        .where(Person.team_id == actor.team_id, Person.id.between(sought.low, sought.high))
        .where(func.right(cast(Person.id, String), len(sought.ending)) == sought.ending)
        .order_by(Person.id)
        .limit(1)
    )


def get_person(
    actor: Actor, person_id: UUID, *, parts: Iterable[str] = (), lock: bool = False
) -> Person:
    """One person to read or (`lock`) to change, with the lists named in `parts`."""
    statement = select(Person).where(visible(actor), Person.id == canonical(actor, person_id))
    statement = statement.options(*[selectinload(getattr(Person, part)) for part in parts])
    if lock:
        statement = statement.with_for_update(of=Person)
    return _one(db.session().scalar(statement.execution_options(populate_existing=lock)))


def get_persons(
    actor: Actor, person_ids: Sequence[UUID], *, parts: Iterable[str] = PARTS
) -> dict[UUID, Person]:
    """Several people by id, locked in the order of their ids, with their lists."""
    statement = (
        select(Person)
        .where(visible(actor), Person.id.in_(person_ids))
        .order_by(Person.id)
        .options(*[selectinload(getattr(Person, part)) for part in parts])
        .with_for_update(of=Person)
        .execution_options(populate_existing=True)
    )
    return {person.id: person for person in db.session().scalars(statement)}


def find_deleted(actor: Actor, person_id: UUID) -> Person | None:
    """A deleted person, locked, before the question whether the actor may restore it."""
    return db.session().scalar(
        select(Person)
        .where(Person.team_id == actor.team_id, Person.id == person_id)
        .where(Person.deleted_at.is_not(None))
        .with_for_update(of=Person)
    )


def find_by_external_ids(
    actor: Actor, pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Row[*tuple[Any, ...]]]:
    """Whom the actor's sources call so: (source, external id) → ExternalId, canonical_id, is_deleted."""
    sources, ids = {source for source, _id in pairs}, {external for _source, external in pairs}
    named = aliased(Person)
    statement = (
        select(
            ExternalId,
            Person.id.label("canonical_id"),
            Person.deleted_at.is_not(None).label("is_deleted"),
        )
        .select_from(ExternalId)
        .join(named, (named.team_id == ExternalId.team_id) & (named.id == ExternalId.person_id))
        .join(Person, (Person.team_id == named.team_id) & (Person.id == named.canonical_id))
        .where(ExternalId.team_id == actor.team_id, ExternalId.importer_id.in_(actor.person_ids))
        .where(ExternalId.source.in_(sources), ExternalId.external_id.in_(ids))
    )
    rows = db.session().execute(statement).all()
    found = {(row.ExternalId.source, row.ExternalId.external_id): row for row in rows}
    return {pair: found[pair] for pair in pairs if pair in found}


def find_external_id(actor: Actor, person_id: UUID, source: str) -> ExternalId | None:
    """What one source of the actor's calls a person."""
    return db.session().scalar(
        select(ExternalId)
        .where(ExternalId.team_id == actor.team_id, ExternalId.person_id == person_id)
        .where(ExternalId.importer_id.in_(actor.person_ids), ExternalId.source == source)
        .order_by(ExternalId.id)
        .limit(1)
    )


def find_members(actor: Actor, person_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Which of these ids are members of the team, with the canonical id of each."""
    if not person_ids:
        return {}
    named = aliased(Person)
    statement = (
        select(named.id, Person.id)
        .select_from(named)
        .join(Person, (Person.team_id == named.team_id) & (Person.id == named.canonical_id))
        .where(named.team_id == actor.team_id, named.id.in_(person_ids))
        .where(visible(actor), Person.membership_id.is_not(None))
    )
    return {row[0]: row[1] for row in db.session().execute(statement)}


def find_known_emails(actor: Actor, emails: Sequence[str]) -> set[str]:
    """Which of these addresses belong to somebody the actor sees."""
    if not emails:
        return set()
    statement = (
        select(PersonEmail.value)
        .join(
            Person, (Person.team_id == PersonEmail.team_id) & (Person.id == PersonEmail.person_id)
        )
        .where(listed(actor), PersonEmail.value.in_(emails))
    )
    return set(db.session().scalars(statement))


def find_id_by_slug(actor: Actor, slug: str) -> UUID:
    """The id a page's address names, whether or not it may be seen: rights are asked by the act."""
    sought = slugs.read(slug)
    found = db.session().scalar(_named_by(actor, sought)) if sought else None
    return _one(found)


def holds_others(actor: Actor, person_id: UUID) -> bool:
    """Whether somebody that another member entered was merged into this (canonical) person.

    What is another one's alone does not count, nor tell of itself: it is parted.
    """
    statement = select(Person.id).where(
        Person.team_id == actor.team_id,
        Person.canonical_id == person_id,
        Person.id != person_id,
        Person.author_id.not_in(actor.person_ids),
        Person.audience != "private",
    )
    return db.session().scalar(statement.limit(1)) is not None


def find_merged(actor: Actor, person_id: UUID) -> Sequence[Person]:
    """All who were merged into this (canonical) person, seen or not, locked."""
    statement = select(Person).where(
        Person.team_id == actor.team_id, Person.canonical_id == person_id, Person.id != person_id
    )
    return db.session().scalars(statement.order_by(Person.id).with_for_update(of=Person)).all()


def same_person(actor: Actor, person_id: UUID) -> Select[UUID]:
    """The ids that stand for a person: its own and those merged into it."""
    return select(Person.id).where(
        Person.team_id == actor.team_id, Person.canonical_id == person_id
    )


def _plain() -> Rows:
    return select(*PLAIN)


def _one(found: Found | None) -> Found:
    if found is None:
        raise NotFound(_("There is no such person, or they are not yours to see."))
    return found
