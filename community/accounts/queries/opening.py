"""What opens a request: the team and user from a cookie and address, or from a token.

The tables read here are the global ones, so they answer before a team is set. Ends and idle
limits are judged by the database's clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from community.accounts import policy
from community.accounts.queries.factors import HAS_FACTOR
from community.core import clock
from community.core.errors import ConfirmFirst, FactorFirst
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.identity.queries import actor_from_json, actor_json

IDLE_DAYS = 14
TOUCH_MINUTES = 10
TOKEN_TOUCH = timedelta(minutes=5)
# How long a sign-in, or another proof that it is oneself, counts for what needs one.
FRESH = timedelta(minutes=15)

# Digests of valid tokens whose last use lies too far back; at most one entry a token.
_uses_due: set[bytes] = set()

Opening = tuple[str, Mapping[str, Any]]

# `seen_at` moves at most every ten minutes, and not at all while another request of the same
# browser is moving it: nobody waits for a row that only says "lately". The team is set only for
# somebody who is signed in. The actor is asked for by a subquery that takes the team from what
# `set_config` answered, so that row-level security always finds it set; OFFSET 0 keeps the
# planner from moving one into the other.
_PORTAL = f"""
    WITH s AS MATERIALIZED (
      SELECT x.id, x.user_id, x.created_at, x.seen_at, x.confirmed_at
      FROM sessions x JOIN users u ON u.id = x.user_id
      WHERE x.token_digest = %(digest)s::bytea AND x.ended_at IS NULL AND x.expires_at > now()
        AND x.seen_at > now() - interval '{IDLE_DAYS} days' AND u.disabled_at IS NULL
    ), touched AS (
      UPDATE sessions SET seen_at = now() WHERE id = (
        SELECT y.id FROM sessions y
        WHERE y.id = (SELECT id FROM s WHERE seen_at < now() - interval '{TOUCH_MINUTES} minutes')
        FOR UPDATE SKIP LOCKED)
    )
    SELECT o.*, CASE WHEN o.team_id <> '' THEN {
    actor_json(
        "m.team_id = nullif(o.team_id, '')::uuid AND m.user_id = nullif(o.user_id, '')::uuid",
        extra_columns=HAS_FACTOR,
    )
} END AS actor
    FROM (
      SELECT now() AS now,
        set_config('app.team_id', coalesce((
          SELECT t.id::text FROM teams t
          WHERE t.slug = %(slug)s::text AND t.deleted_at IS NULL AND s.user_id IS NOT NULL), ''), true) AS team_id,
        set_config('app.user_id', coalesce(s.user_id::text, ''), true) AS user_id,
        s.id AS session_id, s.created_at AS session_created_at, s.confirmed_at AS session_confirmed_at
      FROM (SELECT 1) AS one LEFT JOIN s ON true OFFSET 0
    ) o
"""

_API = f"""
    SELECT a.*, set_config('app.user_id', coalesce(a.actor ->> 'user_id', ''), true) AS user_id
    FROM (
      SELECT o.now, o.team_id, CASE WHEN o.team_id <> '' THEN {
    actor_json(
        "k.team_id = nullif(o.team_id, '')::uuid AND k.digest = %(digest)s::bytea AND k.revoked_at IS NULL"
        " AND (k.expires_at IS NULL OR k.expires_at > now())",
        extra_columns=f"{HAS_FACTOR}, k.scopes, k.id AS token_id, k.expires_at AS token_ends_at,"
        " k.last_used_at IS NULL OR k.last_used_at < now()"
        f" - interval '{TOKEN_TOUCH.seconds} seconds' AS is_token_use_due",
        extra_from="JOIN api_tokens k ON k.team_id = m.team_id AND k.member_id = m.id",
    )
} END AS actor
      FROM (
        SELECT now() AS now, set_config('app.team_id', coalesce((
          SELECT t.id::text FROM teams t WHERE t.key = %(team_key)s AND t.deleted_at IS NULL), ''), true) AS team_id
        OFFSET 0
      ) o OFFSET 0
    ) a
"""


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


def open_api(team_key: str, digest: bytes) -> Opening:
    """The opening of an API request: the team that the token names, and the token's digest."""
    return _API, {"team_key": team_key, "digest": digest}


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


def opened_actor(opened: Row[Any]) -> Actor | None:
    """The active member in the row that an opening returned; None where there is none.

    A token's actor has its scopes and its end.
    """
    found = opened._mapping["actor"]
    return actor_from_json(found) if found is not None else None


def require_fresh(session: OpenSession | None) -> None:
    """ConfirmFirst unless whoever holds the session proved just now that it is them."""
    if session is None or clock.now() - session.confirmed_at > FRESH:
        raise ConfirmFirst(_("Confirm first that it is you: your sign-in is a while ago."))


def require_fresh_opening(opened: Row[Any]) -> None:
    """The same for the request that was opened so."""
    require_fresh(opened_session(opened))


def require_factor(opened: Row[Any]) -> None:
    """FactorFirst when the team asks a second factor of the actor, and they have none."""
    found = opened._mapping["actor"]
    if found is None or found["has_factor"]:
        return
    if policy.must_have_factor(actor_from_json(found)):
        raise FactorFirst(_("This team asks for a second factor. Set one up to go on."))


def note_use_due(opened: Row[Any], digest: bytes) -> None:
    """Remember in this process when the token's last use is due to be written."""
    if opened._mapping["actor"]["is_token_use_due"]:
        _uses_due.add(digest)


def take_use_due(digest: bytes) -> bool:
    """Whether a use of this token has to be written, asked once for each time it became due."""
    due = digest in _uses_due
    _uses_due.discard(digest)
    return due
