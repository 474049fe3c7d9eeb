"""Forgetting: what was staged for an undo that is not possible any more, and files left lying."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from community.core import db
from community.exchange.models import UNDO_FOR, ImportBatch, ImportRow

LEFT_FOR = timedelta(days=7)


def prune(as_of: datetime) -> int:
    """Drop unpublished imports of a week ago, and the rows of finished ones after the undo's time.

    The batch itself stays with its counts. Returns how many were forgotten.
    """
    team_id = db.current_team_id()
    left = delete(ImportBatch).where(
        ImportBatch.team_id == team_id,
        ImportBatch.state.in_(("draft", "reading", "comparing", "ready", "failed")),
        ImportBatch.updated_at < as_of - LEFT_FOR,
    )
    over = select(ImportBatch.id).where(
        ImportBatch.team_id == team_id,
        ImportBatch.state.in_(("done", "undone")),
        ImportBatch.published_at < as_of - UNDO_FOR,
    )
    rows = delete(ImportRow).where(ImportRow.team_id == team_id, ImportRow.batch_id.in_(over))
    return sum(
        db.row_count(db.session().execute(statement.execution_options(synchronize_session=False)))
        for statement in (left, rows)
    )
