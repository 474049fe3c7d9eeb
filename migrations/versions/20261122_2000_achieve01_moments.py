"""moments in people's lives: achievements and hard times, and who takes them on; their words in search"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.ddl import TEAM, functions_of_search, guard

revision = "achieve01"
down_revision = "seekfacts01"
branch_labels = None
depends_on = None

MOMENT = sa.TIMESTAMP(timezone=True)
# As `seek_facts`; hard times are for a named few and are not sought.
SEEK = f"""
CREATE FUNCTION seek_achievements(words text[], me uuid[], circles uuid[], sees_team boolean)
RETURNS TABLE (person_id uuid, id uuid, happened_at timestamptz, word integer)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT about.canonical_id, m.id, m.happened_on::timestamp AT TIME ZONE 'UTC', asked.word
  FROM public.queries_of(words) asked
  JOIN public.moments m ON m.team_id = {TEAM} AND public.words_of(m.title) @@ asked.query
  JOIN public.persons about ON about.team_id = m.team_id AND about.id = m.person_id
  WHERE m.deleted_at IS NULL AND m.kind = 'achievement'
    AND ((sees_team AND m.audience = 'team') OR m.author_id = ANY (me)
         OR (m.audience = 'people' AND m.audience_people && me)
         OR (m.audience = 'circle' AND m.circle_id = ANY (circles))
         OR (m.person_id = ANY (me) AND m.audience <> 'private'))
$$
"""
SIGNATURE = "seek_achievements(text[], uuid[], uuid[], boolean)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _table()
    _indexes()
    guard("moments")
    op.execute("CREATE POLICY search ON moments FOR SELECT TO community_search USING (true)")
    op.execute("GRANT SELECT ON moments TO community_search")
    op.execute(SEEK)
    functions_of_search(SIGNATURE)


def _table() -> None:
    op.create_table(
        "moments",
        *_key_and_audience(),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _inside("person_id", "persons", "CASCADE"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claimed_by_id", sa.Uuid(), nullable=True),
        _inside("claimed_by_id", "persons"),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("deleted_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('achievement', 'hard_time')", name="ck_moments_kind"),
        sa.CheckConstraint(
            "source IN ('told_me', 'public', 'third_party', 'import')", name="ck_moments_source"
        ),
        sa.CheckConstraint(
            "state = 'noticed' OR (state IN ('claimed', 'sent') AND claimed_by_id IS NOT NULL)"
            " OR (kind = 'hard_time' AND state = 'over')",
            name="ck_moments_state",
        ),
        sa.CheckConstraint("kind <> 'hard_time' OR state <> 'sent'", name="ck_moments_end"),
        sa.CheckConstraint(
            "kind <> 'hard_time' OR audience IN ('private', 'people')", name="ck_moments_few"
        ),
    )


def _key_and_audience() -> tuple[object, ...]:
    return (
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name="fk_moments_team_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", "id", name="pk_moments"),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=True),
        sa.Column("audience_people", ARRAY(sa.Uuid()), nullable=False),
        sa.CheckConstraint(
            "audience IN ('private', 'people', 'circle', 'team')", name="ck_moments_audience"
        ),
        sa.CheckConstraint(
            "(audience = 'circle') = (circle_id IS NOT NULL)", name="ck_moments_audience_circle"
        ),
        _inside("author_id", "persons"),
        _inside("circle_id", "circles"),
    )


def _inside(column: str, target: str, ondelete: str = "NO ACTION") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["team_id", column],
        [f"{target}.team_id", f"{target}.id"],
        name=f"fk_moments_team_id_{column}",
        ondelete=ondelete,
    )


def _indexes() -> None:
    op.create_index(
        "ix_moments_person",
        "moments",
        ["team_id", "person_id", "happened_on", "id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_moments_open",
        "moments",
        ["team_id", "happened_on", "id"],
        postgresql_where=sa.text("deleted_at IS NULL AND state IN ('noticed', 'claimed')"),
    )
    op.execute("CREATE INDEX ix_moments_words ON moments USING gin (team_id, words_of(title))")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(f"DROP FUNCTION {SIGNATURE}")
    op.drop_table("moments")
