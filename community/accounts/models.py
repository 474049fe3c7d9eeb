"""Ways in: sessions, credentials, second factors, counters of refused tries, tokens, links."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from community.core import clock, db, tokens
from community.core.privacy import KEY, PROOF, STATE, about, erased, exported, info, kept

SCOPES = ("read", "write", "admin", "calendar:read")


class Session(db.Global, db.Base):
    """A signed-in browser. The cookie's secret is stored hashed and changes at sign-in.

    `name` is what its owner calls it; `browser_digest` tells this browser from another one that
    calls itself the same.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_user", "user_id"),
        {"info": info("erase", concerns=about("user_id"))},
    )

    token_digest: Mapped[bytes] = erased(LargeBinary, unique=True)
    user_id: Mapped[UUID] = kept(ForeignKey("users.id", ondelete="CASCADE"), why=KEY)
    user_agent: Mapped[str] = exported(Text, default="")
    name: Mapped[str] = exported(Text, default="")
    browser_digest: Mapped[bytes | None] = erased(LargeBinary)
    created_at: Mapped[datetime] = exported(default=clock.now)
    seen_at: Mapped[datetime] = exported(default=clock.now)
    confirmed_at: Mapped[datetime] = kept(default=clock.now)
    expires_at: Mapped[datetime] = kept()
    ended_at: Mapped[datetime | None] = kept()


class Credential(db.Global, db.Base):
    """A password (argon2id), or something of a user's that is used once (SHA-256).

    Kinds: `password`; `link`, mailed or printed; `half`, a sign-in that waits for its second
    factor, with the account elsewhere that is linked by it; `challenge`, what a passkey signs;
    `recovery`, a code for a lost factor; `provider`, a way to a provider that is under way;
    `proof`, what one came back with to be linked. A link of purpose `setup`, and a challenge or
    way to sign in, have no user yet. `address` binds a link to where it was sent; `detail` is
    what its mail says besides, names the provider, or holds the account elsewhere.
    """

    __tablename__ = "credentials"
    __table_args__ = (
        Index(
            "uq_credentials_password",
            "user_id",
            unique=True,
            postgresql_where=text("kind = 'password'"),
        ),
        Index("ix_credentials_digest", "digest"),
        Index("ix_credentials_recovery", "user_id", postgresql_where=text("kind = 'recovery'")),
        {"info": info("erase", concerns=about("user_id"))},
    )

    user_id: Mapped[UUID | None] = kept(ForeignKey("users.id", ondelete="CASCADE"), why=KEY)
    kind: Mapped[str] = kept(Text)
    purpose: Mapped[str] = kept(Text, default="sign_in")
    digest: Mapped[bytes | None] = erased(LargeBinary)
    password_hash: Mapped[str | None] = erased(Text)
    address: Mapped[str | None] = erased(Text)
    detail: Mapped[str | None] = erased(Text)
    created_at: Mapped[datetime] = kept(default=clock.now)
    expires_at: Mapped[datetime | None] = kept()
    used_at: Mapped[datetime | None] = kept()


class AuthenticatorApp(db.Global, db.Base):
    """The key that a user's authenticator app and the server share (TOTP), encrypted at rest.

    `proposed` waits for the first code that proves the app has it. `last_step` is the time step
    of the last code that was taken: neither it nor an earlier one is taken again.
    """

    __tablename__ = "authenticator_apps"
    __table_args__ = {"info": info("erase", concerns=about("user_id"))}

    user_id: Mapped[UUID] = kept(ForeignKey("users.id", ondelete="CASCADE"), unique=True, why=KEY)
    sealed: Mapped[str | None] = erased(Text)
    proposed: Mapped[str | None] = erased(Text)
    last_step: Mapped[int] = kept(BigInteger, default=0)
    created_at: Mapped[datetime] = kept(default=clock.now)
    confirmed_at: Mapped[datetime | None] = exported()
    last_used_at: Mapped[datetime | None] = kept()


