"""Undo: who was made and not touched since goes, what was changed and not touched since goes
back; everything else stays and its row says why."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import cast, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import selectinload

from community.core import clock, db
from community.exchange import queries
from community.exchange.actions.publishing import lock_imports_of
from community.exchange.matching.plans import COLUMNS
from community.exchange.matching.restoring import Restoring, restore
from community.exchange.models import ImportBatch, ImportRow
from community.exchange.queries import undoing as looking
from community.exchange.queries.here import among, chunks
from community.exchange.queries.mine import MODELS
from community.identity.models import Actor
from community.journal import actions as journal
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

_AT_ONCE = 500
_MODELS = {
    "emails": PersonEmail,
    "phones": PersonPhone,
    "links": PersonLink,
    "positions": Position,
    "custom": CustomValue,
}
Reasons = list[dict[str, Any]]


def undo(actor: Actor, batch: ImportBatch) -> None:
    """Take a published import back, whole, in the transaction that is open."""
    lock_imports_of(actor)
    later = looking.find_later_fields(batch)
    _undo_new(actor, batch, later)
    while rows := looking.find_updates(batch, _AT_ONCE):
        _undo_updates(actor, batch, rows, later)
    _forget_ids(batch)
    _forget_read(batch)
    batch.counts = {**batch.counts, **_count_undone(batch)}
    batch.enter("undone")
    batch.undone_at = clock.now()
    journal.record(actor, "undo", "import", batch.id)


def _count_undone(batch: ImportBatch) -> dict[str, int]:
    counts = queries.count_outcomes(batch)
    return {name: counts.get(name, 0) for name in ("removed", "restored", "kept")}


def _undo_new(actor: Actor, batch: ImportBatch, later: Mapping[UUID, set[str]]) -> None:
    made = looking.find_made(batch)
    reasons = _reasons_to_stay(actor, batch, made, later)
    gone = [row for row in made if row.id not in reasons]
    _remove(actor, [row.id for row in gone if not row.is_deleted])
    _settle(batch, "removed", [(row, []) for row in gone])
    _settle(batch, "kept", [(row, [reasons[row.id]]) for row in made if row.id in reasons])


def _reasons_to_stay(
    actor: Actor, batch: ImportBatch, made: Sequence[Any], later: Mapping[UUID, set[str]]
) -> dict[UUID, dict[str, Any]]:
    """Why somebody the batch made stays: the last reason found is the one told."""
    undone = looking.count_undone_versions(batch)
    reasons: dict[UUID, dict[str, Any]] = {}
    for row in made:
        if row.is_deleted:
            continue
        if row.is_merged:
            reasons[row.id] = _reason("merged_since")
        elif changed := later.get(row.id):
            reasons[row.id] = _changed(changed)
        elif row.version - row.person_version != undone.get(row.id, 0):
            reasons[row.id] = _reason("edited_since")
    living = {row.id for row in made if not row.is_deleted}
    for found, code in (
        # One reason for both: a note or help of somebody else's may be theirs alone.
        (looking.find_noted(batch), "in_use"),
        (looking.find_merged_into(batch), "merged_since"),
        (looking.find_used(actor, batch), "in_use"),
    ):
        reasons |= {person_id: _reason(code) for person_id in found & living}
    return reasons


def _reason(code: str, **params: Any) -> dict[str, Any]:
    return {"field": None, "code": code, "params": params}


def _changed(fields: Iterable[str]) -> dict[str, Any]:
    return _reason("changed_since", fields=sorted(fields))


def _remove(actor: Actor, person_ids: Sequence[UUID]) -> None:
    """Hide them as a deletion does; one by one they can be brought back for 30 days."""
    for ids in chunks(person_ids, 5_000):
        db.session().execute(
            update(Person)
            .where(Person.team_id == actor.team_id, among(Person.id, ids))
            .values(
                deleted_at=clock.now(),
                deleted_by_id=actor.person_id,
                updated_at=clock.now(),
                version=Person.version + 1,
            )
            .execution_options(synchronize_session=False)
        )
    for person_id in person_ids:
        journal.record(actor, "delete", "person", person_id)


def _undo_updates(
    actor: Actor, batch: ImportBatch, rows: Sequence[Any], later: Mapping[UUID, set[str]]
) -> None:
    people = looking.find_people(batch, [row.person_id for row in rows])
    backs: dict[UUID, Restoring] = {}
    settled: dict[str, list[tuple[Any, Reasons]]] = {"restored": [], "kept": []}
    noted = _take_own_back(batch, rows)
    for row in rows:
        person = people[row.person_id]
        if person.deleted_at is not None:
            settled["kept"].append((row, [_reason("deleted_since")]))
            continue
        now = {name: getattr(person, name) for name in COLUMNS}
        back = restore(row.before, row.written, now, later.get(row.person_id, set()))
        reasons = [_changed(back.kept)] if back.kept else []
        reasons += [_reason("notes_since")] if row.person_id in noted else []
        settled["kept" if reasons else "restored"].append((row, reasons))
        if back.fields:
            backs[row.person_id] = back
    _write_back(actor, batch, people, backs)
    for outcome, found in settled.items():
        _settle(batch, outcome, found)


_BACK = text(
    """
    UPDATE persons SET name = p.name, call_name = p.call_name,
        sort_name = coalesce(p.sort_name, persons.sort_name), sort_key = p.sort_key,
        sought = p.sought, birthday_month = p.birthday_month, birthday_day = p.birthday_day,
        birthday_year = p.birthday_year, tags = p.tags, extra = p.extra, updated_at = :now,
        version = version + 1
    FROM jsonb_to_recordset(CAST(:people AS jsonb)) AS p (id uuid, name text, call_name text,
        sort_name text, sort_key text, sought text, birthday_month smallint, birthday_day smallint,
        birthday_year smallint, tags text[], extra jsonb)
    WHERE persons.team_id = :team_id AND persons.id = p.id
    """
)


def _write_back(
    actor: Actor,
    batch: ImportBatch,
    people: Mapping[UUID, Person],
    backs: Mapping[UUID, Restoring],
) -> None:
    if not backs:
        return
    for person_id in backs:
        db.session().expunge(people[person_id])
    rows = [{"id": person_id, **back.columns} for person_id, back in backs.items()]
    values = {"team_id": batch.team_id, "now": clock.now()}
    db.session().execute(_BACK, {**values, "people": orjson.dumps(rows).decode()})
    for part, model in _MODELS.items():
        _delete(model, [each for back in backs.values() for each in back.removed.get(part, ())])
    _positions_back(batch, list(backs.values()))
    _index_anew(batch, [person_id for person_id, back in backs.items() if not back.is_whole])
    for person_id, back in backs.items():
        _note(actor, batch, person_id, people[person_id].version + 1, back.fields)


def _delete(model: Any, ids: Sequence[str]) -> None:
    if ids:
        db.session().execute(
            delete(model)
            .where(model.team_id == db.current_team_id(), model.id.in_([UUID(i) for i in ids]))
            .execution_options(synchronize_session=False)
        )


def _positions_back(batch: ImportBatch, backs: Sequence[Restoring]) -> None:
    """Positions that the import gave a title, or ended, as they were."""
    ended = [UUID(each["id"]) for back in backs for each in back.reopened]
    titled = [UUID(each["id"]) for back in backs for each in back.untitled]
    for ids, values in ((ended, {"to_on": None}), (titled, {"title": ""})):
        if ids:
            db.session().execute(
                update(Position)
                .where(Position.team_id == batch.team_id, Position.id.in_(ids))
                .values(**values)
                .execution_options(synchronize_session=False)
            )


def _index_anew(batch: ImportBatch, person_ids: Sequence[UUID]) -> None:
    """The search text of those who keep some of what was written."""
    statement = (
        select(Person)
        .where(Person.team_id == batch.team_id, Person.id.in_(person_ids))
        .options(selectinload(Person.emails), selectinload(Person.positions))
        .execution_options(populate_existing=True)
    )
    for person in db.session().scalars(statement) if person_ids else ():
        sought, key = person.sought, person.sort_key
        person.rename(person.name)
        organisations = [held.organisation for held in person.positions]
        person.index_names([*(email.value for email in person.emails), *organisations])
        if (person.sought, person.sort_key) != (sought, key):
            db.session().execute(
                update(Person)
                .where(Person.team_id == batch.team_id, Person.id == person.id)
                .values(sought=person.sought, sort_key=person.sort_key)
                .execution_options(synchronize_session=False)
            )
        db.session().expunge(person)


def _note(
    actor: Actor, batch: ImportBatch, person_id: UUID, version: int, fields: Sequence[str]
) -> None:
    journal.record(actor, "edit", "person", person_id, fields=fields)
    db.record(
        PersonChange.__table__,  # type: ignore[arg-type]
        {
            "team_id": batch.team_id,
            "id": db.new_id(),
            "person_id": person_id,
            "changed_at": clock.now(),
            "changed_by_id": actor.person_id,
            "batch_id": batch.id,
            "fields": sorted(fields),
            "version": version,
            "is_import": True,
        },
    )


def _take_own_back(batch: ImportBatch, rows: Sequence[Any]) -> set[UUID]:
    """Delete what the import wrote of the importer's own; of whom something was edited since, and stays."""
    kept: set[UUID] = set()
    for part, model in MODELS.items():
        ids = [UUID(each["id"]) for row in rows for each in row.written.get(part, ())]
        if ids:
            kept |= _delete_unchanged(batch, model, ids)
    return kept


