"""Imports for tests: a file brought in, worked through as the worker would."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from community.core import db
from community.exchange import actions
from community.exchange.actions import FileIn
from community.exchange.models import ImportBatch, ImportRow, Reading
from community.identity.models import Actor
from tests.factories.identity import acting

TEAM = {"audience": "team", "people": [], "circle_id": None}
HEADER = "Name,Email,Phone,Company,Position,Birthday,Tags,Notes,ID\n"


def table(*rows: str) -> bytes:
    """A CSV file with every kind of field."""
    return (HEADER + "\n".join(rows) + "\n").encode()


def bring(
    actor: Actor,
    content: bytes,
    *,
    kind: str = "",
    filename: str = "people.csv",
    visibility: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    **reading: Any,
) -> ImportBatch:
    """Import a file to its end (`dry_run`: to its preview); returns the batch as it is then."""
    with acting(actor):
        file = FileIn(content, filename, kind, Reading(**reading))
        batch = actions.start_import(actor, file, visibility=visibility, dry_run=dry_run)
    return work_on(batch)


def work_on(batch: ImportBatch) -> ImportBatch:
    """What the worker would do, then the batch as it is."""
    actions.carry_on(batch.team_id, batch.id)
    return again(batch)


def again(batch: ImportBatch) -> ImportBatch:
    """The batch as it is now."""
    with db.transaction(batch.team_id) as unit:
        return unit.session.get_one(ImportBatch, (batch.team_id, batch.id))


def rows_of(batch: ImportBatch) -> dict[int, ImportRow]:
    """The rows by line."""
    with db.transaction(batch.team_id) as unit:
        rows = unit.session.scalars(
            select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.line)
        )
        return {row.line: row for row in rows}


def undo(actor: Actor, batch_id: UUID) -> ImportBatch:
    """Take an import back, the worker's part included."""
    with acting(actor):
        batch = actions.undo_import(actor, batch_id)
        assert batch is not None
    return work_on(batch)
