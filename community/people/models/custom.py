"""Fields that a team adds to its people, and what they hold."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from community.core import db
from community.core.privacy import KEY, about, exported, info, kept

FIELD_KINDS = ("text", "number", "date", "choice", "person")
NAMES = "what a team's fields are called says nothing of a person"


class CustomField(db.TeamThing, db.Stamped, db.Base):
    """A field of the team's own. `key` names it for programs and never changes, nor does `kind`."""

    __tablename__ = "custom_fields"
    __table_args__ = (
        CheckConstraint(f"kind IN {FIELD_KINDS}", name="kind"),
        UniqueConstraint("team_id", "key"),
        {"info": info("keep", NAMES)},
    )

    key: Mapped[str] = kept(Text, why=NAMES)
    name: Mapped[str] = kept(Text, why=NAMES)
    kind: Mapped[str] = kept(Text, why=NAMES)
    choices: Mapped[list[str]] = kept(ARRAY(Text), default=list, why=NAMES)
    place: Mapped[int] = kept(Integer, default=0, why=NAMES)
    archived_at: Mapped[datetime | None] = kept()

    @property
    def state(self) -> str:
        """What an archived field holds stays, and is shown and asked for no more."""
        return "archived" if self.archived_at else "active"


class CustomValue(db.TeamThing, db.Base):
    """What a field holds of a person, in one form of text; a person by reference."""

    __tablename__ = "custom_values"
    __table_args__ = (
        db.team_fk("person_id", "persons"),
        db.team_fk("field_id", "custom_fields"),
        db.team_fk("other_id", "persons"),
        UniqueConstraint("team_id", "person_id", "field_id"),
        Index("ix_custom_values_field", "team_id", "field_id", "value"),
        {
            "info": info(
                "erase",
                concerns=about(
                    "person_id", seen=("person", "person_id"), also=(("person", "other_id"),)
                ),
            )
        },
    )

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    field_id: Mapped[UUID] = kept(why=KEY)
    value: Mapped[str] = exported(Text, default="")
    other_id: Mapped[UUID | None] = kept(why=KEY, person=True)

    def hold(self, value: str | UUID) -> bool:
        """Set the value; True where it is another one now."""
        before = (self.value, self.other_id)
        other_id = value if isinstance(value, UUID) else None
        self.value, self.other_id = "" if other_id else str(value), other_id
        return before != (self.value, self.other_id)
