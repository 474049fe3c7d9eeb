"""facts, versions of notes, what was told in confidence, preferences, prompts that were put aside"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.ddl import guard

revision = "facts01"
down_revision = "orgs01"
branch_labels = None
depends_on = None

NEW = ("facts", "note_versions", "preferences", "prompt_dismissals")
KINDS = (
    "'how_we_met', 'family', 'work', 'interest', 'place', 'language', 'skill', 'health', 'goal',"
    " 'hope', 'other'"
)
FEW = "NOT in_confidence OR audience IN ('private', 'people')"
MOMENT = sa.TIMESTAMP(timezone=True)

# Nobody widens what was told in confidence, its author and the operator's shell included.
KEEP = """
CREATE FUNCTION keep_confidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.in_confidence AND NOT (
        NEW.in_confidence
        AND (NEW.audience = 'private' OR NEW.audience = OLD.audience)
        AND NEW.audience_people <@ OLD.audience_people
        AND NEW.author_id = OLD.author_id
    ) THEN
        RAISE EXCEPTION 'what was told in confidence is not widened' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    confidence = sa.Column("in_confidence", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("notes", confidence)
    op.create_check_constraint("ck_notes_in_confidence", "notes", FEW)
    _facts()
    _versions()
    _preferences()
    _dismissals()
    for table in NEW:
        guard(table)
    op.execute(KEEP)
    for table in ("notes", "facts"):
        op.execute(
            f"CREATE TRIGGER keep_confidence BEFORE UPDATE ON {table} FOR EACH ROW"
            " WHEN (OLD.in_confidence) EXECUTE FUNCTION keep_confidence()"
        )


def _ids(table: str) -> tuple[object, ...]:
    return (
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=f"fk_{table}_team_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", "id", name=f"pk_{table}"),
    )


def _inside(
    table: str, column: str, target: str, ondelete: str = "NO ACTION"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["team_id", column],
        [f"{target}.team_id", f"{target}.id"],
        name=f"fk_{table}_team_id_{column}",
        ondelete=ondelete,
    )


def _audience(table: str) -> tuple[object, ...]:
    return (
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=True),
        sa.Column("audience_people", ARRAY(sa.Uuid()), nullable=False),
        sa.CheckConstraint(
            "audience IN ('private', 'people', 'circle', 'team')", name=f"ck_{table}_audience"
        ),
        sa.CheckConstraint(
            "(audience = 'circle') = (circle_id IS NOT NULL)", name=f"ck_{table}_audience_circle"
        ),
        _inside(table, "author_id", "persons"),
        _inside(table, "circle_id", "circles"),
    )


def _stamps() -> tuple[object, ...]:
    return (
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def _facts() -> None:
    words = [
        sa.Column(n, sa.Text(), nullable=False) for n in ("kind", "text", "source", "certainty")
    ]
    op.create_table(
        "facts",
        *_ids("facts"),
        *_audience("facts"),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _inside("facts", "person_id", "persons", "CASCADE"),
        *words,
        sa.Column("recheck_on", sa.Date(), nullable=True),
        sa.Column("by_on", sa.Date(), nullable=True),
        sa.Column("in_confidence", sa.Boolean(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("deleted_at", MOMENT, nullable=True),
        *_stamps(),
        sa.CheckConstraint(FEW, name="ck_facts_in_confidence"),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="ck_facts_kind"),
        sa.CheckConstraint(
            "source IN ('told_me', 'public', 'third_party')", name="ck_facts_source"
        ),
        sa.CheckConstraint("certainty IN ('sure', 'likely', 'unsure')", name="ck_facts_certainty"),
        sa.CheckConstraint("by_on IS NULL OR kind IN ('goal', 'hope')", name="ck_facts_by_on"),
    )
    op.create_index(
        "ix_facts_person",
        "facts",
        ["team_id", "person_id", "created_at", "id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_facts_recheck",
        "facts",
        ["team_id", "recheck_on", "id"],
        postgresql_where=sa.text("deleted_at IS NULL AND recheck_on IS NOT NULL"),
    )


def _versions() -> None:
    op.create_table(
        "note_versions",
        *_ids("note_versions"),
        *_audience("note_versions"),
        sa.Column("note_id", sa.Uuid(), nullable=False),
        _inside("note_versions", "note_id", "notes", "CASCADE"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("replaced_at", MOMENT, nullable=False),
        sa.UniqueConstraint("team_id", "note_id", "number", name="uq_note_versions_number"),
    )


def _preferences() -> None:
    names = ("channel", "best_hours", "to_raise", "to_avoid", "sensitivities")
    op.create_table(
        "preferences",
        *_ids("preferences"),
        *_audience("preferences"),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _inside("preferences", "person_id", "persons", "CASCADE"),
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        *_stamps(),
        sa.UniqueConstraint("team_id", "person_id", "author_id", name="uq_preferences_of"),
    )


def _dismissals() -> None:
    table = "prompt_dismissals"
    op.create_table(
        table,
        *_ids(table),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        _inside(table, "person_id", "persons", "CASCADE"),
        _inside(table, "author_id", "persons", "CASCADE"),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.UniqueConstraint(
            "team_id", "person_id", "author_id", "prompt", name="uq_prompt_dismissals_of"
        ),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in reversed(NEW):
        op.drop_table(table)
    op.execute("DROP TRIGGER keep_confidence ON notes")
    op.execute("DROP FUNCTION keep_confidence()")
    op.drop_constraint("ck_notes_in_confidence", "notes")
    op.drop_column("notes", "in_confidence")
