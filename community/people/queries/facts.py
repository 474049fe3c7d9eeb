"""Facts about people: of one person, one alone, and those to look at again."""

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, Select, func, select

from community.core import db, paging
from community.core.aliases import shared_alias
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.core.prepared import Prepared
from community.identity.models import Actor
from community.identity.policy import in_team, is_disputed
from community.people.models import Fact, Person
from community.people.policy import subject_reads, visible_facts
from community.people.queries.persons import same_person

SHOWN = 100
_EDGE = datetime(1901, 2, 3, 4, 5, 6, 8, UTC)
_writer, _shown, _about, _subject = (shared_alias(Person) for _name in range(4))


def fact_rows(actor: Actor) -> Rows:
    """Every fact the actor may read, as it is shown."""
    return (
        select(
            Fact.id,
            _subject.id.label("person_id"),
            Fact.person_id.label("about_id"),
            _subject.name.label("person_name"),
            in_team(_subject).label("person_is_member"),
            _subject.membership_id.label("subject_membership_id"),
            is_disputed(Fact).label("is_disputed"),
            subject_reads(_subject, Fact).label("subject_reads"),
            Fact.kind,
            Fact.text,
            Fact.source,
            Fact.certainty,
            Fact.recheck_on,
            Fact.by_on,
            Fact.checked_at,
            Fact.in_confidence,
            Fact.created_at,
            Fact.updated_at,
            Fact.version,
            Fact.author_id,
            Fact.audience,
            Fact.audience_people,
            Fact.circle_id,
            func.coalesce(func.nullif(_shown.name, ""), "").label("author_name"),
        )
        .join(_writer, (_writer.team_id == Fact.team_id) & (_writer.id == Fact.author_id))
        .join(_shown, (_shown.team_id == _writer.team_id) & (_shown.id == _writer.canonical_id))
        .join(_about, (_about.team_id == Fact.team_id) & (_about.id == Fact.person_id))
        .join(_subject, (_subject.team_id == _about.team_id) & (_subject.id == _about.canonical_id))
        .where(visible_facts(actor))
    )


def find_facts(actor: Actor, person_id: UUID, request: PageRequest) -> Page[Row[Any]]:
    """What the actor may read about a person (a canonical id), latest first."""
    prepared = _prepared_page(actor.shape, request.cursor is not None)
    rows = prepared.rows(_values(actor, person_id, request))
    return paging.page(rows, request, lambda row: (row.created_at, row.id))


def _values(actor: Actor, person_id: UUID, request: PageRequest) -> dict[str, Any]:
    values = {**actor.places, "person_id": person_id, "rows": request.limit + 1}
    if request.cursor:
        edge = paging.decode(request.cursor, (paging.read_moment, UUID))
        values["edge"], values["edge_id"] = edge
    return values


@lru_cache(maxsize=100)
def _prepared_page(shape: tuple[str, int, int], is_later_page: bool) -> Prepared:
    nobody, person_id = Actor.stand_in(shape), uuid4()
    cursor = paging.encode(_EDGE, uuid4()) if is_later_page else None
    request = PageRequest(987_654_322, cursor)
    statement = fact_rows(nobody).where(Fact.person_id.in_(same_person(nobody, person_id)))
    order, reads = (Fact.created_at, Fact.id), (paging.read_moment, UUID)
    page = paging.after(statement, request, order, reads, descending=True)
    return Prepared(page, _values(nobody, person_id, request))


def find_to_verify(
    actor: Actor, today: date, request: PageRequest, *, mine: bool = False
) -> Page[Row[Any]]:
    """Facts whose day for another look has come, longest waiting first; those of archived people rest.

    `mine`: only those that are the actor's own to find still true.
    """
    statement = fact_rows(actor).where(Fact.recheck_on <= today, _subject.archived_at.is_(None))
    if mine:
        statement = statement.where(Fact.author_id.in_(actor.person_ids))
    order, reads = (Fact.recheck_on, Fact.id), (date.fromisoformat, UUID)
    page = paging.after(statement, request, order, reads)
    rows = db.session().execute(page).all()
    return paging.page(rows, request, lambda row: (row.recheck_on.isoformat(), row.id))


def get_fact_row(actor: Actor, fact_id: UUID) -> Row[Any]:
    """One fact as it is shown."""
    found = db.session().execute(fact_rows(actor).where(Fact.id == fact_id)).one_or_none()
    if found is None:
        raise _absent()
    return found


def get_fact(actor: Actor, fact_id: UUID) -> Fact:
    """One fact to change, locked."""
    return _locked(select(Fact).where(visible_facts(actor), Fact.id == fact_id))


def get_own_fact(actor: Actor, fact_id: UUID) -> Fact:
    """The actor's own fact, deleted or not, locked: to restore it."""
    mine = (Fact.team_id == actor.team_id, Fact.author_id.in_(actor.person_ids))
    return _locked(select(Fact).where(*mine, Fact.id == fact_id))


def _locked(statement: Select[Fact]) -> Fact:
    found = db.session().scalar(
        statement.with_for_update(of=Fact).execution_options(populate_existing=True)
    )
    if found is None:
        raise _absent()
    return found


def _absent() -> NotFound:
    return NotFound(_("There is no such fact, or it is not yours to see."))


def readable_facts(actor: Actor) -> Select[UUID]:
    """The ids of the facts the actor may read."""
    return select(Fact.id).where(visible_facts(actor))
