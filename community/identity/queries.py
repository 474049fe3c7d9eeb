"""Reading users, teams and memberships; and the one statement that makes an Actor."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, select, text

from community.core import db
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.identity.models import Actor, Circle, Membership, Team, User, UserEmail

# The person of a member lives in a feature above; it is named here as a table only, so that
# the Actor is still made in one round trip.
_ACTOR_COLUMNS = """
    m.user_id, m.team_id, m.id AS member_id, p.canonical_id AS person_id, m.role, p.name, p.call_name, p.picture_id,
    u.zone, u.locale, u.hotkeys, t.slug AS team_slug, t.name AS team_name, t.key AS team_key,
    t.zone AS team_zone, t.is_demo, t.settings, m.default_audience,
    m.agreed_number < t.agreement_number AS agreement_due,
    (SELECT min(e.joined_at) FROM memberships e
     WHERE e.team_id = m.team_id AND e.user_id = m.user_id) AS first_joined_at,
    ARRAY(SELECT x.id FROM persons x WHERE x.team_id = m.team_id AND x.canonical_id = p.canonical_id
          ORDER BY x.id <> p.canonical_id, x.id) AS person_ids,
    ARRAY(SELECT c.circle_id FROM circle_members c WHERE c.team_id = m.team_id AND c.member_id = m.id) AS circle_ids,
    ARRAY(SELECT c.circle_id FROM circle_members c
          WHERE c.team_id = m.team_id AND c.member_id = m.id AND c.is_keeper) AS kept_circle_ids
"""
_ACTOR_FROM = """
    FROM memberships m
    JOIN users u ON u.id = m.user_id
    JOIN teams t ON t.id = m.team_id
    JOIN persons p ON p.team_id = m.team_id AND p.membership_id = m.id
"""
_ACTIVE = "m.state = 'active' AND t.deleted_at IS NULL AND u.disabled_at IS NULL"


# Whoever may still bring a deleted team back.
_MAY_RESTORE = (
    "m.state = 'active' AND m.role = 'owner' AND t.deleted_at IS NOT NULL AND u.disabled_at IS NULL"
)


def _actor_sql(
    where: str, extra_columns: str = "", extra_from: str = "", who: str = _ACTIVE
) -> str:
    columns = _ACTOR_COLUMNS + (f", {extra_columns}" if extra_columns else "")
    return f"SELECT {columns} {_ACTOR_FROM} {extra_from} WHERE {who} AND {where}"


def actor_statement(where: str, extra_columns: str = "", extra_from: str = "") -> TextClause:
    """The statement that loads an Actor, with what else its reader needs in the same trip."""
    return text(_actor_sql(where, extra_columns, extra_from))


def actor_json(where: str, extra_columns: str = "", extra_from: str = "") -> str:
    """The same as one JSON value, for a statement that opens a request."""
    return f"(SELECT to_json(found) FROM ({_actor_sql(where, extra_columns, extra_from)}) AS found)"


_BY_USER = actor_statement("m.team_id = :team_id AND m.user_id = :user_id")
_OF_DELETED = text(_actor_sql("m.team_id = :team_id AND m.user_id = :user_id", who=_MAY_RESTORE))
_BY_MEMBER = actor_statement("m.team_id = :team_id AND m.id = :member_id")


def actor_from(row: Row[Any]) -> Actor:
    """An Actor from a row of `actor_statement`."""
    values = dict(row._mapping)
    return Actor(
        **{name: values[name] for name in _PLAIN},
        first_joined_at=values["first_joined_at"],
        person_ids=tuple(values["person_ids"]),
        circle_ids=tuple(values["circle_ids"]),
        kept_circle_ids=tuple(values["kept_circle_ids"]),
        picture_id=values["picture_id"],
    )


def actor_from_json(found: Mapping[str, Any]) -> Actor:
    """An Actor from the value of `actor_json`, where ids are texts."""
    values: dict[str, Any] = {
        name: UUID(found[name]) if name in _IDS else found[name] for name in _PLAIN
    }
    return Actor(
        **values,
        first_joined_at=datetime.fromisoformat(found["first_joined_at"]),
        person_ids=tuple(map(UUID, found["person_ids"])),
        circle_ids=tuple(map(UUID, found["circle_ids"])),
        kept_circle_ids=tuple(map(UUID, found["kept_circle_ids"])),
        picture_id=UUID(found["picture_id"]) if found["picture_id"] else None,
        scopes=frozenset(found.get("scopes", ())),
        token_id=UUID(found["token_id"]) if found.get("token_id") else None,
        token_ends_at=_moment(found.get("token_ends_at")),
    )


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


_IDS = ("user_id", "team_id", "member_id", "person_id")
_PLAIN = (
    *_IDS,
    "role",
    "name",
    "call_name",
    "zone",
    "locale",
    "hotkeys",
    "team_slug",
    "team_name",
    "team_key",
    "team_zone",
    "is_demo",
    "settings",
    "default_audience",
    "agreement_due",
)


def find_actor(team_id: UUID, user_id: UUID) -> Actor | None:
    """The user's active membership of the team the transaction is set to."""
    row = db.session().execute(_BY_USER, {"team_id": team_id, "user_id": user_id}).one_or_none()
    return actor_from(row) if row else None


