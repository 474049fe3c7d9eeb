"""Lists of people that somebody comes back to: a filter with a name."""

from uuid import UUID

from sqlalchemy import Boolean, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from community.core import db
from community.core.privacy import KEY, about, exported, info, kept


class SavedView(db.TeamThing, db.Stamped, db.Base):
    """A named filter of the list of people. What it shows is what its reader may see.

    `query` is the filter as the list's address has it; `pinned_by` are the persons who keep it
    above their list.
    """

    __tablename__ = "saved_views"
    __table_args__ = (
        db.team_fk("author_id", "persons"),
        Index("ix_saved_views_author", "team_id", "author_id"),
        {"info": info("erase", concerns=about("author_id"))},
    )

    author_id: Mapped[UUID] = kept(why=KEY, person=True)
    name: Mapped[str] = exported(Text)
    query: Mapped[str] = exported(Text, default="")
    is_shared: Mapped[bool] = kept(Boolean, default=False)
    pinned_by: Mapped[list[UUID]] = kept(ARRAY(Uuid), default=list, why=KEY)
