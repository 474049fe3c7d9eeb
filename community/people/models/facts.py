"""Facts about people: short statements that say where they come from and how sure they are."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm.attributes import flag_modified

from community.core import clock, db
from community.core.privacy import KEY, about, exported, info, kept
from community.identity.models import Audienced, audience_checks

KINDS = (
    "how_we_met",
    "family",
    "work",
    "interest",
    "place",
    "language",
    "skill",
    "health",
    "goal",
    "hope",
    "other",
)
# What somebody wants: it may have a day by which.
WISHES = ("goal", "hope")
ORIGINS = ("told_me", "public", "third_party")
CERTAINTIES = ("sure", "likely", "unsure")


def confidence_check() -> CheckConstraint:
    """What was told in confidence is its author's alone or, by name, of a few: never of a group."""
    return CheckConstraint(
        "NOT in_confidence OR audience IN ('private', 'people')", name="in_confidence"
    )


def _one_of(name: str, codes: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{name} IN ({', '.join(map(repr, codes))})", name=name)


class Fact(db.TeamThing, Audienced, db.Stamped, db.Base):
    """One thing known about a person; to be looked at again on `recheck_on`."""

    __tablename__ = "facts"
    __table_args__ = (
        *audience_checks(),
        confidence_check(),
        _one_of("kind", KINDS),
        _one_of("source", ORIGINS),
        _one_of("certainty", CERTAINTIES),
        CheckConstraint("by_on IS NULL OR kind IN ('goal', 'hope')", name="by_on"),
        db.team_fk("person_id", "persons"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        Index(
            "ix_facts_person",
            "team_id",
            "person_id",
            "created_at",
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_facts_recheck",
            "team_id",
            "recheck_on",
            "id",
            postgresql_where=text("deleted_at IS NULL AND recheck_on IS NOT NULL"),
        ),
        Index("ix_facts_words", "team_id", text("words_of(text)"), postgresql_using="gin"),
        {"info": info("erase", concerns=about("person_id", by="author_id", seen=("fact", "id")))},
    )

    disputed_as = "fact"

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    audience: Mapped[str] = exported(Text, default="private")
    kind: Mapped[str] = exported(Text, stays="a code that names nobody")
    text: Mapped[str] = exported(Text)
    source: Mapped[str] = exported(Text, default="told_me", stays="a code that names nobody")
    certainty: Mapped[str] = exported(Text, default="sure", stays="a code that names nobody")
    recheck_on: Mapped[date | None] = exported()
    by_on: Mapped[date | None] = exported()
    in_confidence: Mapped[bool] = exported(default=False, stays="says nothing of anybody by itself")
    checked_at: Mapped[datetime | None] = kept()
    deleted_at: Mapped[datetime | None] = kept()

    @property
    def about_id(self) -> UUID:
        """Whom it names as it was written, also where that one was merged since."""
        return self.person_id

    def touch(self) -> None:
        """Count what hangs on the fact (a dispute) as a change of it."""
        self.updated_at = clock.now()
        flag_modified(self, "updated_at")

    def change(self, values: dict[str, Any]) -> list[str]:
        """Write these; returns the names of those that are different now."""
        changed = [name for name, value in values.items() if getattr(self, name) != value]
        for name in changed:
            setattr(self, name, values[name])
        return changed

    def confirm(self, at: datetime, recheck_on: date | None) -> None:
        """It was looked at and is still true; look again on a later day, or never."""
        self.checked_at, self.recheck_on = at, recheck_on

    def delete(self, at: datetime) -> None:
        """Hide from everybody until it is restored."""
        self.deleted_at = at

    def restore(self) -> None:
        """Show again, as it was."""
        self.deleted_at = None
