"""How somebody wants to be spoken with, as far as the actor may read it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, literal, select

from community.core import db
from community.core.aliases import shared_alias
from community.core.paging import Rows
from community.identity.models import Actor
from community.people.models import Person, Preference, PromptDismissal
from community.people.policy import visible_items
from community.people.queries.persons import same_person

_writer, _shown = shared_alias(Person), shared_alias(Person)


def find_preferences(actor: Actor, person_id: UUID) -> Sequence[Row[Any]]:
    """What the actor and others noted of a person (a canonical id), the latest of each author first."""
    statement: Rows = (
        select(Preference, func.coalesce(_shown.name, "").label("author_name"))
        .join(
            _writer, and_(_writer.team_id == Preference.team_id, _writer.id == Preference.author_id)
        )
        .join(_shown, and_(_shown.team_id == _writer.team_id, _shown.id == _writer.canonical_id))
        .where(visible_items(actor, Preference))
        .where(Preference.person_id.in_(same_person(actor, person_id)))
        .order_by(Preference.updated_at.desc(), Preference.id)
        .limit(50)
    )
    return db.session().execute(statement).all()


def preference_rows(actor: Actor) -> Rows:
    """Every preference the actor may read, by its columns."""
    columns = (column for column in Preference.__table__.c if column.name != "team_id")
    return select(*columns).select_from(Preference).where(visible_items(actor, Preference))


def find_preferences_page(actor: Actor, person_id: UUID) -> tuple[list[Row[Any]], set[str]]:
    """The same, and the questions about them the actor put aside, in one statement for a page."""
    anchor = select(literal(1).label("one")).subquery()
    aside = _dismissed(actor, person_id).scalar_subquery()
    of_them = and_(
        visible_items(actor, Preference), Preference.person_id.in_(same_person(actor, person_id))
    )
    statement: Rows = (
        select(
            Preference, func.coalesce(_shown.name, "").label("author_name"), aside.label("aside")
        )
        .select_from(anchor)
        .outerjoin(Preference, of_them)
        .outerjoin(
            _writer, and_(_writer.team_id == Preference.team_id, _writer.id == Preference.author_id)
        )
        .outerjoin(
            _shown, and_(_shown.team_id == _writer.team_id, _shown.id == _writer.canonical_id)
        )
        .order_by(Preference.updated_at.desc(), Preference.id)
        .limit(50)
    )
    rows = db.session().execute(statement).all()
    return [row for row in rows if row.Preference is not None], set(rows[0].aside or ())


def _dismissed(actor: Actor, person_id: UUID) -> Select[Any]:
    return select(func.array_agg(PromptDismissal.prompt)).where(
        PromptDismissal.team_id == actor.team_id,
        PromptDismissal.author_id.in_(actor.person_ids),
        PromptDismissal.person_id.in_(same_person(actor, person_id)),
    )


def find_own_preferences(actor: Actor, person_id: UUID) -> Sequence[Preference]:
    """The actor's own about a person, locked, the latest first: several where people were merged."""
    statement = (
        select(Preference)
        .where(Preference.team_id == actor.team_id, Preference.author_id.in_(actor.person_ids))
        .where(Preference.person_id.in_(same_person(actor, person_id)))
        .order_by(Preference.updated_at.desc(), Preference.id)
        .with_for_update(of=Preference)
    )
    return db.session().scalars(statement).all()


def find_dismissals(actor: Actor, person_id: UUID, prompt: str) -> Sequence[PromptDismissal]:
    """The rows that say so of one question."""
    statement = select(PromptDismissal).where(
        PromptDismissal.team_id == actor.team_id,
        PromptDismissal.author_id.in_(actor.person_ids),
        PromptDismissal.person_id.in_(same_person(actor, person_id)),
        PromptDismissal.prompt == prompt,
    )
    return db.session().scalars(statement).all()


def readable_preferences(actor: Actor) -> Select[UUID]:
    """The ids of the preferences the actor may read."""
    return select(Preference.id).where(visible_items(actor, Preference))
