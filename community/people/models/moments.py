"""Moments in people's lives: what they achieved, hard times, and who answers to either.

So that neither nobody nor eight people write, one member at a time takes it on.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped

from community.core import db
from community.core.privacy import KEY, about, exported, info, kept
from community.identity.models import Audienced, audience_checks
from community.people.models.facts import ORIGINS

ACHIEVEMENT, HARD_TIME = "achievement", "hard_time"
MOMENTS = (ACHIEVEMENT, HARD_TIME)
# How either ends: one was written to, the other is over.
ENDS = {ACHIEVEMENT: "sent", HARD_TIME: "over"}
STATES = ("noticed", "claimed", *ENDS.values())
OPEN = ("noticed", "claimed")
IMPORTED = "import"


def _one_of(name: str, codes: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{name} IN ({', '.join(map(repr, codes))})", name=name)


class Moment(db.TeamThing, Audienced, db.Stamped, db.Base):
    """Something in a person's life that others answer to. A hard time is for a named few alone."""

    __tablename__ = "moments"
    __table_args__ = (
        *audience_checks(),
        _one_of("kind", MOMENTS),
        _one_of("source", (*ORIGINS, IMPORTED)),
        CheckConstraint(
            "state = 'noticed' OR (state IN ('claimed', 'sent') AND claimed_by_id IS NOT NULL)"
            " OR (kind = 'hard_time' AND state = 'over')",
            name="state",
        ),
        CheckConstraint("kind <> 'hard_time' OR state <> 'sent'", name="end"),
        CheckConstraint("kind <> 'hard_time' OR audience IN ('private', 'people')", name="few"),
        db.team_fk("person_id", "persons"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        db.team_fk("claimed_by_id", "persons", ondelete="NO ACTION"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        Index(
            "ix_moments_person",
            "team_id",
            "person_id",
            "happened_on",
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_moments_open",
            "team_id",
            "happened_on",
            "id",
            postgresql_where=text("deleted_at IS NULL AND state IN ('noticed', 'claimed')"),
        ),
        Index("ix_moments_words", "team_id", text("words_of(title)"), postgresql_using="gin"),
        {
            "info": info(
                "erase", concerns=about("person_id", by="author_id", seen=("achievement", "id"))
            )
        },
    )

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    kind: Mapped[str] = exported(Text, stays="a code that names nobody")
    title: Mapped[str] = exported(Text)
    happened_on: Mapped[date] = exported()
    source: Mapped[str] = exported(Text, default="told_me", stays="a code that names nobody")
    state: Mapped[str] = kept(Text, default="noticed")
    claimed_by_id: Mapped[UUID | None] = kept(why=KEY, person=True)
    claimed_at: Mapped[datetime | None] = kept()
    ended_at: Mapped[datetime | None] = kept()
    deleted_at: Mapped[datetime | None] = kept()

    @property
    def about_id(self) -> UUID:
        """Whom it names as it was written, also where that one was merged since."""
        return self.person_id

    @property
    def is_open(self) -> bool:
        """Whether somebody may still take it on."""
        return self.state in OPEN

    def claim(self, by: UUID, at: datetime) -> None:
        """Somebody takes it on."""
        self.state, self.claimed_by_id, self.claimed_at = "claimed", by, at

    def release(self) -> None:
        """Nobody has taken it on any more."""
        self.state, self.claimed_by_id, self.claimed_at = "noticed", None, None

    def end(self, at: datetime) -> None:
        """They were congratulated; the hard time is over."""
        self.state, self.ended_at = ENDS[self.kind], at

    def reopen(self) -> None:
        """Undo that."""
        self.state, self.ended_at = "claimed" if self.claimed_by_id else "noticed", None

    def delete(self, at: datetime) -> None:
        """Hide from everybody until it is restored."""
        self.deleted_at = at

    def restore(self) -> None:
        """Show again, as it was."""
        self.deleted_at = None
