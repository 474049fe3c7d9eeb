"""The team's own fields, and what they hold of a person."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Numeric,
    Row,
    Subquery,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    select,
)
from sqlalchemy.orm import aliased

from community.core import db
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Rows
from community.identity.models import Actor
from community.people.models import CustomField, CustomValue, Person
from community.people.policy import visible

ORDER = (CustomField.place, CustomField.name, CustomField.id)


def custom_values(actor: Actor, person: Subquery) -> ColumnElement[str]:
    """What the team's fields hold of a row's person, as JSON text by key.

    A person whom the reader does not see is held by no field.
    """
    named, other = aliased(Person), aliased(Person)
    value = _as_json(case((visible(actor, other), other.id)))
    pairs = func.jsonb_object_agg(CustomField.key, value)
    return (
        select(func.coalesce(cast(pairs.filter(value.is_not(None)), Text), "{}"))
        .select_from(CustomValue)
        .join(CustomField, _same(CustomField, CustomValue.field_id))
        .outerjoin(named, _same(named, CustomValue.other_id))
        .outerjoin(other, and_(other.team_id == named.team_id, other.id == named.canonical_id))
        .where(CustomValue.team_id == person.c.team_id, CustomValue.person_id == person.c.id)
        .where(CustomField.archived_at.is_(None))
        .scalar_subquery()
    )


def _same(model: Any, key: Any) -> ColumnElement[bool]:
    return and_(model.team_id == CustomValue.team_id, model.id == key)


def _as_json(other_id: ColumnElement[Any]) -> ColumnElement[Any]:
    return case(
        (CustomField.kind == "number", func.to_json(cast(CustomValue.value, Numeric))),
        (CustomField.kind == "person", func.to_json(other_id)),
        else_=func.to_json(CustomValue.value),
    )


def holds_choice(key: str, value: str) -> ColumnElement[bool]:
    """Whether a field of choices holds this one of a person."""
    return exists().where(
        CustomField.team_id == Person.team_id,
        CustomField.key == key,
        CustomField.kind == "choice",
        CustomField.archived_at.is_(None),
        CustomValue.team_id == CustomField.team_id,
        CustomValue.field_id == CustomField.id,
        CustomValue.person_id == Person.id,
        CustomValue.value == value,
    )


def find_fields(actor: Actor, *, archived: bool | None = False) -> Sequence[CustomField]:
    """The team's fields in their order; guests know of none."""
    if actor.is_guest:
        return []
    statement = select(CustomField).where(CustomField.team_id == actor.team_id)
    if archived is not None:
        over = CustomField.archived_at.is_not(None)
        statement = statement.where(over if archived else ~over)
    return db.session().scalars(statement.order_by(*ORDER)).all()


def find_field_names(actor: Actor) -> dict[str, str]:
    """What the team's fields in use are called, by key, in their order."""
    return {field.key: field.name for field in find_fields(actor)}


def get_field(actor: Actor, field_id: UUID, *, lock: bool = False) -> CustomField:
    """One of the team's fields to read or (`lock`) to change."""
    statement = select(CustomField).where(
        CustomField.team_id == actor.team_id, CustomField.id == field_id
    )
    if lock:
        statement = statement.with_for_update()
    found = db.session().scalar(statement.execution_options(populate_existing=lock))
    if found is None or actor.is_guest:
        raise NotFound(_("There is no such field."))
    return found


def find_held(actor: Actor, person_id: UUID) -> Sequence[Row[Any]]:
    """Every field in use and what it holds of a person: `key`, `name`, `kind`, `choices`, `value`,
    and of a person whom the reader sees `other_id` and `other_name`."""
    named, other = aliased(Person), aliased(Person)
    held = and_(
        CustomValue.team_id == CustomField.team_id,
        CustomValue.field_id == CustomField.id,
        CustomValue.person_id == person_id,
    )
    seen = and_(
        other.team_id == named.team_id, other.id == named.canonical_id, visible(actor, other)
    )
    statement: Rows = (
        select(
            CustomField.key,
            CustomField.name,
            CustomField.kind,
            CustomField.choices,
            func.coalesce(CustomValue.value, "").label("value"),
            other.id.label("other_id"),
            func.coalesce(other.name, "").label("other_name"),
        )
        .select_from(CustomField)
        .outerjoin(CustomValue, held)
        .outerjoin(named, _same(named, CustomValue.other_id))
        .outerjoin(other, seen)
        .where(CustomField.team_id == actor.team_id, CustomField.archived_at.is_(None))
        .order_by(*ORDER)
    )
    rows = db.session().execute(statement).all()
    return [row for row in rows if not actor.is_guest or row.value or row.other_id]


def find_stored(actor: Actor, person_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], CustomValue]:
    """What fields hold of these people, by person and field; the people are locked already."""
    statement = select(CustomValue).where(
        CustomValue.team_id == actor.team_id, CustomValue.person_id.in_(person_ids)
    )
    rows = db.session().scalars(statement)
    return {(row.person_id, row.field_id): row for row in rows}


def find_seen(actor: Actor, person_ids: Collection[UUID]) -> set[UUID]:
    """Which of these ids stand for somebody the actor sees."""
    named = aliased(Person)
    statement = (
        select(named.id)
        .join(Person, and_(Person.team_id == named.team_id, Person.id == named.canonical_id))
        .where(named.team_id == actor.team_id, named.id.in_(person_ids), visible(actor))
    )
    return set(db.session().scalars(statement))
