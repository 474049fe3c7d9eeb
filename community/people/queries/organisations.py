"""Organisations, and who is and was at each of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Row,
    Select,
    String,
    Text,
    Uuid,
    and_,
    any_,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from community.core import db, paging, slugs
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.core.text import fold
from community.identity.models import Actor
from community.identity.policy import in_audience, in_team
from community.people.models import Organisation, Person, Position
from community.people.policy import listed, visible, visible_organisations
from community.people.queries.columns import current_first, seen_organisation

_LONGEST = 100
_MANY = 500


@dataclass(frozen=True)
class OrganisationFilter:
    """What a list of organisations is narrowed to."""

    q: str = ""
    archived: bool | None = False


def find_organisations(
    actor: Actor, wanted: OrganisationFilter, request: PageRequest
) -> Page[Organisation]:
    """One page of the organisations the actor may see, by name."""
    statement: Rows = select(Organisation).where(visible_organisations(actor))
    if wanted.archived is not None:
        archived = Organisation.archived_at.is_not(None)
        statement = statement.where(archived if wanted.archived else ~archived)
    q = fold(wanted.q)[:_LONGEST]
    if q:
        web = func.lower(Organisation.web).contains(q, autoescape=True)
        statement = statement.where(or_(Organisation.sort_key.contains(q, autoescape=True), web))
    order, reads = (Organisation.sort_key, Organisation.id), (paging.read_text, UUID)
    rows = db.session().scalars(paging.after(statement, request, order, reads)).all()
    return paging.page(rows, request, lambda row: (row.sort_key, row.id))


def get_organisation(actor: Actor, organisation_id: UUID, *, lock: bool = False) -> Organisation:
    """One organisation to read or (`lock`) to change."""
    statement = select(Organisation).where(
        visible_organisations(actor), Organisation.id == organisation_id
    )
    return _one(_read(statement, lock=lock))


def get_organisation_by_slug(actor: Actor, slug: str) -> Organisation:
    """The organisation of a page's address; the name in it says nothing."""
    statement = _named_by(slug)
    if statement is None:
        return _one(None)
    return _one(_read(statement.where(visible_organisations(actor))))


def find_deleted_organisation(actor: Actor, organisation_id: UUID) -> Organisation | None:
    """A deleted one, locked, before the question whether the actor may restore it."""
    statement = select(Organisation).where(
        Organisation.team_id == actor.team_id,
        Organisation.id == organisation_id,
        Organisation.deleted_at.is_not(None),
    )
    return _read(statement, lock=True)


def find_organisation_id_by_slug(actor: Actor, slug: str) -> UUID:
    """The id a page's address names, whether or not it may be seen: rights are asked by the act."""
    statement = _named_by(slug)
    found = None
    if statement is not None:
        found = _read(statement.where(Organisation.team_id == actor.team_id))
    return _one(found).id


def _named_by(slug: str) -> Select[Organisation] | None:
    sought = slugs.read(slug)
    if sought is None:
        return None
    return (
        select(Organisation)
        .where(Organisation.id.between(sought.low, sought.high))
        .where(func.right(cast(Organisation.id, String), len(sought.ending)) == sought.ending)
        .order_by(Organisation.id)
        .limit(1)
    )


def _read(statement: Select[Organisation], *, lock: bool = False) -> Organisation | None:
    if lock:
        statement = statement.with_for_update(of=Organisation)
    return db.session().scalar(statement.execution_options(populate_existing=lock))


def _one(found: Organisation | None) -> Organisation:
    if found is None:
        raise NotFound(_("There is no such organisation, or it is not yours to see."))
    return found


def find_organisation_ids(actor: Actor, names: Collection[str]) -> dict[str, UUID]:
    """Which organisation each of these folded names means: the team's first, then the oldest."""
    if not names:
        return {}
    among = literal(list(names), ARRAY(Text))
    shared = (Organisation.audience != "team", Organisation.id)
    statement = (
        select(Organisation.sort_key, Organisation.id)
        .where(visible_organisations(actor), Organisation.sort_key == any_(among))
        .order_by(*shared)
    )
    found: dict[str, UUID] = {}
    for row in db.session().execute(statement):
        found.setdefault(row.sort_key, row.id)
    return found


def find_organisation_names(actor: Actor) -> Sequence[str]:
    """Names for a form to propose."""
    statement = (
        select(Organisation.name)
        .where(visible_organisations(actor), Organisation.archived_at.is_(None))
        .order_by(Organisation.sort_key, Organisation.id)
        .limit(_MANY)
    )
    return db.session().scalars(statement).all()