class Passkey(db.Global, db.Base):
    """A passkey or security key of a user (WebAuthn): its public half and its counter."""

    __tablename__ = "passkeys"
    __table_args__ = (
        Index("ix_passkeys_user", "user_id"),
        {"info": info("erase", concerns=about("user_id"))},
    )

    user_id: Mapped[UUID] = kept(ForeignKey("users.id", ondelete="CASCADE"), why=KEY)
    credential_id: Mapped[bytes] = erased(LargeBinary, unique=True)
    public_key: Mapped[bytes] = erased(LargeBinary)
    sign_count: Mapped[int] = kept(BigInteger, default=0)
    name: Mapped[str] = exported(Text)
    transports: Mapped[list[str]] = kept(ARRAY(Text), default=list)
    created_at: Mapped[datetime] = exported(default=clock.now)
    last_used_at: Mapped[datetime | None] = kept()


class LinkedAccount(db.Global, db.Base):
    """An account elsewhere that signs a user in: whom the provider calls by this subject.

    One account of a provider for a user: another one that claims the user's address, as when an
    address is given to somebody new, is not taken for the same person.
    """

    __tablename__ = "linked_accounts"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("user_id", "issuer"),
        {"info": info("erase", concerns=about("user_id"))},
    )

    user_id: Mapped[UUID] = kept(ForeignKey("users.id", ondelete="CASCADE"), why=KEY)
    issuer: Mapped[str] = exported(Text)
    subject: Mapped[str] = erased(Text)
    address: Mapped[str] = exported(Text, default="")
    created_at: Mapped[datetime] = kept(default=clock.now)
    last_used_at: Mapped[datetime | None] = kept()


class SignInCounter(db.Base):
    """Refused tries of an account or address block within an hour; keys are hashed."""

    __tablename__ = "sign_in_counters"
    __table_args__ = {"info": info("keep", "hashed keys, gone after a day")}

    key: Mapped[bytes] = kept(LargeBinary, primary_key=True, why=KEY)
    window_start: Mapped[datetime] = kept(primary_key=True)
    refused: Mapped[int] = kept(Integer, default=0)