def find_owner_of_deleted(team_id: UUID, user_id: UUID) -> Actor | None:
    """An owner of a deleted team that can still be brought back: for mail to them, not for acting."""
    values = {"team_id": team_id, "user_id": user_id}
    row = db.session().execute(_OF_DELETED, values).one_or_none()
    return actor_from(row) if row else None


def find_actor_of_member(member_id: UUID) -> Actor | None:
    """The Actor of an active member, for jobs that act or check rights in their place."""
    values = {"team_id": db.current_team_id(), "member_id": member_id}
    row = db.session().execute(_BY_MEMBER, values).one_or_none()
    return actor_from(row) if row else None


def names_of_circles(team_id: UUID, circle_ids: Collection[UUID]) -> dict[UUID, str]:
    """What these circles are called, closed ones too; whoever asks may know of them."""
    if not circle_ids:
        return {}
    asked = select(Circle.id, Circle.name).where(
        Circle.team_id == team_id, Circle.id.in_(circle_ids)
    )
    return {row.id: row.name for row in db.session().execute(asked)}


def find_team(slug: str) -> Team | None:
    """A team by its slug."""
    return db.session().scalar(select(Team).where(Team.slug == slug, Team.deleted_at.is_(None)))


def find_team_by_key(key: str) -> Team | None:
    """A team by the key its secrets carry."""
    return db.session().scalar(select(Team).where(Team.key == key, Team.deleted_at.is_(None)))


def find_any_team_by_key(key: str) -> Team | None:
    """The same, a deleted team too: saying “no more mail” holds for it if it comes back."""
    return db.session().scalar(select(Team).where(Team.key == key))


def get_team(actor: Actor) -> Team:
    """The actor's team."""
    team = db.session().get(Team, actor.team_id)
    if team is None:
        raise NotFound(_("There is no such team."))
    return team


def team_ids() -> Sequence[UUID]:
    """Every team, for periodic jobs."""
    return (
        db.session()
        .scalars(select(Team.id).where(Team.deleted_at.is_(None)).order_by(Team.id))
        .all()
    )


def find_user_by_email(address: str) -> User | None:
    """The user who signs in with this (normalised) address."""
    statement = (
        select(User)
        .join(UserEmail, UserEmail.user_id == User.id)
        .where(UserEmail.address == address)
    )
    return db.session().scalar(statement)


def find_user(user_id: UUID) -> User | None:
    """A user who can sign in."""
    user = db.session().get(User, user_id)
    return user if user is not None and user.disabled_at is None else None


def primary_email(user_id: UUID) -> str | None:
    """The address that mail to a user goes to."""
    return db.session().scalar(
        select(UserEmail.address).where(UserEmail.user_id == user_id, UserEmail.is_primary)
    )


def get_membership(actor: Actor, member_id: UUID) -> Membership:
    """A membership of the actor's team."""
    found = db.session().get(Membership, (actor.team_id, member_id))
    if found is None:
        raise NotFound(_("There is no such member."))
    return found


def count_owners(actor: Actor) -> int:
    """How many active owners the team has, locked so that two cannot leave at once."""
    statement = (
        select(Membership.id)
        .where(
            Membership.team_id == actor.team_id,
            Membership.role == "owner",
            Membership.state == "active",
        )
        .with_for_update()
    )
    return len(db.session().scalars(statement).all())
