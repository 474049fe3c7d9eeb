"""Persons (members and people outside alike), their addresses and positions."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, relationship
from sqlalchemy.orm.attributes import flag_modified

from community.core import clock, db
from community.core.privacy import (
    KEY,
    NAMELESS,
    PROOF,
    STATE,
    about,
    erased,
    exported,
    info,
    kept,
)
from community.core.text import fold, sort_key
from community.identity.models import Audienced, audience_checks

SOURCES = ("typed", "api", "import", "member", "demo")
BASES = (
    "legitimate_interest",
    "consent",
    "contract",
    "legal_obligation",
    "vital_interest",
    "public_task",
)
LEAP_YEAR = 2000


def is_day(month: int, day: int, year: int | None) -> bool:
    """Whether there is such a birthday; 29 February is one when the year is unknown."""
    try:
        date(year or LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True


class Person(db.TeamThing, Audienced, db.Stamped, db.Base):
    """A node of the team's graph. Merged persons stay and point to the one they became."""

    __tablename__ = "persons"
    __table_args__ = (
        *audience_checks(),
        CheckConstraint("source IN ('typed', 'api', 'import', 'member', 'demo')", name="source"),
        CheckConstraint(f"lawful_basis IN {('', *BASES)}", name="lawful_basis"),
        UniqueConstraint("team_id", "membership_id"),
        db.team_fk("membership_id", "memberships", ondelete="NO ACTION"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        db.team_fk("merged_into_id", "persons", ondelete="NO ACTION"),
        db.team_fk("canonical_id", "persons", ondelete="NO ACTION"),
        Index(
            "ix_persons_list",
            "team_id",
            "sort_key",
            "id",
            postgresql_where=text("deleted_at IS NULL AND merged_into_id IS NULL"),
        ),
        Index("ix_persons_canonical", "team_id", "canonical_id"),
        Index("ix_persons_updated", "team_id", "updated_at", "id"),
        Index("ix_persons_tags", "tags", postgresql_using="gin"),
        Index(
            "ix_persons_sought",
            "team_id",
            "sought",
            postgresql_using="gin",
            postgresql_ops={"sought": "gin_trgm_ops"},
        ),
        Index(
            "ix_persons_words",
            "team_id",
            text("words_of_person(sought, tags)"),
            postgresql_using="gin",
        ),
        {
            "info": info(
                "keep", NAMELESS, concerns=about("id", by="author_id", seen=("person", "id"))
            )
        },
    )

    membership_id: Mapped[UUID | None] = kept(why=KEY)
    name: Mapped[str] = exported(Text)
    call_name: Mapped[str] = exported(Text, default="")
    sort_name: Mapped[str] = exported(Text, default="", server_default="")
    sort_key: Mapped[str] = erased(Text(collation="C"))
    sought: Mapped[str] = erased(Text)
    birthday_month: Mapped[int | None] = exported(SmallInteger)
    birthday_day: Mapped[int | None] = exported(SmallInteger)
    birthday_year: Mapped[int | None] = exported(SmallInteger)
    tags: Mapped[list[str]] = exported(ARRAY(Text), default=list)
    source: Mapped[str] = exported(Text, default="typed", emptied="typed")
    source_detail: Mapped[str] = exported(Text, default="")
    lawful_basis: Mapped[str] = exported(
        Text, default=BASES[0], server_default=BASES[0], emptied=""
    )
    extra: Mapped[dict[str, object]] = exported(JSONB, default=dict)
    archived_at: Mapped[datetime | None] = kept()
    deleted_at: Mapped[datetime | None] = kept()
    deleted_by_id: Mapped[UUID | None] = kept(why=PROOF, person=True)
    erased_at: Mapped[datetime | None] = kept()
    merged_into_id: Mapped[UUID | None] = kept(why=KEY, person=True)
    canonical_id: Mapped[UUID] = kept(why=KEY, person=True)
    picture_id: Mapped[UUID | None] = erased()

    emails: Mapped[list["PersonEmail"]] = relationship(
        order_by="PersonEmail.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="raise",
    )
    phones: Mapped[list["PersonPhone"]] = relationship(
        order_by="PersonPhone.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="raise",
    )
    links: Mapped[list["PersonLink"]] = relationship(
        order_by="PersonLink.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="raise",
    )
    positions: Mapped[list["Position"]] = relationship(
        order_by="Position.from_on.desc().nulls_last()",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="raise",
    )

    @property
    def is_member(self) -> bool:
        """Whether this person is in the team."""
        return self.membership_id is not None

    @property
    def shown_name(self) -> str:
        """What one calls them."""
        return self.call_name or self.name

    @property
    def state(self) -> str:
        """`archived` persons leave lists and reminders; everybody else is `active`."""
        return "archived" if self.archived_at else "active"

    @property
    def birthday(self) -> dict[str, int | None] | None:
        """Month, day and, where it is known, year."""
        if self.birthday_month is None:
            return None
        return {"month": self.birthday_month, "day": self.birthday_day, "year": self.birthday_year}

    def born_on(self, birthday: Mapping[str, int | None] | None) -> None:
        """Set or forget the birthday; `is_day` says whether it is one."""
        known = birthday or {}
        self.birthday_month = known.get("month")
        self.birthday_day = known.get("day")
        self.birthday_year = known.get("year")

    def touch(self) -> None:
        """Count a change of what hangs on the person (addresses, positions) as a change of it."""
        self.updated_at = clock.now()
        flag_modified(self, "updated_at")

    def join(self, membership_id: UUID) -> None:
        """They are in the team now: what is said of them here is theirs to say."""
        self.membership_id, self.author_id = membership_id, self.id
        self.source, self.archived_at = "member", None
        self.lawful_basis = "contract"
        self.touch()

    def archive(self, at: datetime | None) -> None:
        """Take out of lists, or (None) put back."""
        self.archived_at = at

    def delete(self, at: datetime, by_id: UUID) -> None:
        """Hide from everybody until it is restored."""
        self.deleted_at, self.deleted_by_id = at, by_id

    def restore(self) -> None:
        """Show again, as it was."""
        self.deleted_at = self.deleted_by_id = None

    def rename(self, name: str, call_name: str | None = None) -> None:
        """Set the name and the forms it is sorted and sought by; other sought words stay."""
        before = fold(f"{self.name or ''} {self.call_name or ''}")
        words = (self.sought or "").removeprefix(before)
        self.name = name
        if call_name is not None:
            self.call_name = call_name
        self.sort_key = sort_key(self.sort_name or name)
        self.index_names([words])

    def sort_by(self, sort_name: str) -> None:
        """Stand in lists where this stands ("Ellison, Mara"), or, empty, where the name does."""
        self.sort_name = sort_name
        self.sort_key = sort_key(sort_name or self.name)

    def index_names(self, words: Iterable[str] = ()) -> None:
        """Rebuild the folded text that search reads: names, then addresses and organisations."""
        self.sought = fold(" ".join([self.name, self.call_name or "", *words]))


class _Owned:
    """A value of one person, in the order it was entered."""

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    position: Mapped[int] = kept(SmallInteger, default=0)
    label: Mapped[str] = exported(Text, default="")


class PersonEmail(db.TeamThing, _Owned, db.Base):
    """A mail address of a person, normalised."""

    __tablename__ = "person_emails"
    __table_args__ = (
        db.team_fk("person_id", "persons"),
        UniqueConstraint("team_id", "person_id", "value"),
        Index("ix_person_emails_value", "team_id", "value"),
        {"info": info("erase", concerns=about("person_id", seen=("person", "person_id")))},
    )

    value: Mapped[str] = exported(Text)


class PersonPhone(db.TeamThing, _Owned, db.Base):
    """A phone number as it was written, and as E.164 where it could be read."""

    __tablename__ = "person_phones"
    __table_args__ = (
        db.team_fk("person_id", "persons"),
        Index("ix_person_phones_person", "team_id", "person_id"),
        Index("ix_person_phones_e164", "team_id", "e164"),
        {"info": info("erase", concerns=about("person_id", seen=("person", "person_id")))},
    )

    value: Mapped[str] = exported(Text)
    e164: Mapped[str | None] = exported(Text)


class PersonLink(db.TeamThing, _Owned, db.Base):
    """A web address of a person."""

    __tablename__ = "person_links"
    __table_args__ = (
        db.team_fk("person_id", "persons"),
        Index("ix_person_links_person", "team_id", "person_id"),
        # Web addresses may be longer than a row of a b-tree.
        Index("ix_person_links_value", "value", postgresql_using="hash"),
        {"info": info("erase", concerns=about("person_id", seen=("person", "person_id")))},
    )

    value: Mapped[str] = exported(Text)


class Position(db.TeamThing, db.Base):
    """What a person does or did, where, from when to when."""

    __tablename__ = "positions"
    __table_args__ = (
        db.team_fk("person_id", "persons"),
        db.team_fk("organisation_id", "organisations", ondelete="NO ACTION"),
        Index("ix_positions_person", "team_id", "person_id"),
        Index("ix_positions_organisation", "team_id", "organisation_id"),
        Index("ix_positions_words", "team_id", text("words_of(title)"), postgresql_using="gin"),
        {"info": info("erase", concerns=about("person_id", seen=("person", "person_id")))},
    )

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    organisation: Mapped[str] = exported(Text, default="")
    organisation_id: Mapped[UUID | None] = kept(why=KEY)
    title: Mapped[str] = exported(Text, default="")
    from_on: Mapped[date | None] = exported()
    to_on: Mapped[date | None] = exported()
    created_at: Mapped[datetime] = kept(default=clock.now)

    @property
    def is_current(self) -> bool:
        """Whether it lasts, as far as is known."""
        return self.to_on is None

    def move_to(self, organisation: str) -> None:
        """Another organisation in words; which one that is, is found anew."""
        if organisation != self.organisation:
            self.organisation, self.organisation_id = organisation, None


class ExternalId(db.TeamThing, db.Base):
    """What a source calls a person; one namespace for each importer and source."""

    __tablename__ = "external_ids"
    __table_args__ = (
        db.team_fk("person_id", "persons"),
        db.team_fk("importer_id", "persons"),
        UniqueConstraint("team_id", "importer_id", "source", "external_id"),
        Index("ix_external_ids_person", "team_id", "person_id"),
        {"info": info("erase", concerns=about("person_id", by="importer_id"))},
    )

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    importer_id: Mapped[UUID] = kept(why=KEY, person=True)
    source: Mapped[str] = kept(Text, why=STATE)
    external_id: Mapped[str] = exported(Text)


class PersonChange(db.TeamThing, db.Base):
    """Who changed which fields of a person when, so that an import's undo spares later hands."""

    __tablename__ = "person_changes"
    __table_args__ = (
        db.team_fk("person_id", "persons"),
        Index("ix_person_changes_person", "team_id", "person_id", "changed_at"),
        {"info": info("keep", PROOF, concerns=about("person_id"))},
    )

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    changed_at: Mapped[datetime] = kept(default=clock.now)
    changed_by_id: Mapped[UUID | None] = kept(why=PROOF, person=True)
    batch_id: Mapped[UUID | None] = kept(why=KEY)
    fields: Mapped[list[str]] = kept(ARRAY(Text), default=list, why=PROOF)
    version: Mapped[int] = kept(Integer)
    is_import: Mapped[bool] = kept(Boolean, default=False)
