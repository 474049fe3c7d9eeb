"""Notes about people."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm.attributes import flag_modified

from community.core import clock, db
from community.core.privacy import KEY, about, exported, info, kept
from community.identity.models import Audienced, audience_checks
from community.people.models.facts import confidence_check


class Note(db.TeamThing, Audienced, db.Stamped, db.Base):
    """A note about a person, in Markdown. What happened when is apart from when it was typed."""

    __tablename__ = "notes"
    __table_args__ = (
        *audience_checks(),
        confidence_check(),
        db.team_fk("person_id", "persons"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        Index(
            "ix_notes_timeline",
            "team_id",
            "person_id",
            "happened_at",
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("ix_notes_words", "team_id", text("words_of(body)"), postgresql_using="gin"),
        {"info": info("erase", concerns=about("person_id", by="author_id", seen=("note", "id")))},
    )

    disputed_as = "note"

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    audience: Mapped[str] = exported(Text, default="private")
    body: Mapped[str] = exported(Text)
    source: Mapped[str] = exported(Text, default="typed")
    happened_at: Mapped[datetime] = exported(default=clock.now)
    in_confidence: Mapped[bool] = exported(default=False, stays="says nothing of anybody by itself")
    deleted_at: Mapped[datetime | None] = kept()

    @property
    def about_id(self) -> UUID:
        """Whom it names as it was written, also where that one was merged since."""
        return self.person_id

    def touch(self) -> None:
        """Count what hangs on the note (a dispute) as a change of it."""
        self.updated_at = clock.now()
        flag_modified(self, "updated_at")

    def delete(self, at: datetime) -> None:
        """Hide from everybody until it is restored."""
        self.deleted_at = at

    def restore(self) -> None:
        """Show again, as it was."""
        self.deleted_at = None


class NoteVersion(db.TeamThing, Audienced, db.Base):
    """What a note said before it was changed, and to whom by then.

    It is read by whom the note is readable now and was readable while it stood: an audience that
    is widened later opens nothing that was written for fewer.
    """

    __tablename__ = "note_versions"
    __table_args__ = (
        *audience_checks(),
        UniqueConstraint("team_id", "note_id", "number", name="uq_note_versions_number"),
        db.team_fk("note_id", "notes"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        {
            "info": info(
                "erase", concerns=about("note_id", by="author_id", seen=("note_version", "id"))
            )
        },
    )

    note_id: Mapped[UUID] = kept(why=KEY)
    number: Mapped[int] = kept()
    audience: Mapped[str] = exported(Text, default="private")
    body: Mapped[str] = exported(Text)
    happened_at: Mapped[datetime] = exported()
    created_at: Mapped[datetime] = kept()
    replaced_at: Mapped[datetime] = kept()
