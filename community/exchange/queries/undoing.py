"""What may be undone: who and which fields nobody touched since an import was published."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    Uuid,
    and_,
    column,
    distinct,
    func,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from community.core import db
from community.exchange.models import ImportBatch, ImportRow
from community.exchange.queries.here import among
from community.exchange.queries.mine import MODELS, brought
from community.identity.models import Actor
from community.people.models import ExternalId, Note, Person, PersonChange

# Tables that name a person without anybody having acted on them since (their own rows, whose
# changes count as changes of the person; the audit), or that are asked about by name here, or
# whose people stand in an indexed table as well (a give's in its state).
_NO_REFERENCE = {
    "persons",
    "person_emails",
    "person_phones",
    "person_links",
    "positions",
    "person_changes",
    "external_ids",
    "notes",
    "import_batches",
    "import_rows",
    "journal_entries",
    "opened_by",
    "gives",
    "give_acts",
}


def references() -> Iterator[tuple[Table, Any]]:
    """Every column of every feature that names a person, by what the columns declare."""
    for table in db.Base.metadata.sorted_tables:
        if table.name in _NO_REFERENCE or "team_id" not in table.c:
            continue
        for found in table.c:
            # Lists of people hold the team's members, and an import makes none.
            if found.info.get("person") and isinstance(found.type, Uuid):
                yield table, found


def _people_of(batch: ImportBatch, *outcomes: str) -> Select[UUID | None]:
    return select(ImportRow.person_id).where(
        ImportRow.team_id == batch.team_id,
        ImportRow.batch_id == batch.id,
        ImportRow.outcome.in_(outcomes),
        ImportRow.person_id.is_not(None),
    )


def find_made(batch: ImportBatch) -> list[Any]:
    """The people the batch made, locked: `line, seq, id, version, deleted, merged`."""
    statement = (
        select(
            ImportRow.line,
            ImportRow.seq,
            ImportRow.person_version,
            Person.id,
            Person.version,
            Person.deleted_at.is_not(None).label("is_deleted"),
            Person.merged_into_id.is_not(None).label("is_merged"),
        )
        .join(Person, (Person.team_id == ImportRow.team_id) & (Person.id == ImportRow.person_id))
        .where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        .where(ImportRow.outcome == "new")
        .order_by(Person.id)
        .with_for_update(of=Person)
    )
    return list(db.session().execute(statement))


def find_later_fields(batch: ImportBatch) -> dict[UUID, set[str]]:
    """Which fields of the batch's people were changed since, but for imports that were undone."""
    field = func.unnest(PersonChange.fields).table_valued(column("field")).render_derived()
    statement = (
        _later(batch)
        .add_columns(PersonChange.person_id, field.c.field)
        .join(field, field.c.field.is_not(None))
        .where(or_(ImportBatch.id.is_(None), ImportBatch.state != "undone"))
        .distinct()
    )
    found: dict[UUID, set[str]] = defaultdict(set)
    for person_id, name in db.session().execute(statement):
        found[person_id].add(name)
    return found


def count_undone_versions(batch: ImportBatch) -> dict[UUID, int]:
    """How many later versions of the batch's people imports made that were undone."""
    statement = (
        _later(batch)
        .add_columns(PersonChange.person_id, func.count(distinct(PersonChange.version)))
        .where(ImportBatch.state == "undone", PersonChange.version > ImportRow.person_version)
        .group_by(PersonChange.person_id)
    )
    return dict(db.session().execute(statement).all())


def _later(batch: ImportBatch) -> Any:
    return (
        select()
        .select_from(ImportRow)
        .join(
            PersonChange,
            (PersonChange.team_id == ImportRow.team_id)
            & (PersonChange.person_id == ImportRow.person_id),
        )
        .outerjoin(
            ImportBatch,
            (ImportBatch.team_id == PersonChange.team_id)
            & (ImportBatch.id == PersonChange.batch_id),
        )
        .where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        .where(ImportRow.outcome.in_(("new", "update")))
        .where(PersonChange.batch_id.is_distinct_from(batch.id))
        .where(
            or_(
                PersonChange.changed_at > batch.published_at,
                PersonChange.version > ImportRow.person_version,
            )
        )
    )


def find_used(actor: Actor, batch: ImportBatch) -> set[UUID]:
    """Whom of those the batch made other rows name: help, pairs, ids of other importers' sources."""
    made = _people_of(batch, "new").scalar_subquery()
    selects = [
        select(found).where(
            table.c.team_id == batch.team_id, found.in_(made), *_theirs(batch, table)
        )
        for table, found in references()
    ]
    selects.append(
        select(ExternalId.person_id).where(
            ExternalId.team_id == batch.team_id,
            ExternalId.person_id.in_(made),
            ExternalId.importer_id.not_in(actor.person_ids),
        )
    )
    return set(db.session().scalars(union_all(*selects)))


_BROUGHT = {"custom_values": "custom", **{name: name for name in MODELS}}


def _theirs(batch: ImportBatch, table: Table) -> list[ColumnElement[bool]]:
    """What says that a row is not the batch's own, or not as the batch wrote it."""
    if table.name not in _BROUGHT:
        return []
    ours: ColumnElement[bool] = table.c.id.in_(brought(batch, _BROUGHT[table.name]))
    if "version" in table.c:
        ours = and_(ours, table.c.version == 1)
    return [not_(ours)]


def find_noted(batch: ImportBatch) -> set[UUID]:
    """Whom of the batch's people a note is about that is not the batch's, or was edited since."""
    ours = brought(batch, "notes")
    statement = select(Note.person_id).where(
        Note.team_id == batch.team_id,
        Note.deleted_at.is_(None),
        Note.person_id.in_(_people_of(batch, "new")),
        or_(Note.version > 1, Note.id.not_in(ours)),
    )
    return set(db.session().scalars(statement))


def find_merged_into(batch: ImportBatch) -> set[UUID]:
    """Whom of those the batch made somebody else was merged into."""
    gone = aliased(Person)
    statement = select(gone.canonical_id).where(
        gone.team_id == batch.team_id,
        gone.canonical_id.in_(_people_of(batch, "new")),
        gone.id != gone.canonical_id,
    )
    return set(db.session().scalars(statement))


def find_updates(batch: ImportBatch, limit: int) -> list[Any]:
    """The next rows that changed somebody: `line, seq, person_id, person_version, before, written`."""
    statement = (
        select(
            ImportRow.line,
            ImportRow.seq,
            ImportRow.person_id,
            ImportRow.person_version,
            ImportRow.before,
            ImportRow.written,
        )
        .where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        .where(ImportRow.outcome == "update")
        .order_by(ImportRow.line, ImportRow.seq)
        .limit(limit)
    )
    return list(db.session().execute(statement))


def find_people(batch: ImportBatch, person_ids: Sequence[UUID]) -> dict[UUID, Person]:
    """These people, locked, deleted ones as well."""
    statement = (
        select(Person)
        .where(Person.team_id == batch.team_id, among(Person.id, person_ids))
        .order_by(Person.id)
        .with_for_update(of=Person)
        .execution_options(populate_existing=True)
    )
    return {person.id: person for person in db.session().scalars(statement)}
