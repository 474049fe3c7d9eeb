"""What is kept of the ledger so that a balance costs no replay.

A pair is kept from one member's point of view: `given` is from the viewer to the other.
Two members keep two views, since a give that wants no reply counts in the giver's alone.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Float, Index, Integer, Numeric
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.privacy import KEY, SUMS, about, info, kept


class PairDay(db.TeamOwned, db.Base):
    """Exact uncapped sums of one viewer's pair on one UTC day, each way."""

    __tablename__ = "pair_days"
    __table_args__ = (
        db.team_fk("viewer_id", "persons", ondelete="NO ACTION"),
        db.team_fk("other_id", "persons", ondelete="NO ACTION"),
        {"info": info("keep", SUMS, concerns=about("viewer_id", "other_id"))},
    )

    viewer_id: Mapped[UUID] = kept(primary_key=True, why=KEY, person=True)
    other_id: Mapped[UUID] = kept(primary_key=True, why=KEY, person=True)
    day: Mapped[int] = kept(Integer, primary_key=True, why=KEY)
    given: Mapped[Decimal] = kept(Numeric(14, 3), default=Decimal(0), why=SUMS)
    received: Mapped[Decimal] = kept(Numeric(14, 3), default=Decimal(0), why=SUMS)
    given_entries: Mapped[int] = kept(Integer, default=0, why=SUMS)
    received_entries: Mapped[int] = kept(Integer, default=0, why=SUMS)


class PairSum(db.TeamOwned, db.Base):
    """The decayed and lifetime sums of a viewer's pair as of its latest day."""

    __tablename__ = "pair_sums"
    __table_args__ = (
        db.team_fk("viewer_id", "persons", ondelete="NO ACTION"),
        db.team_fk("other_id", "persons", ondelete="NO ACTION"),
        Index("ix_pair_sums_other", "team_id", "other_id"),
        {"info": info("keep", SUMS, concerns=about("viewer_id", "other_id"))},
    )

    viewer_id: Mapped[UUID] = kept(primary_key=True, why=KEY, person=True)
    other_id: Mapped[UUID] = kept(primary_key=True, why=KEY, person=True)
    first_day: Mapped[int] = kept(Integer, why=SUMS)
    latest_day: Mapped[int] = kept(Integer, why=SUMS)
    given: Mapped[float] = kept(Float, why=SUMS)
    received: Mapped[float] = kept(Float, why=SUMS)
    given_lifetime: Mapped[Decimal] = kept(Numeric(14, 3), why=SUMS)
    received_lifetime: Mapped[Decimal] = kept(Numeric(14, 3), why=SUMS)
    entries: Mapped[int] = kept(Integer, why=SUMS)
    updated_at: Mapped[datetime] = kept(default=clock.now, onupdate=clock.now)
