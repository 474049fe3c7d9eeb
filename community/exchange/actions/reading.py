"""Staging: the file's rows, as they were read, into import_rows; some hundred a transaction."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from community.core import db
from community.exchange import queries
from community.exchange.actions import batches
from community.exchange.formats.record import Parsed, RowError, read_unheld
from community.exchange.models import ImportBatch
from community.identity.models import Actor

AT_ONCE = 500
_BESIDE = ("line", "extra", "mark")

_STAGE = text(
    """
    INSERT INTO import_rows (team_id, batch_id, line, seq, outcome, data, before, written, errors)
    SELECT :team_id, :batch_id, r.line, r.seq, r.outcome, r.data, '{}', '{}', r.errors
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
         AS r (line integer, seq integer, outcome text, data jsonb, errors jsonb)
    """
)


class Reader:
    """Reads one file from where the batch stands; kept over the stretches of one job."""

    def __init__(self, batch_id: UUID) -> None:
        self.batch_id = batch_id
        self._rows: Iterator[dict[str, Any]] = iter(())
        self._unread: tuple[str, ...] = ()
        self._at = -1

    def stage_some(self, actor: Actor, batch: ImportBatch) -> None:
        """The next rows; the last of them lets the comparing begin."""
        if self._at != batch.progress:
            self._open(actor, batch)
        rows = list(islice(self._rows, AT_ONCE))
        if rows:
            values = {"team_id": batch.team_id, "batch_id": batch.id}
            db.session().execute(_STAGE, {**values, "rows": orjson.dumps(rows).decode()})
        batch.has_read(_found(row["data"] for row in rows), self._unread)
        batch.progress += len(rows)
        self._at = batch.progress
        if len(rows) < AT_ONCE:
            batch.enter("comparing")
            self._rows = iter(())

    def _open(self, actor: Actor, batch: ImportBatch) -> None:
        content = queries.get_content(batch)
        parsed = batches.open_content(actor, content, batch.format, batch.reading)
        left = [name for name in parsed.columns if name not in parsed.mapping]
        self._unread = (*left, *parsed.ignored)
        self._rows = islice(_rows(parsed, batch), batch.progress, None)


def _found(records: Iterable[Mapping[str, Any]]) -> set[str]:
    """The fields these records have; what no field holds by its kinds, as `extra.address`."""
    found: set[str] = set()
    for record in records:
        found |= {name for name, value in record.items() if value and name not in _BESIDE}
        if record.get("extra"):
            found |= {f"extra.{extra.kind}" for extra in read_unheld(record)}
    return found


def _rows(parsed: Parsed, batch: ImportBatch) -> Iterator[dict[str, Any]]:
    """One row for each record or skipped row; the errors that precede a record go with it."""
    shift = batch.reading.shift
    pending: list[RowError] = []
    on_line: Counter[int] = Counter()
    for found in parsed:
        if isinstance(found, RowError):
            pending.append(found)
            if not found.skipped:
                continue
        line = max(found.line - shift, 0)
        yield {
            "line": line,
            "seq": on_line[line],
            "outcome": "error" if isinstance(found, RowError) else "staged",
            "data": {} if isinstance(found, RowError) else found.to_data(),
            "errors": [_told(error) for error in pending],
        }
        on_line[line] += 1
        pending = []


def _told(error: RowError) -> dict[str, Any]:
    told = asdict(error)
    return {name: told[name] for name in ("field", "code", "params")}
