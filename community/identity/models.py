"""Users, teams, memberships, circles; the Actor; and the audience every item carries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped
from sqlalchemy.types import Uuid

from community.core import clock, db
from community.core.privacy import KEY, NAMELESS, PROOF, STATE, about, exported, info, kept

ROLES = ("owner", "steward", "member", "guest")
AUDIENCES = ("private", "people", "circle", "team")
DEFAULT_AUDIENCES = ("private", "team")
LIVE = ("open", "answered")
"""The states in which a dispute hides its item from others."""
SECOND_FACTOR = ("nobody", "stewards_and_owners", "everybody")
# What a team's settings hold, and what counts where an owner has not said.
SETTINGS: dict[str, Any] = {
    "region": None,
    "outside_name": "",
    "default_audience": "private",
    "second_factor": "stewards_and_owners",
}


class Team(db.Global, db.Base):
    """One team. `key` names it inside secrets; `settings` holds what owners set.

    `agreement_number` is the version of the group agreement in force, 0 for none. `deleted_at`
    begins the days in which owners may still undo; everything else is shut from then on.
    """

    __tablename__ = "teams"
    __table_args__ = {"info": info("keep", "a team is not a person")}

    key: Mapped[str] = kept(Text, unique=True, why=KEY)
    slug: Mapped[str] = kept(Text, unique=True, why=KEY)
    name: Mapped[str] = kept(Text)
    zone: Mapped[str] = kept(Text, default="UTC")
    locale: Mapped[str] = kept(Text, default="en")
    settings: Mapped[dict[str, Any]] = kept(JSONB, default=dict)
    is_demo: Mapped[bool] = kept(Boolean, default=False)
    agreement_number: Mapped[int] = kept(Integer, default=0)
    created_at: Mapped[datetime] = kept(default=clock.now)
    updated_at: Mapped[datetime] = kept(default=clock.now, onupdate=clock.now)
    version: Mapped[int] = kept(Integer, default=1)
    deleted_at: Mapped[datetime | None] = kept()

    __mapper_args__ = {"version_id_col": version}


class User(db.Global, db.Base):
    """Someone who can sign in. What a team knows of them is their Person there."""

    __tablename__ = "users"
    __table_args__ = {"info": info("keep", NAMELESS, concerns=about("id"))}

    locale: Mapped[str] = exported(Text, default="en", emptied="en")
    zone: Mapped[str] = exported(Text, default="UTC", emptied="UTC")
    hotkeys: Mapped[bool] = kept(Boolean, default=True)
    created_at: Mapped[datetime] = kept(default=clock.now)
    disabled_at: Mapped[datetime | None] = kept()


class UserEmail(db.Global, db.Base):
    """An address a user signs in with; normalised, unique over the installation."""

    __tablename__ = "user_emails"
    __table_args__ = (
        Index(
            "uq_user_emails_one_primary",
            "user_id",
            unique=True,
            postgresql_where=text("is_primary"),
        ),
        {"info": info("erase", concerns=about("user_id"))},
    )

    user_id: Mapped[UUID] = kept(ForeignKey("users.id", ondelete="CASCADE"), why=KEY)
    address: Mapped[str] = exported(Text, unique=True)
    is_primary: Mapped[bool] = kept(Boolean, default=True)
    verified_at: Mapped[datetime | None] = kept()
    created_at: Mapped[datetime] = kept(default=clock.now)


class Membership(db.TeamThing, db.Stamped, db.Base):
    """A user in a team, with a role. Ended, not deleted, when they leave."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'steward', 'member', 'guest')", name="role"),
        CheckConstraint("state IN ('active', 'left', 'removed')", name="state"),
        Index(
            "uq_memberships_active_user",
            "team_id",
            "user_id",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
        Index("ix_memberships_user", "user_id"),
        {"info": info("keep", NAMELESS, concerns=about("id"))},
    )

    user_id: Mapped[UUID] = kept(ForeignKey("users.id", ondelete="CASCADE"), why=KEY)
    role: Mapped[str] = exported(Text, default="member", stays=NAMELESS)
    state: Mapped[str] = exported(Text, default="active", stays=NAMELESS)
    default_audience: Mapped[str] = exported(Text, default="private", emptied="private")
    quiet_hours: Mapped[dict[str, Any] | None] = exported(JSONB)
    capacity: Mapped[dict[str, Any] | None] = exported(JSONB)
    agreed_number: Mapped[int] = kept(Integer, default=0)
    joined_at: Mapped[datetime] = exported(default=clock.now, stays=NAMELESS)
    ended_at: Mapped[datetime | None] = exported(stays=NAMELESS)

    @property
    def is_active(self) -> bool:
        """Whether the member may still act."""
        return self.state == "active"

    def end(self, state: str, at: datetime) -> None:
        """They left or were removed; the row stays."""
        self.state, self.ended_at = state, at


