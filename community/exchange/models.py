"""Imports: the batch, and each row of the file with what became of it.

draft → reading → comparing → ready → publishing → done → undoing → undone; failed from any
of those that work. A batch that asks for no preview goes from comparing to publishing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Uuid

from community.core import db
from community.core.privacy import KEY, PROOF, about, erased, exported, info, kept
from community.identity.models import Visibility

FORMATS = ("csv", "vcard", "linkedin", "google", "outlook", "archive", "past")
STAGES = (
    "draft",
    "reading",
    "comparing",
    "ready",
    "publishing",
    "done",
    "undoing",
    "undone",
    "failed",
)
WORKING = ("reading", "comparing", "publishing", "undoing")
OPEN = ("draft", "ready")
# Also where there was nothing in the file but its header.
_GONE_THROUGH = ("ready", "done", "undone")
UNDO_FOR = timedelta(days=30)

# What a row of the file did, or would do.
OUTCOMES = ("new", "update", "unchanged", "joined", "skipped", "error")
# What the undo made of it.
UNDONE = ("removed", "restored", "kept")
# What had done nothing, so that an undo leaves it as it is.
SPARED = tuple(name for name in OUTCOMES if name not in ("new", "update"))


@dataclass(frozen=True)
class Reading:
    """How a file is read: the field each column goes to, and what its bytes do not say.

    `source` names where external ids come from, apart from the format. `shift` is how many
    lines were put above what somebody pasted. `found` and `unread` are told by the reading
    itself: the fields that some record has, and the columns or properties that were passed over.
    `is_strict`: one row that cannot be used stops all of them.
    """

    columns: Mapping[str, str] | None = None
    encoding: str | None = None
    order: Literal["dmy", "mdy"] | None = None
    source: str = ""
    shift: int = 0
    is_strict: bool = False
    found: Sequence[str] = ()
    unread: Sequence[str] = ()


class ImportBatch(db.TeamThing, db.Stamped, db.Base):
    """One file brought in by one member; staged, previewed, published at once, undoable."""

    __tablename__ = "import_batches"
    __table_args__ = (
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        Index("ix_import_batches_author", "team_id", "author_id", "id"),
        {"info": info("erase", concerns=about("author_id", by="author_id", seen=("import", "id")))},
    )

    author_id: Mapped[UUID] = kept(why=PROOF, person=True)
    format: Mapped[str] = kept(Text)
    filename: Mapped[str] = erased(Text, default="")
    content: Mapped[bytes | None] = erased(LargeBinary, deferred=True)
    mapping: Mapped[dict[str, Any]] = kept(JSONB, default=dict)
    audience: Mapped[str] = kept(Text, default="private")
    circle_id: Mapped[UUID | None] = kept(why=KEY)
    audience_people: Mapped[list[UUID]] = kept(ARRAY(Uuid()), default=list, why=KEY, person=True)
    dry_run: Mapped[bool] = kept(Boolean, default=False)
    state: Mapped[str] = kept(Text, default="draft")
    progress: Mapped[int] = kept(Integer, default=0)
    total: Mapped[int | None] = kept(Integer)
    counts: Mapped[dict[str, Any]] = kept(JSONB, default=dict)
    error: Mapped[str | None] = erased(Text)
    published_at: Mapped[datetime | None] = kept()
    undone_at: Mapped[datetime | None] = kept()

    @property
    def reading(self) -> Reading:
        """How the file is read."""
        return Reading(**self.mapping)

    @property
    def source(self) -> str:
        """Under which name its external ids are kept, beside the importer."""
        return self.reading.source or self.format

    @property
    def work_state(self) -> str:
        """Whether work is under way, in the API's words; `stage` says which work."""
        if self.state in WORKING:
            return "queued" if self.state == "reading" and not self.progress else "running"
        return "failed" if self.state == "failed" else "done"

    @property
    def is_working(self) -> bool:
        """Whether a worker is at it."""
        return self.state in WORKING

    @property
    def percent(self) -> int:
        """How much of the file has been gone through, over both passes of a preview."""
        if self.state in _GONE_THROUGH:
            return 100
        if self.state == "draft" or not self.total:
            return 0
        share = min(self.progress / self.total, 1)
        passes = {"reading": share / 2, "comparing": 0.5 + share * 0.45, "publishing": 0.95}
        return int(100 * passes.get(self.state, 0 if self.state == "undoing" else 1))

    @property
    def visibility(self) -> dict[str, Any]:
        """Who will see the people it makes, as the API shows it."""
        return {
            "audience": self.audience,
            "people": list(self.audience_people),
            "circle_id": self.circle_id,
        }

    def read_as(self, reading: Reading) -> None:
        """Say how the file is read."""
        self.mapping = asdict(reading)

    def has_read(self, found: Iterable[str], unread: Iterable[str]) -> None:
        """Note what was found in the file, beside what was noted before."""
        before = self.reading
        told = replace(before, found=sorted({*before.found, *found}), unread=sorted(unread))
        if told != before:
            self.read_as(told)

    def see(self, visibility: Visibility) -> None:
        """Set who will see the people it makes."""
        for name, value in visibility.columns().items():
            setattr(self, name, value)

    def enter(self, stage: str) -> None:
        """Go on to the next stage, from its beginning."""
        self.state, self.progress = stage, 0

    def fail(self, words: str) -> None:
        """Give up, and say why."""
        self.state, self.error = "failed", words

    def may_undo(self, at: datetime) -> bool:
        """Whether it has been published and not too long ago."""
        return (
            self.state == "done"
            and self.published_at is not None
            and at - self.published_at <= UNDO_FOR
        )


class ImportRow(db.TeamOwned, db.Base):
    """One record of the file: as read, what it did, and what was there before.

    `written` and `before` hold the columns of the person and, in `written`, the rows added
    beside it with their ids (exchange.matching.plans makes them). A new person's id is in
    `written` until the batch is published.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        db.team_fk("batch_id", "import_batches"),
        db.team_fk("person_id", "persons", ondelete="NO ACTION"),
        Index("ix_import_rows_person", "team_id", "person_id"),
        {"info": info("erase", concerns=about("person_id", seen=("import", "batch_id")))},
    )

    batch_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    line: Mapped[int] = kept(Integer, primary_key=True, why=KEY)
    seq: Mapped[int] = kept(Integer, primary_key=True, default=0, why=KEY)
    outcome: Mapped[str] = kept(Text, default="staged")
    data: Mapped[dict[str, Any]] = exported(JSONB, default=dict)
    before: Mapped[dict[str, Any]] = exported(JSONB, default=dict)
    written: Mapped[dict[str, Any]] = exported(JSONB, default=dict)
    errors: Mapped[list[dict[str, Any]]] = exported(JSONB, default=list)
    person_id: Mapped[UUID | None] = kept(why=KEY, person=True)
    person_version: Mapped[int | None] = kept(Integer)
