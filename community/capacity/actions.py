"""Writing commitments: one row a thing and member, replaced when the thing changes."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import Insert, insert

from community.capacity.models import Commitment
from community.core import db

_KEY = ("team_id", "thing_kind", "thing_id", "member_id")


def commit_to(
    member_id: UUID,
    *,
    kind: str,
    thing_kind: str,
    thing_id: UUID,
    from_at: datetime,
    until_at: datetime | None = None,
    units: Decimal = Decimal(1),
    minutes: int | None = None,
    is_new: bool = False,
) -> None:
    """Say that a member carries this thing from then until then (None: open).

    A thing that `is_new` cannot be carried yet, and its row is written with the thing's own.
    """
    values = {
        "team_id": db.current_team_id(),
        "id": db.new_id(),
        "member_id": member_id,
        "kind": kind,
        "thing_kind": thing_kind,
        "thing_id": thing_id,
        "from_at": from_at,
        "until_at": until_at,
        "units": units,
        "minutes": minutes,
    }
    if is_new:
        db.record(Commitment.__table__, values, soon=True)  # type: ignore[arg-type]
    else:
        db.session().execute(_committing(values))


def _committing(values: Mapping[str, Any]) -> Insert:
    statement = insert(Commitment).values(values)
    # What was carried already keeps its id; all else is as the thing now says.
    changed = {name: statement.excluded[name] for name in values if name not in ("id", *_KEY)}
    return statement.on_conflict_do_update(index_elements=_KEY, set_=changed)


def release(thing_kind: str, thing_id: UUID) -> None:
    """The thing no longer loads anybody."""
    db.session().execute(
        delete(Commitment).where(
            Commitment.team_id == db.current_team_id(),
            Commitment.thing_kind == thing_kind,
            Commitment.thing_id == thing_id,
        )
    )
