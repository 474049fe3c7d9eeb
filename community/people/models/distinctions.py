"""That two people who look like one are two."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.privacy import KEY, PROOF, about, info, kept


class Distinction(db.TeamThing, db.Base):
    """What a member said of two people, for the whole team: they are not one. `a_id` < `b_id`."""

    __tablename__ = "distinctions"
    __table_args__ = (
        CheckConstraint("a_id < b_id", name="order"),
        UniqueConstraint("team_id", "a_id", "b_id"),
        db.team_fk("a_id", "persons"),
        db.team_fk("b_id", "persons"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        {"info": info("erase", concerns=about("b_id", "a_id", by="author_id"))},
    )

    a_id: Mapped[UUID] = kept(why=KEY, person=True)
    b_id: Mapped[UUID] = kept(why=KEY, person=True)
    author_id: Mapped[UUID] = kept(why=PROOF, person=True)
    created_at: Mapped[datetime] = kept(default=clock.now)
