"""What was done to many people at once, so that it can be undone at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.privacy import KEY, about, erased, info, kept

BULK_ACTS = ("tag", "untag", "circle", "archive", "unarchive")


class BulkAct(db.TeamThing, db.Base):
    """One act on many people: `changed_ids` are those whom it changed, and nobody else."""

    __tablename__ = "bulk_acts"
    __table_args__ = (
        CheckConstraint(f"act IN {BULK_ACTS}", name="act"),
        db.team_fk("author_id", "persons"),
        db.team_fk("circle_id", "circles"),
        {"info": info("erase", concerns=about("author_id"))},
    )

    author_id: Mapped[UUID] = kept(why=KEY, person=True)
    act: Mapped[str] = kept(Text)
    tag: Mapped[str] = erased(Text, default="")
    circle_id: Mapped[UUID | None] = kept(why=KEY)
    changed_ids: Mapped[list[UUID]] = kept(ARRAY(Uuid), default=list, why=KEY)
    skipped: Mapped[int] = kept(Integer, default=0)
    created_at: Mapped[datetime] = kept(default=clock.now)
