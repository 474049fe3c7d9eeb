"""Reading users by how they sign in. These tables are global; no team is set here."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from community.accounts.models import Credential
from community.core import clock, db, tokens
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.identity.models import Actor, Membership, Team, User, UserEmail
from community.identity.queries import find_actor, find_owner_of_deleted


@dataclass(frozen=True)
class PasswordRow:
    """What a sign-in by password is judged by."""

    user_id: UUID
    password_hash: str | None


def find_password(address: str) -> PasswordRow | None:
    """The user of a normalised address with the stored hash, in one statement."""
    row = (
        db.session()
        .execute(
            select(UserEmail.user_id, Credential.password_hash)
            .join(User, User.id == UserEmail.user_id)
            .outerjoin(
                Credential, and_(Credential.user_id == User.id, Credential.kind == "password")
            )
            .where(UserEmail.address == address, User.disabled_at.is_(None))
        )
        .one_or_none()
    )
    return PasswordRow(row.user_id, row.password_hash) if row else None


def find_password_credential(user_id: UUID) -> Credential | None:
    """The stored password of a user."""
    return db.session().scalar(
        select(Credential).where(Credential.user_id == user_id, Credential.kind == "password")
    )


def find_user_id(address: str) -> UUID | None:
    """The enabled user who signs in with this address."""
    return db.session().scalar(
        select(UserEmail.user_id)
        .join(User, User.id == UserEmail.user_id)
        .where(UserEmail.address == address, User.disabled_at.is_(None))
    )


def has_live_link(user_id: UUID, purpose: str, address: str) -> bool:
    """Whether a link that was mailed to the address can still be followed."""
    found = select(Credential.id).where(
        Credential.user_id == user_id,
        Credential.kind == "link",
        Credential.purpose == purpose,
        Credential.address == address,
        Credential.used_at.is_(None),
        Credential.expires_at > clock.now(),
    )
    return db.session().scalar(found.limit(1)) is not None


def find_team_ids_of(user_id: UUID) -> Sequence[UUID]:
    """The teams a user is an active member of; the transaction is set to that user.

    Deleted ones that they own come last: they can still sign in and bring them back.
    """
    return (
        db.session()
        .scalars(
            select(Team.id)
            .join(Membership, Membership.team_id == Team.id)
            .where(
                Membership.user_id == user_id,
                Membership.state == "active",
                or_(Team.deleted_at.is_(None), Membership.role == "owner"),
            )
            .order_by(Team.deleted_at.is_not(None), Team.name, Team.id)
        )
        .all()
    )


@dataclass(frozen=True)
class TeamChoice:
    """A team to choose after signing in."""

    slug: str
    name: str
    role: str
    is_demo: bool


def find_teams_of(user_id: UUID) -> list[TeamChoice]:
    """The teams a user may enter, by name; the transaction is set to that user."""
    rows = db.session().execute(
        select(Team.slug, Team.name, Membership.role, Team.is_demo)
        .join(Membership, Membership.team_id == Team.id)
        .where(
            Membership.user_id == user_id, Membership.state == "active", Team.deleted_at.is_(None)
        )
        .order_by(Team.name, Team.id)
    )
    return [TeamChoice(*row) for row in rows]


def only_team_of(user_id: UUID) -> str | None:
    """The address of a user's team when there is but one: then there is nothing to choose."""
    found = find_teams_of(user_id)
    return found[0].slug if len(found) == 1 else None


def find_credential_link(token: str) -> Credential:
    """The open mailed or printed link of this secret, whatever its purpose.

    Raises NotFound with `code` link_unknown, link_used or link_expired.
    """
    link = None
    if token.isascii() and len(token) <= 200:
        link = db.session().scalar(
            select(Credential).where(
                Credential.digest == tokens.digest(token), Credential.kind == "link"
            )
        )
    if link is None:
        raise NotFound(
            _("This link is not known. Please copy the whole link from the mail."),
            code="link_unknown",
        )
    if link.used_at is not None:
        raise NotFound(
            _("This link has been used. Ask for a new one to sign in again."), code="link_used"
        )
    if link.expires_at is None or link.expires_at <= clock.now():
        raise NotFound(_("This link has expired. Ask for a new one."), code="link_expired")
    return link


def find_user_of_used_link(token: str) -> UUID | None:
    """Whose link this was, so that a second click of the same person does no harm."""
    return db.session().scalar(
        select(Credential.user_id).where(
            Credential.digest == tokens.digest(token),
            Credential.kind == "link",
            Credential.used_at.is_not(None),
        )
    )


def get_own_addresses(user_id: UUID) -> Sequence[UserEmail]:
    """The addresses of a user, the primary one first."""
    statement = (
        select(UserEmail)
        .where(UserEmail.user_id == user_id)
        .order_by(UserEmail.is_primary.desc(), UserEmail.address)
    )
    return db.session().scalars(statement).all()


def has_real_team() -> bool:
    """Whether any team but a sample one exists: then set-up is over."""
    found = db.session().scalar(
        select(func.count())
        .select_from(Team)
        .where(Team.is_demo.is_(False), Team.deleted_at.is_(None))
    )
    return bool(found)


def find_mailable(credential_id: UUID) -> Credential | None:
    """A link whose mail is still worth sending, or word of a change."""
    link = db.session().get(Credential, credential_id)
    if link is None or link.kind != "link" or link.address is None:
        return None
    is_over = link.used_at is not None or link.expires_at is None or link.expires_at <= clock.now()
    return None if link.digest is not None and is_over else link


def find_recipient(link: Credential) -> Actor | None:
    """The link's user as a member of the team that is set, or an owner of it while it is deleted."""
    if link.user_id is None:
        return None
    key = (db.current_team_id(), link.user_id)
    return find_actor(*key) or find_owner_of_deleted(*key)


def find_demo_team_id() -> UUID | None:
    """The sample team, if there is one."""
    return db.session().scalar(
        select(Team.id).where(Team.is_demo, Team.deleted_at.is_(None)).order_by(Team.id).limit(1)
    )