def link_positions_named(actor: Actor, organisation: Organisation) -> int:
    """Let the positions of visible people that say this name in words mean the organisation."""
    named = (
        select(Position.id, Position.organisation)
        .join(Person, and_(Person.team_id == Position.team_id, Person.id == Position.person_id))
        .where(visible(actor), Position.organisation_id.is_(None))
        .where(Person.sought.contains(organisation.sort_key, autoescape=True))
    )
    rows = db.session().execute(named).all()
    meant = [row.id for row in rows if fold(row.organisation) == organisation.sort_key]
    return link_positions(actor, dict.fromkeys(meant, organisation.id))


def link_positions(actor: Actor, meant: Mapping[UUID, UUID]) -> int:
    """Let positions mean organisations, in one statement; answers how many do now."""
    if not meant:
        return 0
    ids, at = (literal(list(side), ARRAY(Uuid)) for side in (meant.keys(), meant.values()))
    pairs = (
        func.unnest(ids, at)
        .table_valued(column("id", Uuid), column("at", Uuid))
        .render_derived(name="pairs")
    )
    linked = (
        update(Position)
        .where(Position.team_id == actor.team_id, Position.id == pairs.c.id)
        .values(organisation_id=pairs.c.at)
        .execution_options(synchronize_session=False)
    )
    return db.row_count(db.session().execute(linked))


def find_positions(actor: Actor, person_id: UUID) -> Sequence[Row[Any]]:
    """What a person (a canonical id) does and did, what lasts first."""
    statement: Rows = (
        select(
            Position.id,
            Position.organisation,
            seen_organisation(actor).label("organisation_id"),
            Position.title,
            Position.from_on,
            Position.to_on,
        )
        .where(Position.team_id == actor.team_id, Position.person_id == person_id)
        .order_by(*current_first())
    )
    return db.session().execute(statement).all()


def find_people_at(actor: Actor, organisation_id: UUID, request: PageRequest) -> Page[Row[Any]]:
    """Who of those the actor sees is or was there, as they see it: a row a position.

    Whoever was merged has theirs no more: whom they became has those that were kept.
    """
    statement: Rows = (
        select(
            Position.id,
            Person.id.label("person_id"),
            Person.name,
            in_team(Person).label("is_member"),
            Position.title,
            Position.from_on,
            Position.to_on,
            Person.sort_key,
        )
        .join(Person, and_(Person.team_id == Position.team_id, Person.id == Position.person_id))
        .where(Position.organisation_id == organisation_id, listed(actor))
    )
    order, reads = (Person.sort_key, Position.id), (paging.read_text, UUID)
    rows = db.session().execute(paging.after(statement, request, order, reads)).all()
    return paging.page(rows, request, lambda row: (row.sort_key, row.id))


def find_holders(actor: Actor, person_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """Who of the team brought these people here: `id`, `name`. They may know them."""
    if not person_ids:
        return []
    author, held = aliased(Person), aliased(Person)
    statement: Rows = (
        select(Person.id, Person.name, Person.sort_key)
        .distinct()
        .select_from(held)
        .join(author, and_(author.team_id == held.team_id, author.id == held.author_id))
        .join(Person, and_(Person.team_id == author.team_id, Person.id == author.canonical_id))
        .where(visible(actor, held), held.id.in_(person_ids), listed(actor), in_team(Person))
        .order_by(Person.sort_key, Person.id)
    )
    return db.session().execute(statement).all()


def readable_organisations(actor: Actor) -> Select[UUID]:
    """The ids of the organisations whose audit the actor may read, deleted ones by their audience."""
    return select(Organisation.id).where(
        Organisation.team_id == actor.team_id, in_audience(actor, Organisation)
    )


def organisation_rows(actor: Actor) -> Rows:
    """Every organisation the actor may see, by what is shown of it."""
    return select(
        Organisation.id,
        Organisation.name,
        Organisation.web,
        Organisation.about,
        Organisation.created_at,
    ).where(visible_organisations(actor))


Tied = Callable[[Actor, Collection[UUID]], Sequence[Row[Any]]]
_tied: list[Tied] = []


def register_tied(tied: Tied) -> None:
    """Who says which members know people: the feature of ties, which stands above this one."""
    _tied[:] = [tied]


def find_tied(actor: Actor, person_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """Who of the team knows these people, by their ties: `id`, `name`, `known` (of how many)."""
    return _tied[0](actor, person_ids) if _tied else []
