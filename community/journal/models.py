"""Rows of the audit: entries, their seals, and who opened items about whom."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.privacy import KEY, PROOF, STATE, about, exported, info, kept


class JournalEntry(db.TeamThing, db.Base):
    """Who did what to which thing: ids, verbs and field names, never text or addresses.

    `position` is the writing transaction's number. Rows below a snapshot's xmin are complete,
    so the sealing order is (position, id); a restore shifts old positions below the new
    cluster's, which is why no digest covers it.
    """

    __tablename__ = "journal_entries"
    __table_args__ = (
        Index("ix_journal_entries_order", "team_id", "position", "id"),
        Index("ix_journal_entries_thing", "team_id", "thing_kind", "thing_id", "id"),
        {"info": info("keep", PROOF, concerns=about("about_id", by="actor_id"))},
    )

    at: Mapped[datetime] = kept(default=clock.now)
    position: Mapped[int] = kept(
        BigInteger, server_default=text("(pg_current_xact_id()::text::bigint)"), why=STATE
    )
    actor_id: Mapped[UUID | None] = kept(why=PROOF, person=True)
    verb: Mapped[str] = kept(Text)
    thing_kind: Mapped[str] = kept(Text)
    thing_id: Mapped[UUID] = kept(why=KEY)
    about_id: Mapped[UUID | None] = kept(why=PROOF, person=True)
    fields: Mapped[list[str]] = kept(ARRAY(Text), default=list, why=PROOF)


class JournalSeal(db.TeamOwned, db.Base):
    """One link of a team's chain: the digest over a run of entries and the link before."""

    __tablename__ = "journal_seals"
    __table_args__ = ({"info": info("keep", PROOF)},)

    seq: Mapped[int] = kept(Integer, primary_key=True, why=KEY)
    first_position: Mapped[int] = kept(BigInteger)
    last_position: Mapped[int] = kept(BigInteger)
    entries: Mapped[int] = kept(Integer)
    digest: Mapped[bytes] = kept(LargeBinary, why=PROOF)
    previous: Mapped[bytes] = kept(LargeBinary, why=PROOF)
    sealed_at: Mapped[datetime] = kept(default=clock.now)


class OpenedBy(db.TeamOwned, db.Base):
    """That a member opened a person's page on a day; written after the response."""

    __tablename__ = "opened_by"
    __table_args__ = (
        Index("ix_opened_by_person", "team_id", "person_id", "day"),
        {"info": info("erase", concerns=about("person_id", "reader_id"))},
    )

    person_id: Mapped[UUID] = kept(primary_key=True, why=KEY, person=True)
    reader_id: Mapped[UUID] = kept(primary_key=True, why=PROOF, person=True)
    day: Mapped[date] = exported(primary_key=True)
