"""That one person was merged into another, and what it takes to part them again."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.privacy import KEY, PROOF, about, erased, info, kept

UNDO_FOR = timedelta(days=30)


class Merge(db.TeamThing, db.Base):
    """One merge. It is gone once it is undone, or can be no more: the audit tells that it was.

    `image` is what the kept person was before, as far as the merge changed it (`matching.merging`).
    It names whom and what only some see, and is read by nobody. `moved_ids` are the persons that
    stood for the merged one, itself among them.
    """

    __tablename__ = "merges"
    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="two"),
        UniqueConstraint("team_id", "merged_id"),
        db.team_fk("kept_id", "persons"),
        db.team_fk("merged_id", "persons"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        Index("ix_merges_kept", "team_id", "kept_id"),
        {
            "info": info(
                "erase",
                concerns=about(
                    "merged_id", "kept_id", by="author_id", seen=("person", "merged_id")
                ),
            )
        },
    )

    kept_id: Mapped[UUID] = kept(why=KEY, person=True)
    merged_id: Mapped[UUID] = kept(why=KEY, person=True)
    author_id: Mapped[UUID] = kept(why=PROOF, person=True)
    moved_ids: Mapped[list[UUID]] = kept(ARRAY(Uuid), default=list, why=KEY)
    image: Mapped[dict[str, Any]] = erased(JSONB, default=dict)
    created_at: Mapped[datetime] = kept(default=clock.now)

    @staticmethod
    def undo_until(created_at: datetime) -> datetime:
        """Until when a merge of that time can be undone."""
        return created_at + UNDO_FOR
