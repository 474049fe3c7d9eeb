"""Reading the pairs of one member, from the kept sums and days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from community.core import db
from community.core.aliases import shared_alias
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, decode, page
from community.core.prepared import Prepared
from community.identity.models import Actor
from community.identity.policy import in_audience
from community.people.models import Person
from community.reciprocity import measures
from community.reciprocity.measures import DaySum, Exchange
from community.reciprocity.models import PairDay, PairSum

EPOCH = date(1970, 1, 1)

Other = shared_alias(Person, name="other")
OtherRow = shared_alias(Person, name="other_row")


@dataclass(frozen=True)
class PairView:
    """Me and a person at a day: the figures, the words, and since when there is anything."""

    person_id: UUID
    name: str
    at: int
    exchange: Exchange
    latest_day: int | None
    is_member: bool

    @property
    def figures(self) -> measures.Pair:
        """Balance and what follows from it."""
        return measures.pair(self.exchange.given, self.exchange.received)

    @property
    def words(self) -> str:
        """One of `measures.WORDS`."""
        return measures.words(self.exchange, self.at)

    @property
    def state(self) -> str:
        """Whether there is a band, or why there is none."""
        return self.words if self.words in measures.WITHOUT_BAND else "told"

    @property
    def at_day(self) -> date:
        """The day the figures are of."""
        return day_of(self.at)

    @property
    def latest_on(self) -> date | None:
        """The day of the latest entry."""
        return None if self.latest_day is None else day_of(self.latest_day)


def number_of(day: date) -> int:
    """The day number t of the measures."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The calendar day of a day number."""
    return EPOCH + timedelta(days=number)


def get_pair(actor: Actor, person_id: UUID, at: date) -> PairView:
    """The pair between the actor and a person they see. NotFound for anybody else, and for themself.

    From the kept sums in one statement; from the pair's days in a second where `at` is before
    its latest day, or where people were merged.
    """
    if actor.is_me(person_id):
        text = _("A pair is two people. Name the other one.")
        raise NotFound(text, code="not_a_pair")
    rows = _prepared_pair(actor.shape).rows({**actor.places, "person_id": person_id})
    if not rows:
        raise NotFound(_("There is no such person, or they are not yours to see."))
    number, first = number_of(at), rows[0]
    latest = max((row.latest_day for row in rows if row.latest_day is not None), default=None)
    if latest is None:
        exchange = measures.NOTHING
    elif len(rows) == 1 and latest <= number:
        kept = Exchange(first.given, first.received, first.entries, first.first_day)
        exchange = measures.aged(kept, number - latest)
    else:
        days = find_days(actor, [first.id])[first.id]
        exchange = measures.exchange_at(days, number)
        latest = max((d.day for d in days if d.day <= number), default=None)
    return PairView(first.id, first.name, number, exchange, latest, first.is_member)


@lru_cache(maxsize=100)
def _prepared_pair(shape: tuple[str, int, int]) -> Prepared:
    """The statement of a pair for all actors of one shape."""
    nobody, person_id = Actor.stand_in(shape), uuid4()
    statement = _pair_statement(nobody, person_id)
    return Prepared(statement, {**nobody.places, "person_id": person_id})


def _pair_statement(actor: Actor, person_id: UUID) -> Any:
    canonical = select(Person.canonical_id).where(
        Person.team_id == actor.team_id, Person.id == person_id
    )
    return (
        select(
            Other.id,
            Other.name,
            Other.membership_id.is_not(None).label("is_member"),
            PairSum.first_day,
            PairSum.latest_day,
            PairSum.given,
            PairSum.received,
            PairSum.entries,
        )
        .join(
            OtherRow,
            and_(OtherRow.team_id == Other.team_id, OtherRow.canonical_id == Other.id),
        )
        .outerjoin(PairSum, and_(_is_mine(actor), PairSum.other_id == OtherRow.id))
        .where(
            Other.team_id == actor.team_id,
            Other.id == canonical.scalar_subquery(),
            seen(actor),
        )
        # A merged person has several rows; those without any exchange say nothing more.
        .order_by(PairSum.latest_day.is_(None))
    )


