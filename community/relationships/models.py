"""Ties: what lies between a member and a person. By now, how they met."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped

from community.core import db
from community.core.privacy import KEY, STATE, about, exported, info, kept
from community.identity.models import Audienced, audience_checks

THROUGH = ("person",)


class Tie(db.TeamThing, Audienced, db.Stamped, db.Base):
    """Of one member (the author) to one person. `met_on` may be a year or a month alone."""

    __tablename__ = "ties"
    __table_args__ = (
        *audience_checks(),
        CheckConstraint("(met_through_kind = '') = (met_through_id IS NULL)", name="met_through"),
        db.team_fk("person_id", "persons"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        Index(
            "uq_ties_one",
            "team_id",
            "author_id",
            "person_id",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("ix_ties_person", "team_id", "person_id"),
        {"info": info("erase", concerns=about("person_id", by="author_id", seen=("tie", "id")))},
    )

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    met_on: Mapped[str] = exported(Text, default="")
    met_where: Mapped[str] = exported(Text, default="")
    met_through_kind: Mapped[str] = kept(Text, default="", why=STATE)
    met_through_id: Mapped[UUID | None] = kept(why=KEY)
    deleted_at: Mapped[datetime | None] = kept()

    def delete(self, at: datetime) -> None:
        """Hide from everybody until it is restored."""
        self.deleted_at = at

    def restore(self) -> None:
        """Show again, as it was."""
        self.deleted_at = None
