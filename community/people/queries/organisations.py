"""Organisations, and who is and was at each of them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Row,
    Select,
    String,
    and_,
    cast,
    func,
    or_,
    select,
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
from community.people.queries.linking import named_positions

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


def find_organisation_names(actor: Actor) -> Sequence[str]:
    """Names for a form to propose."""
    statement = (
        select(Organisation.name)
        .where(visible_organisations(actor), Organisation.archived_at.is_(None))
        .order_by(Organisation.sort_key, Organisation.id)
        .limit(_MANY)
    )
    return db.session().scalars(statement).all()


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

    Whoever was merged has theirs no more: whom they became has those that were kept. Positions mean
    organisations of the whole team; one that fewer see finds its people by its name.
    """
    at = Position.organisation_id == organisation_id
    name = db.session().scalar(_narrower_name(actor, organisation_id))
    if name is not None:
        at = or_(at, Position.id.in_(named_positions(actor, name)))
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
        .where(Position.team_id == actor.team_id, at, listed(actor))
    )
    order, reads = (Person.sort_key, Position.id), (paging.read_text, UUID)
    rows = db.session().execute(paging.after(statement, request, order, reads)).all()
    return paging.page(rows, request, lambda row: (row.sort_key, row.id))


def _narrower_name(actor: Actor, organisation_id: UUID) -> Select[str]:
    return select(Organisation.sort_key).where(
        Organisation.team_id == actor.team_id,
        Organisation.id == organisation_id,
        Organisation.audience != "team",
    )


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
