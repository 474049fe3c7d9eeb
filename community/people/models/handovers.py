"""That a member leaves a person to a colleague, with a short word."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.privacy import KEY, about, exported, info, kept
from community.identity.models import Audienced, audience_checks


class Handover(db.TeamThing, Audienced, db.Base):
    """From its author to one member, who alone reads the word besides.

    It opens nothing: the colleague reads of the person what they read anyway.
    """

    __tablename__ = "handovers"
    __table_args__ = (
        *audience_checks(),
        db.team_fk("author_id", "persons"),
        db.team_fk("person_id", "persons"),
        db.team_fk("to_id", "persons"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        Index("ix_handovers_person", "team_id", "person_id", "id"),
        {
            "info": info(
                "erase",
                concerns=about("person_id", "to_id", by="author_id", seen=("handover", "id")),
            )
        },
    )

    audience: Mapped[str] = exported(Text, default="people")
    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    to_id: Mapped[UUID] = kept(why=KEY, person=True)
    words: Mapped[str] = exported(Text, default="")
    created_at: Mapped[datetime] = kept(default=clock.now)
    withdrawn_at: Mapped[datetime | None] = kept()

    def withdraw(self, at: datetime) -> None:
        """Take it back: it stands no more."""
        self.withdrawn_at = at
