"""How somebody wants to be spoken with, as one member sees it; and what that member was asked and put aside."""

from uuid import UUID

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from community.core import db
from community.core.privacy import KEY, PROOF, about, erased, exported, info, kept
from community.identity.models import Audienced, audience_checks


class Preference(db.TeamThing, Audienced, db.Stamped, db.Base):
    """Channel, hours, and what to raise or to avoid with a person: one row a person and author."""

    __tablename__ = "preferences"
    __table_args__ = (
        *audience_checks(),
        UniqueConstraint("team_id", "person_id", "author_id", name="uq_preferences_of"),
        db.team_fk("person_id", "persons"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        {
            "info": info(
                "erase", concerns=about("person_id", by="author_id", seen=("preference", "id"))
            )
        },
    )

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    audience: Mapped[str] = exported(Text, default="private")
    channel: Mapped[str] = exported(Text, default="")
    best_hours: Mapped[str] = exported(Text, default="")
    to_raise: Mapped[str] = exported(Text, default="")
    to_avoid: Mapped[str] = exported(Text, default="")
    sensitivities: Mapped[str] = exported(Text, default="")


class PromptDismissal(db.TeamThing, db.Base):
    """A question about a person that a member does not want to be asked again."""

    __tablename__ = "prompt_dismissals"
    __table_args__ = (
        UniqueConstraint(
            "team_id", "person_id", "author_id", "prompt", name="uq_prompt_dismissals_of"
        ),
        db.team_fk("person_id", "persons"),
        db.team_fk("author_id", "persons"),
        {"info": info("erase", concerns=about("person_id", by="author_id"))},
    )

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    author_id: Mapped[UUID] = kept(why=PROOF, person=True)
    prompt: Mapped[str] = erased(Text)