def _is_mine(actor: Actor) -> ColumnElement[bool]:
    return and_(PairSum.team_id == actor.team_id, PairSum.viewer_id == actor.person_id)


def seen(actor: Actor) -> ColumnElement[bool]:
    """Whom the actor sees, and members they have exchanged with (who are never hidden from them)."""
    return and_(Other.deleted_at.is_(None), known(actor))


def known(actor: Actor) -> ColumnElement[bool]:
    """The same with those who were deleted: what was between them and the actor still counts."""
    any_pair = aliased(PairSum)
    mine = exists().where(
        any_pair.team_id == actor.team_id,
        any_pair.viewer_id == actor.person_id,
        any_pair.other_id == Other.id,
    )
    partner = and_(Other.membership_id.is_not(None), mine)
    return or_(in_audience(actor, Other), partner)


def find_pairs(actor: Actor, at: date, request: PageRequest) -> Page[PairView]:
    """The actor's pairs, by the latest exchange: no order by amount, no totals."""
    latest = func.max(PairSum.latest_day)
    statement = (
        select(
            Other.id,
            Other.name,
            Other.membership_id.is_not(None).label("is_member"),
            latest.label("latest_day"),
            func.min(PairSum.first_day).label("first_day"),
            func.sum(PairSum.entries).label("entries"),
            func.max(PairSum.given).label("given"),
            func.max(PairSum.received).label("received"),
            func.count().label("parts"),
        )
        .select_from(PairSum)
        .join(OtherRow, and_(OtherRow.team_id == PairSum.team_id, OtherRow.id == PairSum.other_id))
        .join(Other, and_(Other.team_id == PairSum.team_id, Other.id == OtherRow.canonical_id))
        # Whom one helped and then turned out to be is oneself.
        .where(_is_mine(actor), seen(actor), Other.id.not_in(actor.person_ids))
        .group_by(Other.team_id, Other.id)
        .order_by(latest.desc(), Other.id.desc())
        .limit(request.limit + 1)
    )
    if request.cursor:
        edge = decode(request.cursor, (int, UUID))
        statement = statement.having(tuple_(latest, Other.id) < tuple_(*edge))
    rows = db.session().execute(statement).all()
    number = number_of(at)
    uneven = [row.id for row in rows if row.parts > 1 or row.latest_day > number]
    days = find_days(actor, uneven) if uneven else {}
    found = [_view(row, days.get(row.id), number) for row in rows]
    return page(found, request, lambda view: (view.latest_day, view.person_id))


def _view(row: Any, days: Sequence[DaySum] | None, number: int) -> PairView:
    if days is not None:
        exchange = measures.exchange_at(days, number)
    else:
        kept = Exchange(row.given, row.received, int(row.entries), row.first_day)
        exchange = measures.aged(kept, number - row.latest_day)
    return PairView(row.id, row.name, number, exchange, row.latest_day, row.is_member)


def find_days(
    actor: Actor, person_ids: Sequence[UUID], since: int | None = None
) -> dict[UUID, list[DaySum]]:
    """The days of the actor's pairs with these (canonical) people, in order."""
    statement = (
        select(
            OtherRow.canonical_id,
            PairDay.day,
            PairDay.given,
            PairDay.received,
            PairDay.given_entries,
            PairDay.received_entries,
        )
        .join(OtherRow, and_(OtherRow.team_id == PairDay.team_id, OtherRow.id == PairDay.other_id))
        .where(
            PairDay.team_id == actor.team_id,
            PairDay.viewer_id == actor.person_id,
            OtherRow.canonical_id.in_(person_ids),
            PairDay.given_entries + PairDay.received_entries > 0,
        )
    )
    if since is not None:
        statement = statement.where(PairDay.day >= since)
    parts: dict[UUID, list[DaySum]] = {person_id: [] for person_id in person_ids}
    for row in db.session().execute(statement):
        parts[row.canonical_id].append(DaySum(*row[1:]))
    return {person_id: measures.sum_days(days) for person_id, days in parts.items()}
