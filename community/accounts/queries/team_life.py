"""Reading teams that are founded or ending, by whoever owns them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import distinct, func, or_, select

from community.accounts.models import ApiToken
from community.core import clock, db
from community.core.tokens import TeamToken
from community.identity.models import Membership, Team, User


@dataclass(frozen=True)
class EndingTeam:
    """A team that one is in and that was shut at `deleted_at`; owners may bring it back."""

    slug: str
    name: str
    deleted_at: datetime
    may_restore: bool


def find_ending_teams(user_id: UUID) -> list[EndingTeam]:
    """The ending teams that a user is in; the transaction is set to that user."""
    rows = db.session().execute(
        select(Team.slug, Team.name, Team.deleted_at, Membership.role)
        .join(Membership, Membership.team_id == Team.id)
        .where(
            Membership.user_id == user_id,
            Membership.state == "active",
            Team.deleted_at.is_not(None),
        )
        .order_by(Team.name, Team.id)
    )
    return [
        EndingTeam(row.slug, row.name, row.deleted_at, may_restore=row.role == "owner")
        for row in rows
    ]


def find_ending_team_id(user_id: UUID, slug: str) -> UUID | None:
    """One of them by its slug."""
    return db.session().scalar(
        select(Team.id)
        .join(Membership, Membership.team_id == Team.id)
        .where(
            Team.slug == slug,
            Team.deleted_at.is_not(None),
            Membership.user_id == user_id,
            Membership.state == "active",
            Membership.role == "owner",
        )
    )


def find_team_id_by_key(key: str) -> UUID | None:
    """A team by the key that its secrets carry, ending ones too."""
    return db.session().scalar(select(Team.id).where(Team.key == key))


def find_owner_by_token(token: TeamToken) -> UUID | None:
    """The owner whose valid token with the scope `admin` this is, in the team that is set."""
    return db.session().scalar(
        select(Membership.user_id)
        .join(
            ApiToken,
            (ApiToken.team_id == Membership.team_id) & (ApiToken.member_id == Membership.id),
        )
        .join(User, User.id == Membership.user_id)
        .where(
            ApiToken.team_id == db.current_team_id(),
            ApiToken.digest == token.digest,
            ApiToken.revoked_at.is_(None),
            or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > clock.now()),
            ApiToken.scopes.contains(["admin"]),
            Membership.state == "active",
            Membership.role == "owner",
            User.disabled_at.is_(None),
        )
    )


def find_owner_ids(team_id: UUID) -> Sequence[UUID]:
    """The memberships of the owners of a team, whether or not it is ending."""
    statement = select(Membership.id).where(
        Membership.team_id == team_id, Membership.role == "owner", Membership.state == "active"
    )
    return db.session().scalars(statement).all()


def count_owned(user_id: UUID) -> int:
    """How many teams a user owns; the transaction is set to that user."""
    statement = (
        select(func.count())
        .select_from(Membership)
        .where(
            Membership.user_id == user_id,
            Membership.state == "active",
            Membership.role == "owner",
        )
    )
    return db.session().scalar(statement) or 0


def find_user_ids(team_id: UUID) -> Sequence[UUID]:
    """Everybody who is or was in a team."""
    statement = select(Membership.user_id).where(Membership.team_id == team_id).distinct()
    return db.session().scalars(statement).all()


def count_teams_ever(user_id: UUID) -> int:
    """How many teams a user is or was in; the transaction is set to that user."""
    statement = select(func.count(distinct(Membership.team_id))).where(
        Membership.user_id == user_id
    )
    return db.session().scalar(statement) or 0
