"""The ledger in four tables.

`gives` and `give_acts` are insert-only and hold no text. `give_states` is the projection of
a give's acts (what lists read), locked by every act and rebuilt by replay. `give_words` is
what people wrote: mutable, and emptied by erasure.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, Numeric, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.privacy import KEY, PROOF, SUMS, exported, info, kept
from community.identity.models import Audienced, audience_checks

KINDS = (
    "advice",
    "introduction",
    "resource",
    "time",
    "feedback",
    "referral",
    "sponsorship",
    "support",
    "congratulation",
    "mentoring",
    "other",
)
SIZES = ("small", "medium", "large")
STATES = ("logged", "acknowledged", "amended", "disputed", "retracted", "lapsed", "corrected")
VERBS = ("log", "thank", "acknowledge", "amend", "dispute", "retract", "lapse", "correct", "share")


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
        {"info": info("keep", SUMS)},
    )

    giver_id: Mapped[UUID] = kept(why=SUMS, person=True)
    receiver_id: Mapped[UUID] = kept(why=SUMS, person=True)
    logged_by_id: Mapped[UUID] = kept(why=SUMS, person=True)
    kind: Mapped[str] = kept(Text, why=SUMS)
    size: Mapped[str] = kept(Text, default="medium", why=SUMS)
    happened_on: Mapped[date] = kept(why=SUMS)
    minutes: Mapped[int | None] = kept(Integer, why=SUMS)
    no_reply: Mapped[bool] = kept(Boolean, default=False, why=SUMS)
    weights_version: Mapped[int] = kept(Integer, default=0, why=SUMS)
    replaces_id: Mapped[UUID | None] = kept(why=KEY)
    inspired_by_id: Mapped[UUID | None] = kept(why=KEY)
    created_at: Mapped[datetime] = kept(default=clock.now)


class GiveAct(db.TeamOwned, db.Base):
    """One act on a give, in order. `data` holds codes, sizes, days and ids, never words."""

    __tablename__ = "give_acts"
    __table_args__ = (
        db.team_fk("give_id", "gives"),
        db.team_fk("by_id", "persons", ondelete="NO ACTION"),
        {"info": info("keep", SUMS)},
    )

    give_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    seq: Mapped[int] = kept(SmallInteger, primary_key=True, why=KEY)
    verb: Mapped[str] = kept(Text, why=SUMS)
    by_id: Mapped[UUID | None] = kept(why=PROOF, person=True)
    at: Mapped[datetime] = kept(default=clock.now)
    data: Mapped[dict[str, Any]] = kept(JSONB, default=dict, why=SUMS)


class GiveState(db.TeamOwned, Audienced, db.Base):
    """How a give stands now: the projection of its acts."""

    __tablename__ = "give_states"
    __table_args__ = (
        *audience_checks(),
        db.team_fk("give_id", "gives"),
        db.team_fk("giver_id", "persons", ondelete="NO ACTION"),
        db.team_fk("receiver_id", "persons", ondelete="NO ACTION"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        Index("ix_give_states_list", "team_id", "happened_on", "give_id"),
        Index("ix_give_states_giver", "team_id", "giver_id", "happened_on", "give_id"),
        Index("ix_give_states_receiver", "team_id", "receiver_id", "happened_on", "give_id"),
        {"info": info("keep", SUMS)},
    )

    give_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    state: Mapped[str] = kept(Text, why=SUMS)
    version: Mapped[int] = kept(Integer, default=1)
    giver_id: Mapped[UUID] = kept(why=SUMS, person=True)
    receiver_id: Mapped[UUID] = kept(why=SUMS, person=True)
    kind: Mapped[str] = kept(Text, why=SUMS)
    size: Mapped[str] = kept(Text, why=SUMS)
    impact: Mapped[str | None] = kept(Text, why=SUMS)
    happened_on: Mapped[date] = kept(why=SUMS)
    no_reply: Mapped[bool] = kept(Boolean, default=False, why=SUMS)
    value: Mapped[Decimal] = kept(Numeric(8, 3), why=SUMS)
    counted_value: Mapped[Decimal] = kept(Numeric(8, 3), default=Decimal(0), why=SUMS)
    awaiting: Mapped[bool] = kept(Boolean, default=False)
    told_at: Mapped[datetime | None] = kept()
    held_until: Mapped[datetime | None] = kept()
    created_at: Mapped[datetime] = kept(default=clock.now)
    updated_at: Mapped[datetime] = kept(default=clock.now)


class GiveWords(db.TeamOwned, db.Base):
    """What people wrote about a give."""

    __tablename__ = "give_words"
    __table_args__ = (db.team_fk("give_id", "gives"), {"info": info("erase")})

    give_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    story: Mapped[str] = exported(Text, default="")
    thanks: Mapped[str] = exported(Text, default="")
    dispute_reason: Mapped[str] = exported(Text, default="")
    told_subject: Mapped[str] = exported(Text, default="")
    told_body: Mapped[str] = exported(Text, default="")
    told_address: Mapped[str] = exported(Text, default="")
