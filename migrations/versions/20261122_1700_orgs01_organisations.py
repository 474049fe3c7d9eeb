"""organisations, and which one a position names"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.ddl import guard

revision = "orgs01"
down_revision = "rights01"
branch_labels = None
depends_on = None

NEW = ("organisations",)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _organisations()
    for table in NEW:
        guard(table)


def _key(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=f"fk_{table}_team_id", ondelete="CASCADE"
        ),
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


def _text(name: str, *, collation: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(collation=collation), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=nullable)


def _reference(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _stamps() -> tuple[sa.Column[object], ...]:
    version = sa.Column("version", sa.Integer(), nullable=False)
    return (_moment("created_at"), _moment("updated_at"), version)


def _audience(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        _reference("author_id"),
        _text("audience"),
        _reference("circle_id", nullable=True),
        sa.Column("audience_people", ARRAY(sa.Uuid()), nullable=False),
        _inside(table, "author_id", "persons"),
        _inside(table, "circle_id", "circles"),
        sa.CheckConstraint(
            "audience IN ('private', 'people', 'circle', 'team')", name=f"ck_{table}_audience"
        ),
        sa.CheckConstraint(
            "(audience = 'circle') = (circle_id IS NOT NULL)", name=f"ck_{table}_audience_circle"
        ),
    )


def _organisations() -> None:
    table = "organisations"
    op.create_table(
        table,
        *_key(table),
        _text("name"),
        _text("sort_key", collation="C"),
        _text("web"),
        _text("about"),
        _moment("archived_at", nullable=True),
        _moment("deleted_at", nullable=True),
        _reference("deleted_by_id", nullable=True),
        *_stamps(),
        *_audience(table),
        _inside(table, "deleted_by_id", "persons"),
    )
    op.create_index(
        "ix_organisations_list",
        table,
        ["team_id", "sort_key", "id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.add_column("positions", _reference("organisation_id", nullable=True))
    op.create_foreign_key(
        "fk_positions_team_id_organisation_id",
        "positions",
        table,
        ["team_id", "organisation_id"],
        ["team_id", "id"],
        ondelete="NO ACTION",
    )
    op.create_index("ix_positions_organisation", "positions", ["team_id", "organisation_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_positions_organisation", "positions")
    op.drop_column("positions", "organisation_id")
    for table in reversed(NEW):
        op.drop_table(table)
