"""what members say of themselves, hand-overs, and the words of both and of organisations in search"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.ddl import TEAM, functions_of_search, guard

revision = "mine01"
down_revision = "achieve01"
branch_labels = None
depends_on = None

TABLE = "profile_parts"
PARTS = "'story', 'values', 'strengths', 'gaps', 'how_to_work', 'goals', 'wishes'"
MOMENT = sa.TIMESTAMP(timezone=True)
# As `seek_facts`: never fewer than `visible(actor)` lets through, which filters outside.
SEEK = f"""
CREATE FUNCTION seek_profiles(words text[], me uuid[], circles uuid[], sees_team boolean)
RETURNS TABLE (person_id uuid, id uuid, happened_at timestamptz, word integer)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT about.canonical_id, o.id, o.updated_at, asked.word
  FROM public.queries_of(words) asked
  JOIN public.profile_parts o ON o.team_id = {TEAM} AND public.words_of(o.text) @@ asked.query
  JOIN public.persons about ON about.team_id = o.team_id AND about.id = o.author_id
  WHERE (sees_team AND o.audience = 'team') OR o.author_id = ANY (me)
     OR (o.audience = 'people' AND o.audience_people && me)
     OR (o.audience = 'circle' AND o.circle_id = ANY (circles))
$$
"""
SEEK_ORGANISATIONS = f"""
CREATE FUNCTION seek_organisations(words text[], me uuid[], circles uuid[], sees_team boolean)
RETURNS TABLE (person_id uuid, id uuid, happened_at timestamptz, word integer)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT o.id, o.id, o.created_at, asked.word
  FROM public.queries_of(words) asked
  JOIN public.organisations o ON o.team_id = {TEAM}
   AND public.words_of_organisation(o.name, o.web, o.about) @@ asked.query
  WHERE o.deleted_at IS NULL
    AND ((sees_team AND o.audience = 'team') OR o.author_id = ANY (me)
         OR (o.audience = 'people' AND o.audience_people && me)
         OR (o.audience = 'circle' AND o.circle_id = ANY (circles)))
$$
"""
WORDS_OF_ORGANISATION = """
CREATE FUNCTION words_of_organisation(name text, web text, about text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT public.words_of(name || ' ' || web || ' ' || about) $$
"""
ARGUMENTS = "(text[], uuid[], uuid[], boolean)"
SIGNATURES = ("seek_profiles" + ARGUMENTS, "seek_organisations" + ARGUMENTS)


def _inside(
    table: str, column: str, target: str, ondelete: str = "NO ACTION"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["team_id", column],
        [f"{target}.team_id", f"{target}.id"],
        name=f"fk_{table}_team_id_{column}",
        ondelete=ondelete,
    )


def _ids(table: str) -> tuple[object, ...]:
    return (
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=f"fk_{table}_team_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", "id", name=f"pk_{table}"),
        _inside(table, "author_id", "persons", "CASCADE"),
    )


def _audience(table: str) -> tuple[object, ...]:
    return (
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=True),
        sa.Column("audience_people", ARRAY(sa.Uuid()), nullable=False),
        sa.CheckConstraint(
            "audience IN ('private', 'people', 'circle', 'team')", name=f"ck_{table}_audience"
        ),
        sa.CheckConstraint(
            "(audience = 'circle') = (circle_id IS NOT NULL)", name=f"ck_{table}_audience_circle"
        ),
        _inside(table, "circle_id", "circles"),
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _parts()
    _handovers()
    op.execute(WORDS_OF_ORGANISATION)
    op.execute(
        "CREATE INDEX ix_organisations_words ON organisations"
        " USING gin (team_id, words_of_organisation(name, web, about))"
    )
    for table in (TABLE, "organisations"):
        op.execute(f"CREATE POLICY search ON {table} FOR SELECT TO community_search USING (true)")
        op.execute(f"GRANT SELECT ON {table} TO community_search")
    op.execute(SEEK)
    op.execute(SEEK_ORGANISATIONS)
    functions_of_search(*SIGNATURES)


def _parts() -> None:
    op.create_table(
        TABLE,
        *_ids(TABLE),
        *_audience(TABLE),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"part IN ({PARTS})", name=f"ck_{TABLE}_part"),
        sa.UniqueConstraint("team_id", "author_id", "part", name=f"uq_{TABLE}_of"),
    )
    op.execute(f"CREATE INDEX ix_{TABLE}_words ON {TABLE} USING gin (team_id, words_of(text))")
    guard(TABLE)


def _handovers() -> None:
    op.create_table(
        "handovers",
        *_ids("handovers"),
        *_audience("handovers"),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        _inside("handovers", "person_id", "persons", "CASCADE"),
        _inside("handovers", "to_id", "persons", "CASCADE"),
    )
    op.create_index("ix_handovers_person", "handovers", ["team_id", "person_id", "id"])
    guard("handovers")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for signature in SIGNATURES:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("REVOKE ALL ON organisations FROM community_search")
    op.execute("DROP POLICY search ON organisations")
    op.execute("DROP INDEX ix_organisations_words")
    op.execute("DROP FUNCTION words_of_organisation(text, text, text)")
    op.drop_table("handovers")
    op.drop_table(TABLE)
