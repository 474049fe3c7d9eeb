"""row-level security, grants, the clock's narrow view, and search functions"""

from alembic import op

from migrations.ddl import TEAM, USER, functions_of_search, grant, guard

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GLOBAL = (
    "teams",
    "users",
    "user_emails",
    "credentials",
    "sessions",
    "sign_in_counters",
    "heartbeats",
)
INSERT_ONLY = ("journal_entries", "journal_seals", "gives", "give_acts")
TEAM_OWNED = (
    "action_links",
    "api_tokens",
    "circle_members",
    "circles",
    "commitments",
    "external_ids",
    "give_states",
    "give_words",
    "idempotency_keys",
    "import_batches",
    "import_rows",
    "mail_suppressions",
    "notes",
    "notices",
    "notification_preferences",
    "opened_by",
    "outbox",
    "pair_days",
    "pair_sums",
    "person_changes",
    "person_emails",
    "person_links",
    "person_phones",
    "persons",
    "positions",
)

# A person is sought by name and address, typos and accents forgiven. The audience is filtered
# inside as well, so that hidden rows never push visible ones off the list; `visible(actor)`
# filters once more outside. `me` and `circles` come from the Actor. The threshold is set inside,
# not by a SET clause: naming an extension's setting there takes a superuser in a session that
# has not loaded the extension yet, as in a restore. It ends with the function all the same.
SEARCH_PERSONS = f"""
CREATE FUNCTION search_persons(q text, me uuid[], circles uuid[], sees_team boolean, max_rows integer)
RETURNS TABLE (id uuid, score real)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT set_config('pg_trgm.word_similarity_threshold', '0.5', true);
  SELECT p.id,
         (CASE WHEN p.sought LIKE like_escape(q) || '%' THEN 2
               WHEN p.sought LIKE '% ' || like_escape(q) || '%' THEN 1.5
               ELSE 0 END + public.word_similarity(q, p.sought))::real AS score
  FROM public.persons p
  WHERE p.team_id = {TEAM}
    AND (p.sought LIKE '%' || like_escape(q) || '%' OR q OPERATOR(public.<%) p.sought)
    AND p.deleted_at IS NULL AND p.merged_into_id IS NULL
    AND ((sees_team AND p.audience = 'team') OR p.author_id = ANY (me)
         OR (p.audience = 'people' AND p.audience_people && me)
         OR (p.audience = 'circle' AND p.circle_id = ANY (circles)))
  ORDER BY score DESC, p.sort_key, p.id
  LIMIT max_rows
$$
"""
LIKE_ESCAPE = """
CREATE FUNCTION like_escape(q text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT replace(replace(replace(q, '\\', '\\\\'), '%', '\\%'), '_', '\\_') $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in GLOBAL:
        grant(table)
    for table in TEAM_OWNED:
        guard(table)
    for table in INSERT_ONLY:
        guard(table, insert_only=True)
    guard("memberships", also=f"user_id = {USER}")
    op.execute("GRANT SELECT ON alembic_version TO community_app")

    op.execute("CREATE POLICY dispatch ON outbox TO community_clock USING (true) WITH CHECK (true)")
    op.execute(
        "GRANT SELECT (id, team_id, queue, next_at, lease_until, attempt) ON outbox TO community_clock"
    )
    op.execute("GRANT UPDATE (lease_until, attempt) ON outbox TO community_clock")

    op.execute("CREATE POLICY search ON persons FOR SELECT TO community_search USING (true)")
    op.execute("GRANT SELECT ON persons TO community_search")
    op.execute(LIKE_ESCAPE)
    op.execute(SEARCH_PERSONS.replace("like_escape(", "public.like_escape("))
    functions_of_search("search_persons(text, uuid[], uuid[], boolean, integer)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP FUNCTION search_persons(text, uuid[], uuid[], boolean, integer)")
    op.execute("DROP FUNCTION like_escape(text)")
    op.execute("REVOKE ALL ON persons FROM community_search")
    op.execute("DROP POLICY search ON persons")
    op.execute("REVOKE ALL ON outbox FROM community_clock")
    op.execute("DROP POLICY dispatch ON outbox")
    op.execute("REVOKE SELECT ON alembic_version FROM community_app")
    op.execute("DROP POLICY own ON memberships")
    for table in (*TEAM_OWNED, *INSERT_ONLY, "memberships"):
        op.execute(f"DROP POLICY team ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"REVOKE ALL ON {table} FROM community_app")
    for table in GLOBAL:
        op.execute(f"REVOKE ALL ON {table} FROM community_app")
