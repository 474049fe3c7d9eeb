"""What members have taken on, as rows that features write."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from community.core import db
from community.core.privacy import KEY, about, exported, info, kept


class Commitment(db.TeamThing, db.Base):
    """A load on a member from one thing (a give, a promise, an introduction, a mentee)."""

    __tablename__ = "commitments"
    __table_args__ = (
        db.team_fk("member_id", "memberships"),
        UniqueConstraint("team_id", "thing_kind", "thing_id", "member_id"),
        Index("ix_commitments_member", "team_id", "member_id", "from_at"),
        {"info": info("erase", concerns=about("member_id"))},
    )

    member_id: Mapped[UUID] = kept(why=KEY)
    kind: Mapped[str] = exported(Text)
    thing_kind: Mapped[str] = kept(Text)
    thing_id: Mapped[UUID] = kept(why=KEY)
    units: Mapped[Decimal] = exported(Numeric(8, 2))
    minutes: Mapped[int | None] = exported()
    from_at: Mapped[datetime] = exported()
    until_at: Mapped[datetime | None] = exported()
