"""What was given, what was done about it since, and what people wrote.

`gives` and `give_acts` are insert-only and hold no text. `give_words` is mutable, and
emptied by erasure. How a give stands now is `give_states`, beside this file.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.privacy import KEY, PROOF, SUMS, about, exported, info, kept


class Give(db.TeamThing, db.Base):
    """That one person gave something to another, as it was first logged. Never changed."""

    __tablename__ = "gives"
    __table_args__ = (
        CheckConstraint("giver_id <> receiver_id", name="two_people"),
        db.team_fk("giver_id", "persons", ondelete="NO ACTION"),
        db.team_fk("receiver_id", "persons", ondelete="NO ACTION"),
        db.team_fk("logged_by_id", "persons", ondelete="NO ACTION"),
        db.team_fk("replaces_id", "gives", ondelete="NO ACTION"),
        db.team_fk("inspired_by_id", "gives", ondelete="NO ACTION"),
        {
            "info": info(
                "keep",
                SUMS,
                concerns=about("giver_id", "receiver_id", by="logged_by_id", seen=("give", "id")),
            )
        },
    )

    giver_id: Mapped[UUID] = kept(why=SUMS, person=True)
    receiver_id: Mapped[UUID] = kept(why=SUMS, person=True)
    logged_by_id: Mapped[UUID] = kept(why=SUMS, person=True)
    kind: Mapped[str] = exported(Text, stays=SUMS)
    size: Mapped[str] = exported(Text, default="medium", stays=SUMS)
    happened_on: Mapped[date] = exported(stays=SUMS)
    minutes: Mapped[int | None] = exported(Integer, stays=SUMS)
    no_reply: Mapped[bool] = kept(Boolean, default=False, why=SUMS)
    weights_version: Mapped[int] = kept(Integer, default=0, why=SUMS)
    replaces_id: Mapped[UUID | None] = kept(why=KEY)
    inspired_by_id: Mapped[UUID | None] = kept(why=KEY)
    source: Mapped[str] = kept(Text, default="typed", why=SUMS)
    created_at: Mapped[datetime] = kept(default=clock.now)


class GiveAct(db.TeamOwned, db.Base):
    """One act on a give, in order. `data` holds codes, sizes, days and ids, never words."""

    __tablename__ = "give_acts"
    __table_args__ = (
        db.team_fk("give_id", "gives"),
        db.team_fk("by_id", "persons", ondelete="NO ACTION"),
        {"info": info("keep", SUMS, concerns=about("give_id"))},
    )

    give_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    seq: Mapped[int] = kept(SmallInteger, primary_key=True, why=KEY)
    verb: Mapped[str] = kept(Text, why=SUMS)
    by_id: Mapped[UUID | None] = kept(why=PROOF, person=True)
    at: Mapped[datetime] = kept(default=clock.now)
    data: Mapped[dict[str, Any]] = kept(JSONB, default=dict, why=SUMS)


class GiveWords(db.TeamOwned, db.Base):
    """What people wrote about a give."""

    __tablename__ = "give_words"
    __table_args__ = (
        db.team_fk("give_id", "gives"),
        Index(
            "ix_give_words_words",
            "team_id",
            text("words_of_give(story, thanks)"),
            postgresql_using="gin",
        ),
        {"info": info("keep", SUMS, concerns=about("give_id", seen=("give", "give_id")))},
    )

    give_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    story: Mapped[str] = exported(Text, default="")
    thanks: Mapped[str] = exported(Text, default="")
    dispute_reason: Mapped[str] = exported(Text, default="", between=True)
    told_subject: Mapped[str] = exported(Text, default="", between=True)
    told_body: Mapped[str] = exported(Text, default="", between=True)
    told_address: Mapped[str] = exported(Text, default="", between=True)