class ApiToken(db.TeamThing, db.Base):
    """A program's way in, for one membership. Shown once, stored hashed."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        db.team_fk("member_id", "memberships"),
        db.team_fk("made_by_id", "api_tokens"),
        Index("uq_api_tokens_digest", "team_id", "digest", unique=True),
        {"info": info("erase", concerns=about("member_id"))},
    )

    member_id: Mapped[UUID] = kept(why=KEY)
    name: Mapped[str] = exported(Text)
    digest: Mapped[bytes] = erased(LargeBinary)
    made_by_id: Mapped[UUID | None] = kept(why=KEY)
    scopes: Mapped[list[str]] = kept(ARRAY(Text), why=STATE)
    created_at: Mapped[datetime] = kept(default=clock.now)
    expires_at: Mapped[datetime | None] = kept()
    last_used_at: Mapped[datetime | None] = kept()
    revoked_at: Mapped[datetime | None] = kept()

    def state(self, at: datetime) -> str:
        """`active`, or `expired`; a revoked one is shown nowhere."""
        return "expired" if self.expires_at is not None and self.expires_at <= at else "active"

    def revoke(self, at: datetime) -> None:
        """End it for good."""
        self.revoked_at = self.revoked_at or at


class ActionLink(db.TeamThing, db.Base):
    """A mailed single-use link without sign-in: bound to purpose, thing, address and text."""

    __tablename__ = "action_links"
    __table_args__ = (
        Index("uq_action_links_digest", "team_id", "digest", unique=True),
        Index("ix_action_links_thing", "team_id", "thing_kind", "thing_id"),
        {"info": info("erase", concerns=about("person_id"))},
    )

    purpose: Mapped[str] = kept(Text)
    digest: Mapped[bytes] = erased(LargeBinary)
    thing_kind: Mapped[str] = kept(Text)
    thing_id: Mapped[UUID] = kept(why=KEY)
    person_id: Mapped[UUID | None] = kept(why=KEY, person=True)
    address_digest: Mapped[bytes] = erased(LargeBinary)
    text_digest: Mapped[bytes] = erased(LargeBinary)
    created_at: Mapped[datetime] = kept(default=clock.now)
    expires_at: Mapped[datetime] = kept()
    used_at: Mapped[datetime | None] = kept()
    revoked_at: Mapped[datetime | None] = kept()

    def is_for(self, *, address: str, text: str) -> bool:
        """Whether the link was made for this address and these very words."""
        return self.is_to(address) and tokens.same(self.text_digest, tokens.digest(text))

    def is_to(self, address: str) -> bool:
        """Whether the link was mailed to this address."""
        return tokens.same(self.address_digest, tokens.digest(address))


INVITATION_STATES = ("pending", "accepted", "expired", "revoked")


class Invitation(db.TeamThing, db.Stamped, db.Base):
    """An address that is asked into the team, as what, by whom. Its links are action links.

    A pending one whose time is over counts as expired before it is stored as such.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("role IN ('owner', 'steward', 'member', 'guest')", name="role"),
        CheckConstraint("state IN ('pending', 'accepted', 'expired', 'revoked')", name="state"),
        CheckConstraint("(state = 'accepted') = (member_id IS NOT NULL)", name="accepted"),
        db.team_fk("inviter_id", "memberships"),
        db.team_fk("member_id", "memberships"),
        Index(
            "uq_invitations_pending",
            "team_id",
            "address",
            unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_invitations_inviter", "team_id", "inviter_id"),
        Index("ix_invitations_member", "team_id", "member_id"),
        {"info": info("erase", concerns=about("member_id", "address", by="inviter_id"))},
    )

    address: Mapped[str] = exported(Text)
    role: Mapped[str] = exported(Text)
    note: Mapped[str] = exported(Text, default="")
    state: Mapped[str] = exported(Text, default="pending")
    inviter_id: Mapped[UUID] = kept(why=KEY)
    member_id: Mapped[UUID | None] = kept(why=KEY)
    expires_at: Mapped[datetime] = kept()
    ended_at: Mapped[datetime | None] = kept()

    def state_at(self, at: datetime) -> str:
        """Its state as people see it at a time."""
        return "expired" if self.state == "pending" and self.expires_at <= at else self.state

    @property
    def text(self) -> str:
        """What its links are bound to besides the address: as what one is asked to join."""
        return self.role

    def accept(self, member_id: UUID, at: datetime) -> None:
        """Somebody joined by it; it is spent."""
        self.state, self.member_id, self.ended_at = "accepted", member_id, at

    def end(self, state: str, at: datetime) -> None:
        """It is expired or revoked."""
        self.state, self.ended_at = state, at

    def renew(self, inviter_id: UUID, until: datetime) -> None:
        """It stands again, by the word of whoever sends the new link."""
        self.state, self.ended_at = "pending", None
        self.inviter_id, self.expires_at = inviter_id, until


class AgreementVersion(db.TeamThing, db.Base):
    """What the group agreed on, as it was worded from a day on; an empty body ends it."""

    __tablename__ = "agreement_versions"
    __table_args__ = (
        UniqueConstraint("team_id", "number"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        {"info": info("keep", "the team's own rules say nothing of a person")},
    )

    number: Mapped[int] = kept(Integer)
    body: Mapped[str] = kept(Text)
    author_id: Mapped[UUID] = kept(why=PROOF, person=True)
    created_at: Mapped[datetime] = kept(default=clock.now)


class AgreementAcceptance(db.TeamOwned, db.Base):
    """That a member accepted a version, and when."""

    __tablename__ = "agreement_acceptances"
    __table_args__ = (
        db.team_fk("version_id", "agreement_versions"),
        db.team_fk("member_id", "memberships"),
        Index("ix_agreement_acceptances_member", "team_id", "member_id"),
        {"info": info("erase", concerns=about("member_id"))},
    )

    version_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    member_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    accepted_at: Mapped[datetime] = exported(default=clock.now)
