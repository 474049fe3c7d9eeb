"""Achievements and hard times: of one person, one alone, and those that wait for somebody."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, and_, case, not_, or_, select

from community.core import db, paging
from community.core.aliases import shared_alias
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.core.prepared import Prepared
from community.core.unions import PartRow, Parts
from community.identity.models import Actor, Membership
from community.identity.policy import in_team
from community.people.models import ACHIEVEMENT, HARD_TIME, OPEN, Fact, Moment, Person
from community.people.policy import subject_reads, visible_moments
from community.people.queries.facts import fact_rows
from community.people.queries.persons import same_person

SHOWN = 100
FRESH = timedelta(days=60)
"""After so long an achievement is no news any more: Today stops asking who writes."""
_ROWS = 987_654_323
_writer, _shown, _about, _subject = (shared_alias(Person) for _name in range(4))
_taker, _claimer = shared_alias(Person), shared_alias(Person)


def _is_held() -> ColumnElement[bool]:
    """Whether somebody has taken it on who is still in the team."""
    return and_(Moment.state == "claimed", in_team(_claimer))


def moment_rows(actor: Actor) -> Rows:
    """Every moment the actor may read, as it is shown; nobody's where who took it on has left."""
    left = and_(Moment.state == "claimed", not_(in_team(_claimer)))
    return (
        select(
            Moment.id,
            Moment.kind,
            Moment.title,
            Moment.happened_on,
            Moment.source,
            case((left, "noticed"), else_=Moment.state).label("state"),
            case((left, None), else_=_claimer.id).label("claimer_id"),
            case((left, None), else_=_claimer.name).label("claimer_name"),
            case((left, None), else_=Moment.claimed_at).label("claimed_at"),
            Moment.ended_at,
            _subject.id.label("person_id"),
            Moment.person_id.label("about_id"),
            _subject.name.label("person_name"),
            _subject.call_name.label("person_call_name"),
            in_team(_subject).label("person_is_member"),
            _subject.membership_id.label("subject_membership_id"),
            subject_reads(_subject, Moment).label("subject_reads"),
            Moment.created_at,
            Moment.updated_at,
            Moment.version,
            Moment.author_id,
            Moment.audience,
            Moment.audience_people,
            Moment.circle_id,
            _shown.name.label("author_name"),
        )
        .select_from(Moment)
        .join(_writer, and_(_writer.team_id == Moment.team_id, _writer.id == Moment.author_id))
        .join(_shown, and_(_shown.team_id == _writer.team_id, _shown.id == _writer.canonical_id))
        .join(_about, and_(_about.team_id == Moment.team_id, _about.id == Moment.person_id))
        .join(
            _subject, and_(_subject.team_id == _about.team_id, _subject.id == _about.canonical_id)
        )
        .outerjoin(
            _taker, and_(_taker.team_id == Moment.team_id, _taker.id == Moment.claimed_by_id)
        )
        .outerjoin(
            _claimer, and_(_claimer.team_id == _taker.team_id, _claimer.id == _taker.canonical_id)
        )
        .where(visible_moments(actor))
    )


def achievement_rows(actor: Actor) -> Rows:
    """The achievements among them."""
    return moment_rows(actor).where(Moment.kind == ACHIEVEMENT)


def hard_time_rows(actor: Actor) -> Rows:
    """The hard times among them."""
    return moment_rows(actor).where(Moment.kind == HARD_TIME)


def find_moments(actor: Actor, person_id: UUID, kind: str, request: PageRequest) -> Page[Row[Any]]:
    """Of one kind, about a person (a canonical id), latest first."""
    statement = moment_rows(actor).where(
        Moment.kind == kind, Moment.person_id.in_(same_person(actor, person_id))
    )
    return _page(statement, request)


def _page(statement: Rows, request: PageRequest) -> Page[Row[Any]]:
    order, reads = (Moment.happened_on, Moment.id), (date.fromisoformat, UUID)
    page = paging.after(statement, request, order, reads, descending=True)
    rows = db.session().execute(page).all()
    return paging.page(rows, request, lambda row: (row.happened_on.isoformat(), row.id))


