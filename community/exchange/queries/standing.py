"""People as they stand, for the plan of an update, and which of their values a source wrote."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import column, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from community.core import db
from community.exchange import policy
from community.exchange.matching.jobs import Held
from community.exchange.matching.joining import Known
from community.exchange.matching.own import NOTHING_YET
from community.exchange.matching.plans import COLUMNS, Standing
from community.exchange.models import ImportBatch
from community.exchange.queries.here import among
from community.exchange.queries.mine import find_mine
from community.identity.models import Actor
from community.people.models import (
    CustomValue,
    ExternalId,
    Person,
    PersonChange,
    PersonEmail,
    PersonLink,
    PersonPhone,
    Position,
)
from community.people.policy import visible

_LISTS: dict[str, tuple[Any, ...]] = {
    "emails": (PersonEmail.value,),
    "phones": (PersonPhone.value, PersonPhone.e164),
    "links": (PersonLink.value,),
    "positions": (Position.id, Position.organisation, Position.title, Position.to_on),
}


def find_standing(
    actor: Actor, batch: ImportBatch, known: Mapping[UUID, Known]
) -> dict[UUID, Standing]:
    """The visible ones of these people, with all that an update compares."""
    person_ids = list(known)
    statement = select(Person).where(visible(actor), among(Person.id, person_ids))
    people = list(db.session().scalars(statement.execution_options(populate_existing=True)))
    if not people:
        return {}
    lists = {name: _listed(actor, columns, person_ids) for name, columns in _LISTS.items()}
    mine = find_mine(actor, person_ids)
    fields = _fields(actor, person_ids)
    imported = _imported(actor, batch, person_ids)
    return {
        person.id: Standing(
            id=person.id,
            version=person.version,
            columns={name: getattr(person, name) for name in COLUMNS},
            emails=tuple(value for (value,) in lists["emails"][person.id]),
            phones=tuple(lists["phones"][person.id]),
            links=tuple(value for (value,) in lists["links"][person.id]),
            positions=tuple(
                Held(held_id, organisation, title, to_on is not None)
                for held_id, organisation, title, to_on in lists["positions"][person.id]
            ),
            external_ids=frozenset(known[person.id].external_ids),
            mine=mine.get(person.id, NOTHING_YET),
            fields=frozenset(fields[person.id]),
            imported=frozenset(imported[person.id]),
            closed=policy.closed_to(actor, person, batch.audience),
        )
        for person in people
    }


def _listed(
    actor: Actor, columns: tuple[Any, ...], person_ids: Sequence[UUID]
) -> dict[UUID, list[tuple[Any, ...]]]:
    model = columns[0].class_
    statement = (
        select(model.person_id, *columns)
        .where(model.team_id == actor.team_id)
        .where(among(model.person_id, person_ids))
        .order_by(model.id)
    )
    found: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for person_id, *values in db.session().execute(statement):
        found[person_id].append(tuple(values))
    return found


def _fields(actor: Actor, person_ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """The fields of the team's own that hold something."""
    statement = select(CustomValue.person_id, CustomValue.field_id).where(
        CustomValue.team_id == actor.team_id, among(CustomValue.person_id, person_ids)
    )
    return _sets(statement)


def _imported(actor: Actor, batch: ImportBatch, person_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """The fields whose latest change was an import of the same person and source, not undone."""
    name = func.unnest(PersonChange.fields).table_valued(column("field")).render_derived()
    latest = (
        select(PersonChange.person_id, name.c.field, PersonChange.batch_id)
        .select_from(PersonChange)
        .join(name, name.c.field.is_not(None))
        .where(PersonChange.team_id == actor.team_id, among(PersonChange.person_id, person_ids))
        .order_by(
            PersonChange.person_id,
            name.c.field,
            PersonChange.version.desc(),
            PersonChange.changed_at.desc(),
            PersonChange.id.desc(),
        )
        .ext(distinct_on(PersonChange.person_id, name.c.field))
        .subquery()
    )
    statement = (
        select(latest.c.person_id, latest.c.field)
        .join(ImportBatch, ImportBatch.id == latest.c.batch_id)
        .where(ImportBatch.team_id == actor.team_id, ImportBatch.state == "done")
        .where(ImportBatch.author_id.in_(actor.person_ids))
        .where(
            func.coalesce(func.nullif(ImportBatch.mapping["source"].astext, ""), ImportBatch.format)
            == batch.source
        )
    )
    return _sets(statement)


def find_card_ids(actor: Actor, person_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The UID that cards of the actor's own imports gave these people."""
    statement = (
        select(ExternalId.person_id, ExternalId.external_id)
        .where(ExternalId.team_id == actor.team_id, among(ExternalId.person_id, person_ids))
        .where(ExternalId.importer_id.in_(actor.person_ids), ExternalId.source == "vcard")
        .order_by(ExternalId.id.desc())
    )
    return dict(db.session().execute(statement).all())


def _sets(statement: Any) -> dict[UUID, set[Any]]:
    found: dict[UUID, set[Any]] = defaultdict(set)
    for person_id, value in db.session().execute(statement):
        found[person_id].add(value)
    return found
