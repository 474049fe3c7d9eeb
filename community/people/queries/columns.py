"""The columns of a person as lists and details read them: one row, its lists as JSON text.

JSON text goes into an answer as it is (`orjson.Fragment`); pages read it with `orjson.loads`.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Text, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from community.core.paging import Rows
from community.identity.models import Actor, Membership
from community.identity.policy import in_team
from community.people.models import (
    ExternalId,
    Organisation,
    Person,
    PersonEmail,
    PersonLink,
    PersonPhone,
    Position,
)
from community.people.policy import visible_organisations
from community.people.queries.custom import custom_values

PLAIN = (
    Person.id,
    Person.name,
    Person.call_name,
    Person.sort_name,
    Person.birthday_month,
    Person.birthday_day,
    Person.birthday_year,
    Person.tags,
    Person.source,
    Person.source_detail,
    Person.extra,
    Person.membership_id,
    Person.archived_at,
    Person.author_id,
    Person.audience,
    Person.audience_people,
    Person.circle_id,
    Person.created_at,
    Person.updated_at,
    Person.version,
    Person.sort_key,
    Person.picture_id,
)


def _listed(
    model: Any, person: Subquery, order: tuple[Any, ...], *parts: str
) -> ColumnElement[str]:
    return _aggregated(model, person, order, {name: getattr(model, name) for name in parts})


def _aggregated(
    model: Any, person: Subquery, order: tuple[Any, ...], parts: Mapping[str, Any]
) -> ColumnElement[str]:
    pairs = [part for pair in parts.items() for part in pair]
    rows = func.json_agg(aggregate_order_by(func.json_build_object(*pairs), *order))
    return (
        select(func.coalesce(cast(rows, Text), "[]"))
        .where(model.team_id == person.c.team_id, model.person_id == person.c.id)
        .scalar_subquery()
    )


def current_first() -> tuple[Any, ...]:
    """Positions as they are read: what somebody does now, then what they did, newest first."""
    return (Position.to_on.is_not(None), Position.from_on.desc().nulls_last(), Position.id)


def seen_organisation(actor: Actor) -> ColumnElement[Any]:
    """Which organisation a position is at, where the actor sees that one; else none."""
    seen = aliased(Organisation)
    return (
        select(seen.id)
        .where(seen.id == Position.organisation_id, visible_organisations(actor, seen))
        .correlate(Position)
        .scalar_subquery()
    )


def _positions(actor: Actor, person: Subquery) -> ColumnElement[str]:
    parts: dict[str, Any] = {
        "organisation": Position.organisation,
        "organisation_id": seen_organisation(actor),
        "title": Position.title,
        "from_on": Position.from_on,
        "to_on": Position.to_on,
    }
    return _aggregated(Position, person, current_first(), parts)


def _lists(actor: Actor, person: Subquery) -> list[ColumnElement[Any]]:
    external = (
        select(ExternalId.external_id)
        .where(ExternalId.team_id == person.c.team_id, ExternalId.person_id == person.c.id)
        .where(ExternalId.importer_id.in_(actor.person_ids))
        .order_by(ExternalId.id)
        .limit(1)
        .scalar_subquery()
    )
    until = (
        select(Membership.ended_at)
        .where(Membership.team_id == person.c.team_id, Membership.id == person.c.membership_id)
        .scalar_subquery()
    )
    email, phone, link = (m.position for m in (PersonEmail, PersonPhone, PersonLink))
    return [
        _listed(PersonEmail, person, (email,), "value", "label").label("emails"),
        _listed(PersonPhone, person, (phone,), "value", "label", "e164").label("phones"),
        _listed(PersonLink, person, (link,), "value", "label").label("links"),
        _positions(actor, person).label("positions"),
        custom_values(actor, person).label("fields"),
        external.label("external_id"),
        in_team(person.c).label("is_member"),
        until.label("member_until"),
    ]


def with_lists(actor: Actor, page: Rows, *order: str) -> Rows:
    """A page of `PLAIN` rows with their addresses, positions and the actor's external id.

    The lists are read for the rows of the page only. `order` names its columns, `-name` downwards.
    """
    rows = page.add_columns(Person.team_id).subquery("page")
    plain = [column for column in rows.c if column.name != "team_id"]
    statement: Rows = select(*plain, *_lists(actor, rows))
    for name in order:
        column = rows.c[name.removeprefix("-")]
        statement = statement.order_by(column.desc() if name.startswith("-") else column)
    return statement