def find_open_moments(
    actor: Actor, today: date, request: PageRequest, kind: str | None = None
) -> Page[Row[Any]]:
    """What waits for somebody, or for the actor who took it on; latest first.

    Not what is about the actor, about somebody archived, or long past.
    """
    mine = and_(Moment.state == "claimed", Moment.claimed_by_id.in_(actor.person_ids))
    fresh = or_(Moment.kind == HARD_TIME, Moment.happened_on >= today - FRESH)
    statement = moment_rows(actor).where(
        Moment.state.in_(OPEN),
        or_(mine, and_(not_(_is_held()), fresh)),
        Moment.person_id.not_in(actor.person_ids),
        _subject.archived_at.is_(None),
    )
    if kind is not None:
        statement = statement.where(Moment.kind == kind)
    return _page(statement, request)


def find_facts_and_moments(actor: Actor, person_id: UUID) -> tuple[list[PartRow], list[PartRow]]:
    """For a person's page, in one statement: facts, latest first; achievements and open hard times."""
    prepared, parts = _prepared(actor.shape)
    values = {**actor.places, "person_id": person_id, "rows": SHOWN}
    found: dict[str, list[PartRow]] = {"fact": [], "moment": []}
    for row in prepared.rows(values):
        code, part = parts.read(row)
        found[code].append(part)
    facts = sorted(found["fact"], key=lambda fact: (fact.created_at, fact.id), reverse=True)
    latest = sorted(found["moment"], key=lambda one: (one.happened_on, one.id), reverse=True)
    return facts, latest


@lru_cache(maxsize=100)
def _prepared(shape: tuple[str, int, int]) -> tuple[Prepared, Parts]:
    nobody, person_id = Actor.stand_in(shape), uuid4()
    same = same_person(nobody, person_id)
    facts = (
        fact_rows(nobody)
        .where(Fact.person_id.in_(same))
        .order_by(Fact.created_at.desc(), Fact.id.desc())
        .limit(_ROWS)
    )
    moments = (
        moment_rows(nobody)
        .where(Moment.person_id.in_(same), Moment.state != "over")
        .order_by(Moment.happened_on.desc(), Moment.id.desc())
        .limit(_ROWS)
    )
    parts = Parts({"fact": facts, "moment": moments})
    values = {**nobody.places, "person_id": person_id, "rows": _ROWS}
    return Prepared(parts.statement, values), parts


def get_moment_row(actor: Actor, moment_id: UUID, kind: str | None = None) -> Row[Any]:
    """One as it is shown; of one kind if asked."""
    statement = moment_rows(actor).where(Moment.id == moment_id)
    if kind is not None:
        statement = statement.where(Moment.kind == kind)
    found = db.session().execute(statement).one_or_none()
    if found is None:
        raise _absent()
    return found


def get_moment(actor: Actor, moment_id: UUID, kind: str | None = None) -> Moment:
    """One to change, locked."""
    statement = select(Moment).where(visible_moments(actor), Moment.id == moment_id)
    return _locked(statement, kind)


def get_own_moment(actor: Actor, moment_id: UUID, kind: str | None = None) -> Moment:
    """The actor's own, deleted or not, locked: to restore it."""
    mine = (Moment.team_id == actor.team_id, Moment.author_id.in_(actor.person_ids))
    return _locked(select(Moment).where(*mine, Moment.id == moment_id), kind)


def _locked(statement: Select[Moment], kind: str | None) -> Moment:
    if kind is not None:
        statement = statement.where(Moment.kind == kind)
    found = db.session().scalar(
        statement.with_for_update(of=Moment).execution_options(populate_existing=True)
    )
    if found is None:
        raise _absent()
    return found


def _absent() -> NotFound:
    return NotFound(_("There is no such thing, or it is not yours to see."))


def find_claimer(moment: Moment) -> str | None:
    """The name of who has taken it on, if they are still in the team."""
    statement = (
        select(_claimer.name)
        .join(_taker, and_(_taker.team_id == _claimer.team_id, _taker.canonical_id == _claimer.id))
        .where(_taker.team_id == moment.team_id, _taker.id == moment.claimed_by_id)
        .where(in_team(_claimer))
    )
    return db.session().scalar(statement) if moment.claimed_by_id else None


def find_seats(actor: Actor, person_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The active memberships of these persons, by person."""
    statement = (
        select(Person.id, Membership.id)
        .join(
            Membership,
            and_(Membership.team_id == Person.team_id, Membership.id == Person.membership_id),
        )
        .where(Person.team_id == actor.team_id, Person.id.in_(person_ids))
        .where(Membership.state == "active")
    )
    return {row[0]: row[1] for row in db.session().execute(statement)}


def readable_moments(actor: Actor) -> Select[UUID]:
    """The ids of the moments the actor may read."""
    return select(Moment.id).where(visible_moments(actor))
