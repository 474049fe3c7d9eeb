"""What opens a request: the team and user from a cookie and address, or from a token.

The tables read here are the global ones, so they answer before a team is set. Ends and idle
limits are judged by the database's clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Row, text

from community.core import db
from community.identity.models import Actor
from community.identity.queries import actor_from, actor_statement

IDLE_DAYS = 14
TOUCH_MINUTES = 10
TOKEN_TOUCH = timedelta(minutes=5)

# Digests of valid tokens whose last use lies too far back; at most one entry a token.
_uses_due: set[bytes] = set()

Opening = tuple[Executable, Mapping[str, Any]]

# `seen_at` moves at most every ten minutes, and not at all while another request of the same
# browser is moving it: nobody waits for a row that only says "lately". The team is set only for
# somebody who is signed in.
_PORTAL = text(
    f"""
    WITH s AS MATERIALIZED (
      SELECT x.id, x.user_id, x.created_at, x.seen_at, x.confirmed_at
      FROM sessions x JOIN users u ON u.id = x.user_id
      WHERE x.token_digest = CAST(:digest AS bytea) AND x.ended_at IS NULL AND x.expires_at > now()
        AND x.seen_at > now() - interval '{IDLE_DAYS} days' AND u.disabled_at IS NULL
    ), touched AS (
      UPDATE sessions SET seen_at = now() WHERE id = (
        SELECT y.id FROM sessions y
        WHERE y.id = (SELECT id FROM s WHERE seen_at < now() - interval '{TOUCH_MINUTES} minutes')
        FOR UPDATE SKIP LOCKED)
    )
    SELECT now() AS now,
      set_config('app.team_id', coalesce((
        SELECT t.id::text FROM teams t
        WHERE t.slug = CAST(:slug AS text) AND t.deleted_at IS NULL AND s.user_id IS NOT NULL), ''), true) AS team_id,
      set_config('app.user_id', coalesce(s.user_id::text, ''), true) AS user_id,
      s.id AS session_id, s.created_at AS session_created_at, s.confirmed_at AS session_confirmed_at
    FROM (SELECT 1) AS one LEFT JOIN s ON true
    """
)

_API = text(
    """
    SELECT now() AS now, set_config('app.user_id', '', true) AS user_id,
      set_config('app.team_id', coalesce((
        SELECT t.id::text FROM teams t WHERE t.key = :team_key AND t.deleted_at IS NULL), ''), true) AS team_id
    """
)

_ACTOR_OF_TOKEN = actor_statement(
    "k.team_id = :team_id AND k.digest = :digest AND k.revoked_at IS NULL"
    " AND (k.expires_at IS NULL OR k.expires_at > now())",
    extra_columns="k.scopes, k.last_used_at IS NULL OR k.last_used_at < now()"
    f" - interval '{TOKEN_TOUCH.seconds} seconds' AS is_token_use_due,"
    " set_config('app.user_id', m.user_id::text, true)",
    extra_from="JOIN api_tokens k ON k.team_id = m.team_id AND k.member_id = m.id",
)


@dataclass(frozen=True)
class OpenSession:
    """The browser session a request came with."""

    id: UUID
    user_id: UUID
    created_at: datetime
    confirmed_at: datetime


def open_portal(digest: bytes | None, slug: str | None) -> Opening:
    """The opening of a portal request from the cookie's digest and the team in the address."""
    return _PORTAL, {"digest": digest, "slug": slug}


def open_api(team_key: str) -> Opening:
    """The opening of an API request: the team that the token names."""
    return _API, {"team_key": team_key}


def opened_session(opened: Row[Any]) -> OpenSession | None:
    """The session found by `open_portal`, from the row it returned."""
    values = opened._mapping
    if values.get("session_id") is None:
        return None
    return OpenSession(
        id=values["session_id"],
        user_id=UUID(values["user_id"]),
        created_at=values["session_created_at"],
        confirmed_at=values["session_confirmed_at"],
    )


def actor_of_token(digest: bytes) -> Actor | None:
    """The active member a token stands for, with its scopes; None when it is not valid.

    Remembers in this process when the token's last use is due to be written.
    """
    found = db.session().execute(
        _ACTOR_OF_TOKEN, {"team_id": db.current_team_id(), "digest": digest}
    )
    row = found.one_or_none()
    if row is None:
        return None
    db.unit().user_id = row.user_id
    if row.is_token_use_due:
        _uses_due.add(digest)
    return actor_from(row, frozenset(row.scopes))


def take_use_due(digest: bytes) -> bool:
    """Whether a use of this token has to be written, asked once for each time it became due."""
    due = digest in _uses_due
    _uses_due.discard(digest)
    return due
