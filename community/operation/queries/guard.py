"""Whether row-level security stands, and what a role may do, as the catalogue says."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, text

_UNGUARDED = text(
    """
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'team_id' AND NOT a.attisdropped)
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity
               AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid
                           AND 'community_app'::regrole = ANY (p.polroles)))
    ORDER BY c.relname
    """
)
_ROLE = text(
    """
    SELECT r.rolname, r.rolsuper, r.rolbypassrls, r.rolinherit, r.rolcreaterole, r.rolcreatedb,
           (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid) AS owned
    FROM pg_roles r WHERE r.rolname = current_user
    """
)
_ROLES = text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'community\\_%'")
_EXTENSIONS = text("SELECT extname FROM pg_extension")


def unguarded_tables(connection: Connection) -> Sequence[str]:
    """Team-owned tables without forced row-level security or without the application's policy."""
    return connection.scalars(_UNGUARDED).all()


def own_role(connection: Connection) -> Row[Any]:
    """What the connection's role is and may do."""
    return connection.execute(_ROLE).one()


def missing_roles(connection: Connection, wanted: Sequence[str]) -> list[str]:
    """Which of these roles the cluster does not have."""
    return sorted(set(wanted) - set(connection.scalars(_ROLES)))


def missing_extensions(connection: Connection, wanted: Sequence[str]) -> list[str]:
    """Which of these extensions the database does not have."""
    return sorted(set(wanted) - set(connection.scalars(_EXTENSIONS)))


def server_major(connection: Connection) -> int:
    """The server's major version."""
    return int(
        connection.scalar(text("SELECT current_setting('server_version_num')::int / 10000")) or 0
    )
