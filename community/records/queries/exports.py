"""Files one had made, consent and basis of a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import undefer

from community.core import db, paging
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.identity.models import Actor
from community.journal.models import OpenedBy
from community.people import policy as people_policy
from community.people.models import Person
from community.people.queries import readable as readable_persons
from community.records.models import Consent, Export
from community.records.policy import visible_exports


def get_export(actor: Actor, export_id: UUID, *, content: bool = False) -> Export:
    """One file of the actor's, with its bytes where they are wanted."""
    statement = select(Export).where(visible_exports(actor), Export.id == export_id)
    if content:
        statement = statement.options(undefer(Export.content))
    found = db.session().scalar(statement)
    if found is None:
        raise NotFound(_("There is no such export, or it is not yours to see."))
    return found


def find_export(export_id: UUID) -> Export | None:
    """An export to be made, locked; for the job, which checks its author's rights itself."""
    return db.session().scalar(
        select(Export)
        .where(Export.team_id == db.current_team_id(), Export.id == export_id)
        .with_for_update()
    )


def find_exports(actor: Actor, request: PageRequest) -> Page[Export]:
    """The files the actor had made, newest first."""
    statement = select(Export).where(visible_exports(actor))
    statement = paging.after(statement, request, [Export.id], [UUID], descending=True)
    rows = db.session().scalars(statement).all()
    return paging.page(rows, request, lambda export: (export.id,))


def find_names_of(actor: Actor, exports: Sequence[Export]) -> dict[UUID, str]:
    """Whom the files are about, by name."""
    ids = {export.person_id for export in exports if export.person_id is not None}
    rows = db.session().execute(
        select(Person.id, Person.name).where(
            Person.id.in_(ids), Person.id.in_(readable_persons(actor))
        )
    )
    return {row.id: row.name for row in rows}


def find_live(actor: Actor) -> Sequence[Export]:
    """The actor's files that are being made or kept, newest first."""
    statement = select(Export).where(
        visible_exports(actor), Export.state.in_(("queued", "running", "done"))
    )
    return db.session().scalars(statement.order_by(Export.id.desc())).all()


def find_over(as_of: datetime) -> Sequence[Export]:
    """The files whose days are over."""
    return (
        db.session()
        .scalars(
            select(Export)
            .where(Export.team_id == db.current_team_id(), Export.state == "done")
            .where(Export.expires_at <= as_of)
        )
        .all()
    )


def find_consents(actor: Actor, person_id: UUID) -> Sequence[Row[Any]]:
    """What a (canonical) person whom the actor sees agreed to, newest first, and who noted it."""
    named = select(Person.id).where(people_policy.visible(actor), Person.canonical_id == person_id)
    writer = (
        select(Person.name)
        .where(Person.team_id == Consent.team_id, Person.id == Consent.author_id)
        .where(Person.id.in_(readable_persons(actor)))
        .scalar_subquery()
    )
    return (
        db.session()
        .execute(
            select(Consent, func.coalesce(writer, "").label("noted_by"))
            .where(Consent.team_id == actor.team_id, Consent.person_id.in_(named))
            .order_by(Consent.happened_on.desc(), Consent.id.desc())
            .limit(200)
        )
        .all()
    )


def count_bases(actor: Actor) -> dict[str, int]:
    """How many of the people the actor sees are held on which basis."""
    rows = db.session().execute(
        select(Person.lawful_basis, func.count())
        .where(people_policy.listed(actor))
        .group_by(Person.lawful_basis)
    )
    return {row[0]: row[1] for row in rows}


def find_readers(actor: Actor) -> Sequence[Row[Any]]:
    """Who opened the actor's page, and on how many days."""
    statement: Rows = (
        select(Person.name, func.count().label("days"), func.max(OpenedBy.day).label("last"))
        .join(Person, (Person.team_id == OpenedBy.team_id) & (Person.id == OpenedBy.reader_id))
        .where(OpenedBy.team_id == actor.team_id, OpenedBy.person_id == actor.person_id)
        .where(Person.id.in_(readable_persons(actor)))
        .group_by(Person.id, Person.name)
        .order_by(func.max(OpenedBy.day).desc())
        .limit(100)
    )
    return db.session().execute(statement).all()
