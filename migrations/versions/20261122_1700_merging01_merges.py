"""merges and their undo, pairs that are two people, acts on many people, saved views"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from migrations.ddl import guard

revision = "merging01"
down_revision = "seek01"
branch_labels = None
depends_on = None

NEW = ("saved_views", "bulk_acts", "distinctions", "merges")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _merges()
    _distinctions()
    _bulk_acts()
    _saved_views()
    for table in NEW:
        guard(table)
    # Web addresses may be longer than a row of a b-tree.
    op.create_index("ix_person_links_value", "person_links", ["value"], postgresql_using="hash")


def _team(table: str) -> tuple[sa.Column[object], sa.Column[object], sa.ForeignKeyConstraint]:
    name = f"fk_{table}_team_id"
    return (
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=name, ondelete="CASCADE"),
    )


def _inside(
    table: str, column: str, target: str = "persons", ondelete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["team_id", column],
        [f"{target}.team_id", f"{target}.id"],
        name=f"fk_{table}_team_id_{column}",
        ondelete=ondelete,
    )


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=False)


def _merges() -> None:
    table = "merges"
    op.create_table(
        table,
        *_team(table),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("moved_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("image", JSONB(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("team_id", "id", name=f"pk_{table}"),
        sa.UniqueConstraint("team_id", "merged_id", name=f"uq_{table}_team_id_merged_id"),
        sa.CheckConstraint("kept_id <> merged_id", name=f"ck_{table}_two"),
        _inside(table, "kept_id"),
        _inside(table, "merged_id"),
        _inside(table, "author_id", ondelete="NO ACTION"),
    )
    op.create_index("ix_merges_kept", table, ["team_id", "kept_id"])


def _distinctions() -> None:
    table = "distinctions"
    op.create_table(
        table,
        *_team(table),
        sa.Column("a_id", sa.Uuid(), nullable=False),
        sa.Column("b_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("team_id", "id", name=f"pk_{table}"),
        sa.UniqueConstraint("team_id", "a_id", "b_id", name=f"uq_{table}_team_id_a_id_b_id"),
        sa.CheckConstraint("a_id < b_id", name=f"ck_{table}_order"),
        _inside(table, "a_id"),
        _inside(table, "b_id"),
        _inside(table, "author_id", ondelete="NO ACTION"),
    )


def _bulk_acts() -> None:
    table = "bulk_acts"
    op.create_table(
        table,
        *_team(table),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=True),
        sa.Column("changed_ids", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("team_id", "id", name=f"pk_{table}"),
        sa.CheckConstraint(
            "act IN ('tag', 'untag', 'circle', 'archive', 'unarchive')", name=f"ck_{table}_act"
        ),
        _inside(table, "author_id"),
        _inside(table, "circle_id", "circles"),
    )


def _saved_views() -> None:
    table = "saved_views"
    op.create_table(
        table,
        *_team(table),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("pinned_by", ARRAY(sa.Uuid()), nullable=False),
        _moment("created_at"),
        _moment("updated_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "id", name=f"pk_{table}"),
        _inside(table, "author_id"),
    )
    op.create_index("ix_saved_views_author", table, ["team_id", "author_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_person_links_value", "person_links")
    for table in NEW:
        op.drop_table(table)