def _delete_unchanged(batch: ImportBatch, model: Any, ids: Sequence[UUID]) -> set[UUID]:
    """Whom the others are about."""
    own = [model.team_id == batch.team_id, model.id.in_(ids)]
    if hasattr(model, "deleted_at"):
        own.append(model.deleted_at.is_(None))
        gone = {"deleted_at": clock.now(), "updated_at": clock.now(), "version": model.version + 1}
        act: Any = update(model).values(**gone)
    else:
        act = delete(model)
    act = act.where(*own, model.version == 1).execution_options(synchronize_session=False)
    db.session().execute(act)
    return set(db.session().scalars(select(model.person_id).where(*own)))


def _forget_ids(batch: ImportBatch) -> None:
    """What the source calls people, where this import said so and they do not stay by it."""
    named = func.jsonb_array_elements(ImportRow.written["external_ids"]).table_valued("value")
    ids = (
        select(named.c.value.op("->>")("id").cast(ExternalId.id.type))
        .select_from(ImportRow)
        .join(named, ImportRow.batch_id.is_not(None))
        .where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        .where(ImportRow.outcome.in_(("removed", "restored", "unchanged", "skipped")))
    )
    db.session().execute(
        delete(ExternalId)
        .where(ExternalId.team_id == batch.team_id, ExternalId.id.in_(ids))
        .execution_options(synchronize_session=False)
    )


