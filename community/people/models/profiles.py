"""What a member says of themself: one row a part, each with its own audience."""

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from community.core import db
from community.core.privacy import about, exported, info
from community.identity.models import Audienced, audience_checks

PARTS = ("story", "values", "strengths", "gaps", "how_to_work", "goals", "wishes")


class ProfilePart(db.TeamThing, Audienced, db.Stamped, db.Base):
    """A part of my page in the member's own words. Whom it is about has written it."""

    __tablename__ = "profile_parts"
    __table_args__ = (
        *audience_checks(),
        CheckConstraint(f"part IN ({', '.join(map(repr, PARTS))})", name="part"),
        UniqueConstraint("team_id", "author_id", "part", name="uq_profile_parts_of"),
        db.team_fk("author_id", "persons"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        Index("ix_profile_parts_words", "team_id", text("words_of(text)"), postgresql_using="gin"),
        {"info": info("erase", concerns=about("author_id"))},
    )

    audience: Mapped[str] = exported(Text, default="private")
    part: Mapped[str] = exported(Text, stays="a code that names nobody")
    text: Mapped[str] = exported(Text)