class Circle(db.TeamThing, db.Stamped, db.Base):
    """People inside the team with a scope of their own: an audience."""

    __tablename__ = "circles"
    __table_args__ = (
        UniqueConstraint("team_id", "name"),
        {"info": info("keep", "a circle is not a person")},
    )

    name: Mapped[str] = kept(Text)
    purpose: Mapped[str] = kept(Text, default="")
    closed_at: Mapped[datetime | None] = kept()

    @property
    def state(self) -> str:
        """Nothing new is shared with a closed circle; what was stays with its members."""
        return "closed" if self.closed_at else "open"


class CircleMember(db.TeamOwned, db.Base):
    """A member of a circle; keepers look after it."""

    __tablename__ = "circle_members"
    __table_args__ = (
        db.team_fk("circle_id", "circles"),
        db.team_fk("member_id", "memberships"),
        Index("ix_circle_members_member", "team_id", "member_id"),
        {"info": info("erase", concerns=about("member_id"))},
    )

    circle_id: Mapped[UUID] = exported(primary_key=True)
    member_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    is_keeper: Mapped[bool] = exported(Boolean, default=False)
    joined_at: Mapped[datetime] = exported(default=clock.now)


class Audienced:
    """An item with an author and an audience, both in the row.

    `audience_people` holds person ids and is empty unless the audience is *people*.
    The table itself declares the foreign keys of `author_id` and `circle_id`. `disputed_as` is
    what disputes call this kind of item; without it nobody can dispute one.
    """

    disputed_as: ClassVar[str | None] = None

    author_id: Mapped[UUID] = kept(why=PROOF, person=True)
    audience: Mapped[str] = kept(Text, default="private", why=STATE)
    circle_id: Mapped[UUID | None] = kept(why=KEY)
    audience_people: Mapped[list[UUID]] = kept(ARRAY(Uuid()), default=list, why=KEY, person=True)

    @property
    def visibility(self) -> dict[str, Any]:
        """The audience as the API shows it."""
        return {
            "audience": self.audience,
            "people": list(self.audience_people),
            "circle_id": self.circle_id,
        }

    def see(self, visibility: "Visibility") -> None:
        """Set who may see it."""
        for name, value in visibility.columns().items():
            setattr(self, name, value)


class Dispute(db.TeamThing, db.Stamped, db.Base):
    """That a member does not find an item about themself right; hidden from others while it is live.

    open → answered (the author has changed the item since) → open (the member asks again). Live
    ends by the member alone: settled where it was answered, withdrawn where it was not. `kind`
    and `thing_id` name the item, which lives in a feature above.
    """

    __tablename__ = "disputes"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'answered', 'settled', 'withdrawn')", name="state"),
        CheckConstraint(
            "(state IN ('settled', 'withdrawn')) = (ended_at IS NOT NULL)", name="ended"
        ),
        Index(
            "uq_disputes_live",
            "team_id",
            "kind",
            "thing_id",
            unique=True,
            postgresql_where=text("state IN ('open', 'answered')"),
        ),
        Index("ix_disputes_subject", "team_id", "subject_id"),
        {"info": info("erase", concerns=about("subject_id"))},
    )

    kind: Mapped[str] = kept(Text)
    thing_id: Mapped[UUID] = kept(why=KEY)
    subject_id: Mapped[UUID] = kept(why=PROOF, person=True)
    reason: Mapped[str] = exported(Text, default="")
    state: Mapped[str] = exported(Text, default="open")
    answered_at: Mapped[datetime | None] = kept()
    ended_at: Mapped[datetime | None] = kept()
    ended_by_id: Mapped[UUID | None] = kept(why=PROOF, person=True)

    @property
    def is_live(self) -> bool:
        """Whether the item is hidden for it."""
        return self.state in LIVE

    def ask_again(self, reason: str) -> None:
        """The member says anew what is not right."""
        self.state, self.reason, self.answered_at = "open", reason, None

    def answer(self, at: datetime) -> None:
        """The author has changed the item; it is for the member to say whether it is right now."""
        if not self.is_live:
            raise ValueError("this dispute is over")
        self.state, self.answered_at = "answered", at

    def end(self, by_id: UUID, at: datetime) -> None:
        """The member lets it be: others see the item again, as far as its audience says."""
        if not self.is_live:
            raise ValueError("this dispute is over")
        self.state = "settled" if self.state == "answered" else "withdrawn"
        self.ended_by_id, self.ended_at = by_id, at