_SETTLE = text(
    """
    UPDATE import_rows r SET outcome = :outcome, errors = w.told
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS w (line integer, seq integer, told jsonb)
    WHERE r.team_id = :team_id AND r.batch_id = :batch_id AND r.line = w.line AND r.seq = w.seq
    """
)


def _settle(batch: ImportBatch, outcome: str, found: Iterable[tuple[Any, Reasons]]) -> None:
    """Say of each row what its undoing made of it."""
    rows = [{"line": row.line, "seq": row.seq, "told": reasons} for row, reasons in found]
    if rows:
        values = {"team_id": batch.team_id, "batch_id": batch.id, "outcome": outcome}
        db.session().execute(_SETTLE, {**values, "rows": orjson.dumps(rows).decode()})


# Rows without a person of their own who stays.
_FORGOTTEN = ("removed", "joined", "error")
_WITHOUT_VALUES = "$[*] ? (!exists(@.params.value))"


def _forget_read(batch: ImportBatch) -> None:
    """Empty what was read about people who are not here any more, but for their names.

    A row that was put together with another holds the same person once more, and one in error
    somebody who never came. The report of the undo is for nothing without the names; `prune`
    drops the rows with the undo's time.
    """
    db.session().execute(
        update(ImportRow)
        .where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        .where(ImportRow.outcome.in_(_FORGOTTEN))
        .values(
            data=func.jsonb_build_object("name", ImportRow.data["name"]),
            before={},
            written={},
            errors=func.jsonb_path_query_array(ImportRow.errors, cast(_WITHOUT_VALUES, JSONPATH)),
        )
        .execution_options(synchronize_session=False)
    )
