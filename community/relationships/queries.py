"""Ties, and what a reader may know of through whom somebody met."""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, Select, and_, case, func, select

from community.core import db, paging
from community.core.aliases import shared_alias
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.core.prepared import Prepared
from community.identity.models import Actor
from community.identity.policy import in_team
from community.people import policy as people_policy
from community.people import queries as people
from community.people.models import Person
from community.relationships.models import Tie
from community.relationships.policy import visible

_about, _shown, _author, _holder, _named, _through = (shared_alias(Person) for _n in range(6))


def tie_rows(actor: Actor) -> Rows:
    """Ties with their names. Whom the reader does not see was nobody's way to anybody.

    Where two were merged that a tie names, nobody met themself, nor anybody through themself.
    """
    known = and_(people_policy.visible(actor, _through), _through.id != _shown.id)
    return (
        select(
            *(column for column in Tie.__table__.c if column.name not in _LEFT_OUT),
            _shown.id.label("person_id"),
            _shown.name.label("person_name"),
            in_team(_shown).label("person_is_member"),
            _holder.id.label("holder_id"),
            _holder.name.label("holder_name"),
            case((known, _through.id)).label("through_id"),
            case((known, _through.name)).label("through_name"),
        )
        .select_from(Tie)
        .join(_about, and_(_about.team_id == Tie.team_id, _about.id == Tie.person_id))
        .join(_shown, and_(_shown.team_id == _about.team_id, _shown.id == _about.canonical_id))
        .join(_author, and_(_author.team_id == Tie.team_id, _author.id == Tie.author_id))
        .join(_holder, and_(_holder.team_id == _author.team_id, _holder.id == _author.canonical_id))
        .outerjoin(_named, and_(_named.team_id == Tie.team_id, _named.id == Tie.met_through_id))
        .outerjoin(
            _through,
            and_(_through.team_id == _named.team_id, _through.id == _named.canonical_id),
        )
        .where(visible(actor), _shown.id != _holder.id)
    )


_LEFT_OUT = ("team_id", "person_id", "met_through_id", "met_through_kind", "deleted_at")


def find_ties(actor: Actor, request: PageRequest) -> Page[Row[Any]]:
    """The ties one may see, newest first."""
    page = paging.after(tie_rows(actor), request, (Tie.id,), (UUID,), descending=True)
    return paging.page(db.session().execute(page).all(), request, lambda row: (row.id,))


def find_ties_of(actor: Actor, person_id: UUID) -> list[Row[Any]]:
    """How members met a person (a canonical id): the actor first."""
    rows = _prepared(actor.shape).rows({**actor.places, "person_id": person_id})
    return ordered_ties(actor, rows)


def ordered_ties(actor: Actor, rows: Iterable[Any]) -> list[Any]:
    """Rows of `tie_rows_of`, the actor's own first."""
    return sorted(rows, key=lambda row: (not actor.is_me(row.author_id), row.holder_name))


def tie_rows_of(actor: Actor, person_id: UUID) -> Rows:
    """Those to a person (a canonical id) that the actor may read."""
    return tie_rows(actor).where(Tie.person_id.in_(people.same_person(actor, person_id)))


@lru_cache(maxsize=100)
def _prepared(shape: tuple[str, int, int]) -> Prepared:
    nobody, person_id = Actor.stand_in(shape), uuid4()
    return Prepared(tie_rows_of(nobody, person_id), {**nobody.places, "person_id": person_id})


def find_tied(actor: Actor, person_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """Who of the team knows these people, by the ties the actor sees: `id`, `name`, and how many."""
    if not person_ids:
        return []
    ties = tie_rows(actor).where(_shown.id.in_(person_ids), in_team(_holder)).subquery()
    known = select(ties.c.holder_id, func.count(ties.c.person_id.distinct()).label("known"))
    found = known.group_by(ties.c.holder_id).subquery()
    statement: Rows = (
        select(Person.id, Person.name, found.c.known)
        .join(found, found.c.holder_id == Person.id)
        .where(people_policy.listed(actor))
        .order_by(Person.sort_key, Person.id)
    )
    return db.session().execute(statement).all()


def get_tie_row(actor: Actor, tie_id: UUID) -> Row[Any]:
    """One tie as it is shown."""
    row = db.session().execute(tie_rows(actor).where(Tie.id == tie_id)).one_or_none()
    if row is None:
        raise _nothing()
    return row


def get_tie(actor: Actor, tie_id: UUID) -> Tie:
    """One tie to change, locked."""
    shown = tie_rows(actor).where(Tie.id == tie_id).with_only_columns(Tie.id)
    found = _locked(select(Tie).where(Tie.id.in_(shown)))
    if found is None:
        raise _nothing()
    return found


def get_own_tie(actor: Actor, tie_id: UUID) -> Tie:
    """The actor's own, deleted or not, locked: to restore it."""
    own = Tie.author_id.in_(actor.person_ids)
    found = _locked(select(Tie).where(Tie.team_id == actor.team_id, Tie.id == tie_id, own))
    if found is None:
        raise _nothing()
    return found


def find_mine(actor: Actor, person_id: UUID) -> Tie | None:
    """The actor's own tie to a person (a canonical id), locked."""
    mine = select(Tie).where(
        Tie.team_id == actor.team_id,
        Tie.author_id.in_(actor.person_ids),
        Tie.person_id.in_(people.same_person(actor, person_id)),
        Tie.deleted_at.is_(None),
    )
    return _locked(mine.order_by(Tie.id).limit(1))


def _locked(statement: Select[Tie]) -> Tie | None:
    locked = statement.with_for_update(of=Tie).execution_options(populate_existing=True)
    return db.session().scalar(locked)


def readable(actor: Actor) -> Select[UUID]:
    """The ids of the ties the actor may read; a deleted one is nobody's to read."""
    return select(Tie.id).where(visible(actor))


def _nothing() -> NotFound:
    return NotFound(_("There is no such tie, or it is not yours to see."))
