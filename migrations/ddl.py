"""Statements every migration needs around a team-owned table: row-level security and grants.

Not a model: names and SQL only, so that a migration stays what it was when it was written.
"""

from alembic import op

TEAM = "nullif(current_setting('app.team_id', true), '')::uuid"
USER = "nullif(current_setting('app.user_id', true), '')::uuid"


def guard(table: str, *, also: str | None = None, insert_only: bool = False) -> None:
    """Enable and force row-level security on a team-owned table and let the application in.

    `also` widens what may be read (memberships admit the signed-in user's own rows).
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY team ON {table} TO community_app USING (team_id = {TEAM}) WITH CHECK (team_id = {TEAM})"
    )
    if also:
        op.execute(f"CREATE POLICY own ON {table} FOR SELECT TO community_app USING ({also})")
    grant(table, insert_only=insert_only)


def grant(table: str, *, insert_only: bool = False) -> None:
    """What the application's role may do to a table."""
    rights = "SELECT, INSERT" if insert_only else "SELECT, INSERT, UPDATE, DELETE"
    op.execute(f"GRANT {rights} ON {table} TO community_app")


def functions_of_search(*signatures: str) -> None:
    """Hand functions to the search role and let only the application call them."""
    op.execute("GRANT CREATE ON SCHEMA public TO community_search")
    for signature in signatures:
        op.execute(f"ALTER FUNCTION {signature} OWNER TO community_search")
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO community_app")
    op.execute("REVOKE CREATE ON SCHEMA public FROM community_search")