def audience_checks() -> tuple[CheckConstraint, CheckConstraint]:
    """The row invariants of an audience, for `__table_args__`."""
    return (
        CheckConstraint("audience IN ('private', 'people', 'circle', 'team')", name="audience"),
        CheckConstraint("(audience = 'circle') = (circle_id IS NOT NULL)", name="audience_circle"),
    )


@dataclass(frozen=True)
class Visibility:
    """Who may see an item. *people* with nobody named is private."""

    audience: str = "private"
    people: tuple[UUID, ...] = ()
    circle_id: UUID | None = None

    def columns(self) -> dict[str, Any]:
        """The values of the three columns of `Audienced`."""
        audience = "private" if self.audience == "people" and not self.people else self.audience
        return {
            "audience": audience,
            "audience_people": list(self.people) if audience == "people" else [],
            "circle_id": self.circle_id if audience == "circle" else None,
        }


# Of who is nobody: what was shared with the team before they joined is everything.
_NEVER = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Actor:
    """Who acts: a membership with its user, team, person, role and circles. Loaded in one statement.

    `person_id` is canonical; `person_ids` begins with it and also holds ids that were merged into
    it, by which what the team reads of them is found. What is a right (to read what was told to them, to
    answer, to dispute) goes by `person_id` alone: a merge gives nobody any. `first_joined_at` is when
    their user was first let into the team, also where they left since and came back.
    """

    user_id: UUID
    team_id: UUID
    member_id: UUID
    person_id: UUID
    role: str
    name: str
    call_name: str
    zone: str
    locale: str
    team_slug: str
    team_name: str
    team_key: str
    team_zone: str
    first_joined_at: datetime
    default_audience: str = "private"
    agreement_due: bool = False
    hotkeys: bool = True
    is_demo: bool = False
    person_ids: tuple[UUID, ...] = ()
    circle_ids: tuple[UUID, ...] = ()
    kept_circle_ids: tuple[UUID, ...] = ()
    scopes: frozenset[str] = frozenset()
    picture_id: UUID | None = None
    token_id: UUID | None = None
    token_ends_at: datetime | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_owner(self) -> bool:
        """Whether the actor's role is owner."""
        return self.role == "owner"

    @property
    def is_guest(self) -> bool:
        """Whether the actor sees only what concerns them."""
        return self.role == "guest"

    @property
    def source(self) -> str:
        """How what they write comes here: typed by hand, or by a program with their token."""
        return "api" if self.scopes else "typed"

    @property
    def shape(self) -> tuple[str, int, int]:
        """What a statement built for an actor depends on besides the actor's ids."""
        return ("guest" if self.is_guest else "member", len(self.person_ids), len(self.circle_ids))

    @classmethod
    def stand_in(cls, shape: tuple[str, int, int]) -> "Actor":
        """Nobody, of this shape: to build statements with that are asked for many actors."""
        role, persons, circles = shape
        person_ids = tuple(uuid4() for _ in range(persons))
        return cls(
            user_id=uuid4(),
            team_id=uuid4(),
            member_id=uuid4(),
            person_id=person_ids[0],
            role=role,
            name="",
            call_name="",
            zone="UTC",
            locale="en",
            team_slug="",
            team_name="",
            team_key="",
            team_zone="UTC",
            first_joined_at=_NEVER,
            person_ids=person_ids,
            circle_ids=tuple(uuid4() for _ in range(circles)),
        )

    @property
    def places(self) -> dict[str, Any]:
        """What a statement's audience speaks of, as `core.prepared` takes it."""
        ids: dict[str, Any] = {
            "team_id": self.team_id,
            "person_ids": self.person_ids,
            "first_joined_at": self.first_joined_at,
        }
        if self.circle_ids and not self.is_guest:
            ids["circle_ids"] = self.circle_ids
        return ids

    def is_me(self, person_id: UUID | None) -> bool:
        """Whether the id names the actor, merged ids included."""
        return person_id is not None and (
            person_id == self.person_id or person_id in self.person_ids
        )
