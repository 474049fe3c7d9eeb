"""The first answer to an Idempotency-Key, kept for 24 hours per membership."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, LargeBinary, Text, delete
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.privacy import KEY, PROOF, about, erased, info, kept

KEPT = timedelta(hours=24)


class IdempotencyKey(db.TeamOwned, db.Base):
    """One key of one member: the digest of the request, and its first 2xx answer."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        db.team_fk("member_id", "memberships"),
        {"info": info("erase", concerns=about("member_id"))},
    )

    member_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    key: Mapped[str] = erased(Text, primary_key=True)
    request_digest: Mapped[bytes] = erased(LargeBinary)
    status: Mapped[int] = kept(Integer)
    headers: Mapped[dict[str, Any]] = erased(JSONB, default=dict)
    body: Mapped[bytes | None] = erased(LargeBinary)
    thing_id: Mapped[UUID | None] = kept(why=PROOF)
    created_at: Mapped[datetime] = kept(default=clock.now)


def prune(as_of: datetime) -> int:
    """Forget the team's answers that are older than a day. Returns how many."""
    statement = delete(IdempotencyKey).where(
        IdempotencyKey.team_id == db.current_team_id(), IdempotencyKey.created_at < as_of - KEPT
    )
    return db.row_count(
        db.session().execute(statement.execution_options(synchronize_session=False))
    )
