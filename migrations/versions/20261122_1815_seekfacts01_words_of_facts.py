"""full-text search in facts: their words, and who may be offered which

The index is made as those of seek01 are: no column holds the words a second time. Building it
takes a lock against writes, for about a second per hundred thousand rows.
"""

from alembic import op

from migrations.ddl import TEAM, functions_of_search

revision = "seekfacts01"
down_revision = "merging01"
branch_labels = None
depends_on = None

# As `seek_notes`: who may be shown a row at all by its audience, never fewer than
# `visible(actor)` lets through, which filters outside. Without LIMIT: what is cut off must not
# depend on rows that are filtered later.
FACTS = f"""
CREATE FUNCTION seek_facts(words text[], me uuid[], circles uuid[], sees_team boolean)
RETURNS TABLE (person_id uuid, id uuid, happened_at timestamptz, word integer)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT about.canonical_id, f.id, f.created_at, asked.word
  FROM public.queries_of(words) asked
  JOIN public.facts f ON f.team_id = {TEAM} AND public.words_of(f.text) @@ asked.query
  JOIN public.persons about ON about.team_id = f.team_id AND about.id = f.person_id
  WHERE f.deleted_at IS NULL
    AND ((sees_team AND f.audience = 'team') OR f.author_id = ANY (me)
         OR (f.audience = 'people' AND f.audience_people && me)
         OR (f.audience = 'circle' AND f.circle_id = ANY (circles))
         OR (f.person_id = ANY (me) AND f.audience <> 'private'))
$$
"""
SIGNATURE = "seek_facts(text[], uuid[], uuid[], boolean)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE INDEX ix_facts_words ON facts USING gin (team_id, words_of(text))")
    op.execute("CREATE POLICY search ON facts FOR SELECT TO community_search USING (true)")
    op.execute("GRANT SELECT ON facts TO community_search")
    op.execute(FACTS)
    functions_of_search(SIGNATURE)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.execute("REVOKE ALL ON facts FROM community_search")
    op.execute("DROP POLICY search ON facts")
    op.execute("DROP INDEX ix_facts_words")
