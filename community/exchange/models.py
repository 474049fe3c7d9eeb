"""Imports: the batch, and each row of the file with what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Uuid

from community.core import db
from community.core.privacy import KEY, PROOF, erased, exported, info, kept

FORMATS = ("csv", "vcard", "linkedin", "google", "outlook", "archive")
STATES = ("queued", "running", "done", "failed", "undone")


class ImportBatch(db.TeamThing, db.Stamped, db.Base):
    """One file brought in by one member; staged, previewed, published at once, undoable."""

    __tablename__ = "import_batches"
    __table_args__ = (
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        Index("ix_import_batches_author", "team_id", "author_id", "id"),
        {"info": info("erase")},
    )

    author_id: Mapped[UUID] = kept(why=PROOF, person=True)
    format: Mapped[str] = kept(Text)
    filename: Mapped[str] = erased(Text, default="")
    content: Mapped[bytes | None] = erased(LargeBinary)
    mapping: Mapped[dict[str, Any]] = kept(JSONB, default=dict)
    audience: Mapped[str] = kept(Text, default="private")
    circle_id: Mapped[UUID | None] = kept(why=KEY)
    audience_people: Mapped[list[UUID]] = kept(ARRAY(Uuid()), default=list, why=KEY, person=True)
    dry_run: Mapped[bool] = kept(Boolean, default=False)
    state: Mapped[str] = kept(Text, default="queued")
    progress: Mapped[int] = kept(Integer, default=0)
    total: Mapped[int | None] = kept(Integer)
    counts: Mapped[dict[str, Any]] = kept(JSONB, default=dict)
    error: Mapped[str | None] = erased(Text)
    published_at: Mapped[datetime | None] = kept()
    undone_at: Mapped[datetime | None] = kept()


class ImportRow(db.TeamOwned, db.Base):
    """One record of the file: as read, what it did, and what was there before."""

    __tablename__ = "import_rows"
    __table_args__ = (
        db.team_fk("batch_id", "import_batches"),
        db.team_fk("person_id", "persons", ondelete="NO ACTION"),
        Index("ix_import_rows_person", "team_id", "person_id"),
        {"info": info("erase")},
    )

    batch_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    line: Mapped[int] = kept(Integer, primary_key=True, why=KEY)
    seq: Mapped[int] = kept(Integer, primary_key=True, default=0, why=KEY)
    outcome: Mapped[str] = kept(Text, default="staged")
    data: Mapped[dict[str, Any]] = exported(JSONB, default=dict)
    before: Mapped[dict[str, Any]] = exported(JSONB, default=dict)
    written: Mapped[dict[str, Any]] = exported(JSONB, default=dict)
    errors: Mapped[list[dict[str, Any]]] = kept(JSONB, default=list)
    person_id: Mapped[UUID | None] = kept(why=KEY, person=True)
    person_version: Mapped[int | None] = kept(Integer)
