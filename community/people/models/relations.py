"""How two people stand to each other, and a team's own words for it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped

from community.core import db
from community.core.privacy import KEY, about, exported, info, kept
from community.identity.models import Audienced, audience_checks

OWN_WORDS = "a team's word for a relation says nothing of a person"
# What the other one is to a person → what the person is to the other one.
REVERSE = {
    "parent": "child",
    "child": "parent",
    "sibling": "sibling",
    "partner": "partner",
    "relative": "relative",
    "friend": "friend",
    "colleague": "colleague",
    "manager": "report",
    "report": "manager",
    "mentor": "mentee",
    "mentee": "mentor",
    "introduced_by": "introduced",
    "introduced": "introduced_by",
    "assistant": "assisted",
    "assisted": "assistant",
    "other": "other",
}


class RelationKind(db.TeamThing, db.Stamped, db.Base):
    """A relation of a team's own. Its reverse is another one, or itself where both are the same."""

    __tablename__ = "relation_kinds"
    __table_args__ = (
        db.team_fk("reverse_id", "relation_kinds", ondelete="NO ACTION"),
        {"info": info("keep", OWN_WORDS)},
    )

    name: Mapped[str] = kept(Text, why=OWN_WORDS)
    reverse_id: Mapped[UUID] = kept(why=KEY)
    archived_at: Mapped[datetime | None] = kept()


class Relation(db.TeamThing, Audienced, db.Stamped, db.Base):
    """What `other_id` is to `person_id`; read from the other side it is its reverse.

    `kind` is a code of REVERSE, or empty where it is a kind of the team's own (`kind_id`). With
    `other` the word says what they are.
    """

    __tablename__ = "relations"
    __table_args__ = (
        *audience_checks(),
        CheckConstraint("(kind = '') = (kind_id IS NOT NULL)", name="kind"),
        db.team_fk("person_id", "persons"),
        db.team_fk("other_id", "persons"),
        db.team_fk("kind_id", "relation_kinds", ondelete="NO ACTION"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        Index("ix_relations_person", "team_id", "person_id"),
        Index("ix_relations_other", "team_id", "other_id"),
        {
            "info": info(
                "erase",
                concerns=about("person_id", "other_id", by="author_id", seen=("relation", "id")),
            )
        },
    )

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    other_id: Mapped[UUID] = kept(why=KEY, person=True)
    kind: Mapped[str] = exported(Text)
    kind_id: Mapped[UUID | None] = kept(why=KEY)
    word: Mapped[str] = exported(Text, default="")
    from_on: Mapped[date | None] = exported()
    to_on: Mapped[date | None] = exported()
    deleted_at: Mapped[datetime | None] = kept()

    def delete(self, at: datetime) -> None:
        """Hide from everybody until it is restored."""
        self.deleted_at = at

    def restore(self) -> None:
        """Show again, as it was."""
        self.deleted_at = None
