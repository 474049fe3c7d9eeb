"""Notices, what each member wants to hear by which channel, and addresses that bounced."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.privacy import DIGEST, KEY, PROOF, STATE, about, exported, info, kept

CHANNELS = ("app", "mail")


class Notice(db.TeamThing, db.Base):
    """Something one member should know of, once (`key`), and whether they have seen it.

    `visible_at` is after the hold of an act that can still be undone.
    """

    __tablename__ = "notices"
    __table_args__ = (
        db.team_fk("member_id", "memberships"),
        UniqueConstraint("team_id", "key"),
        Index("ix_notices_member", "team_id", "member_id", "visible_at", "id"),
        Index(
            "ix_notices_new",
            "team_id",
            "member_id",
            postgresql_where=text("seen_at IS NULL AND withdrawn_at IS NULL"),
        ),
        {"info": info("erase", concerns=about("member_id"))},
    )

    member_id: Mapped[UUID] = kept(why=KEY)
    kind: Mapped[str] = kept(Text)
    thing_kind: Mapped[str] = kept(Text)
    thing_id: Mapped[UUID] = kept(why=KEY)
    from_person_id: Mapped[UUID | None] = kept(why=PROOF, person=True)
    key: Mapped[str] = kept(Text, why=KEY)
    created_at: Mapped[datetime] = kept(default=clock.now)
    visible_at: Mapped[datetime] = kept(default=clock.now)
    seen_at: Mapped[datetime | None] = kept()
    withdrawn_at: Mapped[datetime | None] = kept()
    mailed_at: Mapped[datetime | None] = kept()


class NotificationPreference(db.TeamOwned, db.Base):
    """A member's choice for one kind and channel; without a row the kind's default holds."""

    __tablename__ = "notification_preferences"
    __table_args__ = (
        db.team_fk("member_id", "memberships"),
        {"info": info("erase", concerns=about("member_id"))},
    )

    member_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    kind: Mapped[str] = exported(Text, primary_key=True)
    channel: Mapped[str] = exported(Text, primary_key=True)
    enabled: Mapped[bool] = exported(Boolean)
    updated_at: Mapped[datetime] = kept(default=clock.now, onupdate=clock.now)


class MailSuppression(db.TeamThing, db.Base):
    """An address that refused our mail for good; nothing more is sent there until lifted."""

    __tablename__ = "mail_suppressions"
    __table_args__ = (
        UniqueConstraint("team_id", "address"),
        {
            "info": info(
                "keep",
                "who wanted no more mail gets none; the address is a digest by then",
                concerns=about("address"),
            )
        },
    )

    address: Mapped[str] = exported(Text, emptied=DIGEST)
    reason: Mapped[str] = kept(Text, why=STATE)
    created_at: Mapped[datetime] = kept(default=clock.now)
