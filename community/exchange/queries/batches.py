"""Imports and their rows, as lists and to work on."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Row,
    Select,
    Text,
    Uuid,
    case,
    cast,
    column,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import aliased

from community.core import db, paging
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest
from community.exchange.matching.plans import REASONS
from community.exchange.models import OUTCOMES, ImportBatch, ImportRow, Reading
from community.exchange.policy import visible
from community.identity import queries as identity_queries
from community.identity.models import Actor
from community.people import policy as people_policy
from community.people.models import Person

SHOWN_PROBLEMS = 100


def get_batch(actor: Actor, batch_id: UUID, *, lock: bool = False) -> ImportBatch:
    """One import of the actor's; `lock` fails at once when a worker holds it."""
    statement = select(ImportBatch).where(visible(actor), ImportBatch.id == batch_id)
    if lock:
        statement = statement.with_for_update(nowait=True)
    found = db.session().scalar(statement.execution_options(populate_existing=lock))
    if found is None:
        raise NotFound(_("There is no such import, or it is not yours to see."))
    return found


def find_batch(batch_id: UUID) -> ImportBatch | None:
    """An import to work on, locked; for jobs, which check the importer's rights themselves."""
    return db.session().scalar(
        select(ImportBatch)
        .where(ImportBatch.team_id == db.current_team_id(), ImportBatch.id == batch_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def find_importer(batch: ImportBatch) -> Actor | None:
    """The member an import is worked on for, with the rights they have now; None when gone."""
    named = aliased(Person)
    member_id = db.session().scalar(
        select(Person.membership_id)
        .join(
            named, (named.team_id == Person.team_id) & (named.canonical_id == Person.canonical_id)
        )
        .where(named.team_id == batch.team_id, named.id == batch.author_id)
        .where(Person.membership_id.is_not(None))
    )
    return identity_queries.find_actor_of_member(member_id) if member_id else None


def get_content(batch: ImportBatch) -> bytes:
    """The file itself."""
    statement = select(ImportBatch.content).where(
        ImportBatch.team_id == batch.team_id, ImportBatch.id == batch.id
    )
    return bytes(db.session().scalar(statement) or b"")


def find_remembered(actor: Actor, columns: Sequence[str]) -> Reading | None:
    """How the actor had the same columns read the last time that it was published."""
    held = ImportBatch.mapping["columns"]
    names = sorted(set(columns))
    statement = (
        select(ImportBatch.mapping)
        .where(visible(actor), ImportBatch.state == "done", func.jsonb_typeof(held) == "object")
        .where(held.has_all(cast(names, ARRAY(Text))))
        .where(held.op("-")(cast(names, ARRAY(Text))) == cast({}, JSONB))
        .order_by(ImportBatch.id.desc())
        .limit(1)
    )
    found = db.session().scalar(statement)
    if found is None:
        return None
    read = Reading(**found)
    return Reading(columns=read.columns, order=read.order, source=read.source)


def count_open(actor: Actor) -> int:
    """How many files of the actor's wait or are worked on."""
    statement = select(func.count()).where(visible(actor), ImportBatch.content.is_not(None))
    return db.session().scalar(statement) or 0


def readable(actor: Actor) -> Select[UUID]:
    """The ids of the imports the actor may see."""
    return select(ImportBatch.id).where(visible(actor))


def find_batches(actor: Actor, request: PageRequest) -> Page[ImportBatch]:
    """The actor's imports, newest first."""
    statement = select(ImportBatch).where(visible(actor))
    page = paging.after(statement, request, (ImportBatch.id,), (UUID,), descending=True)
    rows = db.session().scalars(page).all()
    return paging.page(rows, request, lambda batch: (batch.id,))


# What a record holds and a person has no field for.
UNHELD = ("extra", "connected_on", "met_on")
_NAME = ImportRow.data["name"].astext
_FIELDS = func.coalesce(ImportRow.written["fields"], literal_column("'[]'::jsonb"))
_ROW = (
    ImportRow.line,
    ImportRow.seq,
    ImportRow.outcome,
    _NAME.label("name"),
    ImportRow.person_id,
    _FIELDS.label("fields"),
    ImportRow.errors,
    ImportRow.before["duplicates"].label("duplicates"),
    ImportRow.data["emails"][0]["value"].astext.label("email"),
    *(ImportRow.data[name].label(name) for name in UNHELD),
    ImportRow.data["links"].label("links"),
    ImportRow.data["organisation"].astext.label("organisation"),
)


def find_rows(
    actor: Actor, batch: ImportBatch, request: PageRequest, outcomes: Sequence[str] = ()
) -> Page[Row[Any]]:
    """The rows of an import in the order of the file, with what each did or would do."""
    statement = select(*_ROW).where(
        ImportRow.team_id == actor.team_id, ImportRow.batch_id == batch.id
    )
    if outcomes:
        statement = statement.where(ImportRow.outcome.in_(outcomes))
    edge = (ImportRow.line, ImportRow.seq)
    page = paging.after(statement, request, edge, (int, int))
    rows = db.session().execute(page).all()
    return paging.page(rows, request, lambda row: (row.line, row.seq))


def find_names(actor: Actor, person_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """The ids and names these people have for the actor now; hidden and deleted ones are left out."""
    if not person_ids:
        return {}
    named = aliased(Person)
    statement = (
        select(named.id.label("given"), Person.id, Person.name)
        .join(Person, (Person.team_id == named.team_id) & (Person.id == named.canonical_id))
        .where(named.team_id == actor.team_id, named.id.in_(person_ids))
        .where(people_policy.visible(actor))
    )
    return {row.given: (row.id, row.name) for row in db.session().execute(statement)}


def find_named(rows: Sequence[Row[Any]]) -> set[UUID]:
    """Who may be the same as somebody of these rows (`find_rows`), and whom they are."""
    alike = {UUID(each["id"]) for row in rows for each in row.duplicates or ()}
    return alike | {row.person_id for row in rows if row.person_id}


def find_problems(actor: Actor, batch: ImportBatch, limit: int = SHOWN_PROBLEMS) -> list[Row[Any]]:
    """The first rows of which something was left out, by line."""
    statement = (
        select(ImportRow.line, ImportRow.errors)
        .where(ImportRow.team_id == actor.team_id, ImportRow.batch_id == batch.id)
        .where(func.jsonb_array_length(ImportRow.errors) > 0)
        .order_by(ImportRow.line, ImportRow.seq)
        .limit(limit)
    )
    return list(db.session().execute(statement))


def get_first_error(batch: ImportBatch) -> Row[Any]:
    """The first row that cannot be used, of a batch that has one."""
    statement = (
        select(ImportRow.line, ImportRow.errors)
        .where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        .where(ImportRow.outcome == "error")
        .order_by(ImportRow.line, ImportRow.seq)
        .limit(1)
    )
    return db.session().execute(statement).one()


def count_outcomes(batch: ImportBatch) -> dict[str, int]:
    """How many rows there are of each outcome, and (`left_out`) used ones that lost a value."""
    problem = func.jsonb_array_elements(ImportRow.errors).table_valued(column("value"))
    has_problem = (
        exists().select_from(problem).where(problem.c.value.op("->>")("code").not_in(REASONS))
    )
    used = case((ImportRow.outcome == "error", 0), (has_problem, 1), else_=0)
    statement = (
        select(ImportRow.outcome, func.count(), func.sum(used))
        .where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        .group_by(ImportRow.outcome)
    )
    rows = db.session().execute(statement).all()
    counts = {outcome: count for outcome, count, _left_out in rows}
    return {**dict.fromkeys(OUTCOMES, 0), **counts, "left_out": sum(row[2] for row in rows)}


def find_unplaced(batch: ImportBatch) -> list[tuple[UUID, str]]:
    """The positions that a published file brought and that name an organisation, in words alone yet.

    Read from the rows: the planner does not know yet how many positions there are.
    """
    each = func.jsonb_array_elements(ImportRow.written["positions"]).table_valued(column("value"))
    position_id = each.c.value.op("->>")("id").cast(Uuid())
    organisation = each.c.value.op("->>")("organisation")
    statement = (
        select(position_id.label("id"), organisation.label("organisation"))
        .select_from(ImportRow)
        .join(each, ImportRow.batch_id.is_not(None))
        .where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        .where(ImportRow.outcome.in_(("new", "update")), organisation != "")
    )
    return [(row.id, row.organisation) for row in db.session().execute(statement)]
