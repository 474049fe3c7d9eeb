"""Organisations: where people are and were."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped

from community.core import db
from community.core.privacy import PROOF, info, kept
from community.core.text import sort_key
from community.identity.models import Audienced, audience_checks

NOBODYS = "says what an organisation is, and nothing of a person"


class Organisation(db.TeamThing, Audienced, db.Stamped, db.Base):
    """A firm, a school, a club: what positions name. Seen by its audience, like a person."""

    __tablename__ = "organisations"
    __table_args__ = (
        *audience_checks(),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        db.team_fk("deleted_by_id", "persons", ondelete="NO ACTION"),
        Index(
            "ix_organisations_list",
            "team_id",
            "sort_key",
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_organisations_words",
            "team_id",
            text("words_of_organisation(name, web, about)"),
            postgresql_using="gin",
        ),
        {"info": info("keep", NOBODYS)},
    )

    name: Mapped[str] = kept(Text, why=NOBODYS)
    sort_key: Mapped[str] = kept(Text(collation="C"), why=NOBODYS)
    web: Mapped[str] = kept(Text, default="", why=NOBODYS)
    about: Mapped[str] = kept(Text, default="", why=NOBODYS)
    archived_at: Mapped[datetime | None] = kept()
    deleted_at: Mapped[datetime | None] = kept()
    deleted_by_id: Mapped[UUID | None] = kept(why=PROOF, person=True)

    @property
    def state(self) -> str:
        """`archived` ones leave the list; everything else is `active`."""
        return "archived" if self.archived_at else "active"

    def rename(self, name: str) -> None:
        """Set the name, and the folded form by which it is sorted and positions find it."""
        self.name, self.sort_key = name, sort_key(name)

    def archive(self, at: datetime | None) -> None:
        """Take out of the list, or (None) put back."""
        self.archived_at = at

    def delete(self, at: datetime, by_id: UUID) -> None:
        """Hide from everybody until it is restored; positions keep its name as text."""
        self.deleted_at, self.deleted_by_id = at, by_id

    def restore(self) -> None:
        """Show again, as it was."""
        self.deleted_at = self.deleted_by_id = None
