"""Requests of the people spoken of, what authors answered for them, exports, and consent.

A request: received → prepared → completed; received | prepared → declined | withdrawn.
An export: queued → running → done | failed; done → ended, when its days are over or somebody in
it was erased.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.errors import Conflict
from community.core.i18n import gettext as _
from community.core.privacy import KEY, PROOF, about, erased, exported, info, kept

REQUEST_KINDS = ("access", "erasure", "rectification", "objection")
REQUEST_STATES = ("received", "prepared", "completed", "declined", "withdrawn")
OPEN = ("received", "prepared")
MOVES: dict[str, tuple[str, ...]] = {
    "prepared": ("received",),
    "completed": ("prepared",),
    "declined": OPEN,
    "withdrawn": OPEN,
}
"""state → the states it may follow."""
ANSWERS = ("asked", "shared", "kept")
SCOPES = ("me", "person", "team")
EXPORT_STATES = ("queued", "running", "done", "failed", "ended")
DUE_IN = timedelta(days=30)
WARNED_BEFORE = timedelta(days=7)
EXPORT_KEPT = timedelta(days=7)
_ACCOUNT = "that a request was made, and when it was answered: the team must be able to show it"


def _among(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN {values}"


class SubjectRequest(db.TeamThing, db.Stamped, db.Base):
    """What a person asks of the team about what it holds on them, and what became of it.

    `asked_by_id` is who wrote it down: the person, where they are a member.
    """

    __tablename__ = "subject_requests"
    __table_args__ = (
        CheckConstraint(_among("kind", REQUEST_KINDS), name="kind"),
        CheckConstraint(_among("state", REQUEST_STATES), name="state"),
        db.team_fk("person_id", "persons", ondelete="NO ACTION"),
        db.team_fk("asked_by_id", "persons", ondelete="NO ACTION"),
        db.team_fk("prepared_by_id", "persons", ondelete="NO ACTION"),
        db.team_fk("ended_by_id", "persons", ondelete="NO ACTION"),
        Index(
            "uq_subject_requests_open",
            "team_id",
            "person_id",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('received', 'prepared')"),
        ),
        Index("ix_subject_requests_list", "team_id", "id"),
        {"info": info("keep", _ACCOUNT, concerns=about("person_id", by="asked_by_id"))},
    )

    person_id: Mapped[UUID] = kept(why=_ACCOUNT, person=True)
    asked_by_id: Mapped[UUID] = kept(why=PROOF, person=True)
    kind: Mapped[str] = exported(Text, stays=_ACCOUNT)
    state: Mapped[str] = exported(Text, default="received", stays=_ACCOUNT)
    words: Mapped[str] = exported(Text, default="")
    reason: Mapped[str] = exported(Text, default="")
    due_at: Mapped[datetime] = exported(stays=_ACCOUNT)
    prepared_at: Mapped[datetime | None] = kept()
    prepared_by_id: Mapped[UUID | None] = kept(why=PROOF, person=True)
    ended_at: Mapped[datetime | None] = exported(stays=_ACCOUNT)
    ended_by_id: Mapped[UUID | None] = kept(why=PROOF, person=True)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.state in OPEN

    def allows(self, state: str) -> bool:
        """Whether it may go on to this state from where it is."""
        return self.state in MOVES[state]

    def prepare(self, *, by: UUID, at: datetime) -> None:
        """Everything is at hand; an owner completes it."""
        self._move("prepared")
        self.prepared_at, self.prepared_by_id = at, by

    def complete(self, *, by: UUID, at: datetime) -> None:
        """It is answered."""
        self._end("completed", by, at)

    def decline(self, *, by: UUID, at: datetime, reason: str) -> None:
        """It is refused, and why."""
        self._end("declined", by, at)
        self.reason = reason

    def withdraw(self, *, by: UUID, at: datetime) -> None:
        """Whoever asked does not ask any more."""
        self._end("withdrawn", by, at)

    def _end(self, state: str, by: UUID, at: datetime) -> None:
        self._move(state)
        self.ended_at, self.ended_by_id = at, by

    def _move(self, state: str) -> None:
        if not self.allows(state):
            raise Conflict(_refusal(self.state, state), code="wrong_state")
        self.state = state


class ReleaseQuestion(db.TeamThing, db.Base):
    """Whether an author shares with the person what the rest of the team does not read."""

    __tablename__ = "release_questions"
    __table_args__ = (
        CheckConstraint(_among("answer", ANSWERS), name="answer"),
        db.team_fk("request_id", "subject_requests"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        Index(
            "uq_release_questions_thing",
            "team_id",
            "request_id",
            "thing_kind",
            "thing_id",
            unique=True,
        ),
        Index("ix_release_questions_author", "team_id", "author_id", "answer"),
        {"info": info("erase", concerns=about("request_id", by="author_id"))},
    )

    request_id: Mapped[UUID] = kept(why=KEY)
    thing_kind: Mapped[str] = kept(Text)
    thing_id: Mapped[UUID] = kept(why=KEY)
    author_id: Mapped[UUID] = kept(why=PROOF, person=True)
    answer: Mapped[str] = kept(Text, default="asked")
    created_at: Mapped[datetime] = kept(default=clock.now)
    answered_at: Mapped[datetime | None] = kept()


class Export(db.TeamThing, db.Base):
    """A file of what its author may hand out, made after the answer and kept for some days."""

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint(_among("scope", SCOPES), name="scope"),
        CheckConstraint(_among("state", EXPORT_STATES), name="state"),
        CheckConstraint("(scope = 'team') = (person_id IS NULL)", name="person"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        db.team_fk("member_id", "memberships"),
        db.team_fk("person_id", "persons", ondelete="NO ACTION"),
        db.team_fk("request_id", "subject_requests"),
        Index("ix_exports_author", "team_id", "author_id", "id"),
        {"info": info("erase", concerns=about("person_id", "author_id", by="author_id"))},
    )

    author_id: Mapped[UUID] = kept(why=PROOF, person=True)
    member_id: Mapped[UUID] = kept(why=KEY)
    scope: Mapped[str] = kept(Text)
    person_id: Mapped[UUID | None] = kept(why=KEY, person=True)
    request_id: Mapped[UUID | None] = kept(why=KEY)
    state: Mapped[str] = kept(Text, default="queued")
    progress: Mapped[int] = kept(Integer, default=0)
    counts: Mapped[dict[str, Any]] = kept(JSONB, default=dict)
    withheld: Mapped[dict[str, Any]] = kept(JSONB, default=dict)
    content: Mapped[bytes | None] = erased(LargeBinary, deferred=True)
    size: Mapped[int | None] = kept(Integer)
    error: Mapped[str] = kept(Text, default="")
    created_at: Mapped[datetime] = kept(default=clock.now)
    expires_at: Mapped[datetime | None] = kept()

    @property
    def is_ready(self) -> bool:
        """Whether there is a file to take."""
        return self.state == "done"

    @property
    def filename(self) -> str:
        """How its file is called: nothing of whom it is about."""
        return f"community-{self.scope}-{self.created_at.date().isoformat()}.zip"

    def finish(self, content: bytes, at: datetime) -> None:
        """The file is there, for some days."""
        self.state, self.progress = "done", 100
        self.content, self.size = content, len(content)
        self.expires_at = at + EXPORT_KEPT

    def fail(self, error: str) -> None:
        """It could not be made, and why: a code, not words."""
        self.state, self.error = "failed", error


class Consent(db.TeamThing, db.Base):
    """That a person agreed to something, or took it back: said once, never changed."""

    __tablename__ = "consents"
    __table_args__ = (
        db.team_fk("person_id", "persons", ondelete="NO ACTION"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        Index("ix_consents_person", "team_id", "person_id", "id"),
        {
            "info": info(
                "erase",
                concerns=about("person_id", by="author_id", seen=("person", "person_id")),
            )
        },
    )

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    purpose: Mapped[str] = exported(Text)
    is_given: Mapped[bool] = exported(Boolean)
    how: Mapped[str] = exported(Text, default="")
    happened_on: Mapped[date] = exported()
    author_id: Mapped[UUID] = kept(why=PROOF, person=True)
    created_at: Mapped[datetime] = exported(default=clock.now)


def _refusal(now: str, wanted: str) -> str:
    if now == "received" and wanted == "completed":
        return _("Prepare the request first.")
    said = {
        "received": _("This request waits to be prepared."),
        "prepared": _("This request is prepared already."),
        "completed": _("This request was answered already."),
        "declined": _("This request was declined."),
        "withdrawn": _("This request was withdrawn."),
    }
    return said[now]
