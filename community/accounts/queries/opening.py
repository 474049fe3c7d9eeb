"""The first statement of a request: team and user set, clock read, in one round trip."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Executable, text

from community.core import clock, db
from community.identity.models import Actor
from community.identity.queries import actor_from, actor_statement

IDLE = "interval '14 days'"

# Sessions, users and teams are global tables, so they can be read before a team is set.
_OPEN_PORTAL = text(
    f"""
    WITH s AS (
        SELECT s.id, s.user_id, s.seen_at, s.confirmed_at FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.token_digest = :digest AND s.ended_at IS NULL AND s.expires_at > now()
          AND s.seen_at > now() - {IDLE} AND u.disabled_at IS NULL),
    t AS (SELECT id FROM teams WHERE slug = :slug AND deleted_at IS NULL)
    SELECT now() AS now,
           set_config('app.team_id', coalesce((SELECT id::text FROM t), ''), true) AS team_id,
           set_config('app.user_id', coalesce((SELECT user_id::text FROM s), ''), true) AS user_id,
           (SELECT id FROM s) AS session_id, (SELECT seen_at FROM s) AS seen_at,
           (SELECT confirmed_at FROM s) AS confirmed_at
    """
)
_OPEN_API = text(
    """
    SELECT now() AS now, set_config('app.user_id', '', true) AS user_id,
           set_config('app.team_id', coalesce(
               (SELECT id::text FROM teams WHERE key = :key AND deleted_at IS NULL), ''), true) AS team_id
    """
)
_ACTOR_OF_TOKEN = actor_statement(
    "a.team_id = :team_id AND a.digest = :digest AND a.revoked_at IS NULL"
    " AND (a.expires_at IS NULL OR a.expires_at > now())",
    extra_columns="a.scopes",
    extra_from="JOIN api_tokens a ON a.team_id = m.team_id AND a.member_id = m.id",
)


def open_portal(digest: bytes | None, slug: str | None) -> tuple[Executable, Mapping[str, Any]]:
    """Open a portal page by the session cookie's digest and the team of its address."""
    return _OPEN_PORTAL, {"digest": digest, "slug": slug}


def open_api(team_key: str) -> tuple[Executable, Mapping[str, Any]]:
    """Open an API call by the team its token names; the token itself is looked up after."""
    return _OPEN_API, {"key": team_key}


def actor_of_token(digest: bytes) -> Actor | None:
    """The Actor of a valid token in the team the transaction is set to."""
    values = {"team_id": db.current_team_id(), "digest": digest}
    row = db.session().execute(_ACTOR_OF_TOKEN, values).one_or_none()
    return actor_from(row, frozenset(row.scopes)) if row else None


def note_token_use(actor: Actor, digest: bytes) -> None:
    """Remember when a token was last used, at most every five minutes. Own transaction."""
    with db.transaction(actor.team_id, actor.user_id) as unit:
        unit.session.execute(
            text(
                "UPDATE api_tokens SET last_used_at = :now WHERE team_id = :team_id AND digest = :digest"
                " AND (last_used_at IS NULL OR last_used_at < :now - interval '5 minutes')"
            ),
            {"now": clock.now(), "team_id": actor.team_id, "digest": digest},
        )
