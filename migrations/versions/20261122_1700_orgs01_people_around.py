"""organisations, relations, fields of a team's own, how people met, and by what a name is sorted"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from migrations.ddl import guard

revision = "orgs01"
down_revision = "tokens01"
branch_labels = None
depends_on = None

NEW = (
    "organisations",
    "relation_kinds",
    "relations",
    "custom_fields",
    "custom_values",
    "ties",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("persons", sa.Column("sort_name", sa.Text(), nullable=False, server_default=""))
    _organisations()
    _relations()
    _fields()
    _ties()
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


def _relations() -> None:
    table = "relation_kinds"
    op.create_table(
        table,
        *_key(table),
        _text("name"),
        _reference("reverse_id"),
        _moment("archived_at", nullable=True),
        *_stamps(),
        _inside(table, "reverse_id", table),
    )
    table = "relations"
    op.create_table(
        table,
        *_key(table),
        _reference("person_id"),
        _reference("other_id"),
        _text("kind"),
        _reference("kind_id", nullable=True),
        _text("word"),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        _moment("deleted_at", nullable=True),
        *_stamps(),
        *_audience(table),
        _inside(table, "person_id", "persons", "CASCADE"),
        _inside(table, "other_id", "persons", "CASCADE"),
        _inside(table, "kind_id", "relation_kinds"),
        sa.CheckConstraint("(kind = '') = (kind_id IS NOT NULL)", name=f"ck_{table}_kind"),
    )
    op.create_index("ix_relations_person", table, ["team_id", "person_id"])
    op.create_index("ix_relations_other", table, ["team_id", "other_id"])


def _fields() -> None:
    table = "custom_fields"
    kinds = "kind IN ('text', 'number', 'date', 'choice', 'person')"
    op.create_table(
        table,
        *_key(table),
        _text("key"),
        _text("name"),
        _text("kind"),
        sa.Column("choices", ARRAY(sa.Text()), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        _moment("archived_at", nullable=True),
        *_stamps(),
        sa.CheckConstraint(kinds, name=f"ck_{table}_kind"),
        sa.UniqueConstraint("team_id", "key", name=f"uq_{table}_team_id_key"),
    )
    table = "custom_values"
    op.create_table(
        table,
        *_key(table),
        _reference("person_id"),
        _reference("field_id"),
        _text("value"),
        _reference("other_id", nullable=True),
        _inside(table, "person_id", "persons", "CASCADE"),
        _inside(table, "field_id", "custom_fields", "CASCADE"),
        _inside(table, "other_id", "persons", "CASCADE"),
        sa.UniqueConstraint(
            "team_id", "person_id", "field_id", name=f"uq_{table}_team_id_person_id_field_id"
        ),
    )
    op.create_index("ix_custom_values_field", table, ["team_id", "field_id", "value"])


def _ties() -> None:
    table = "ties"
    op.create_table(
        table,
        *_key(table),
        _reference("person_id"),
        _text("met_on"),
        _text("met_where"),
        _text("met_through_kind"),
        _reference("met_through_id", nullable=True),
        _moment("deleted_at", nullable=True),
        *_stamps(),
        *_audience(table),
        _inside(table, "person_id", "persons", "CASCADE"),
        sa.CheckConstraint(
            "(met_through_kind = '') = (met_through_id IS NULL)", name=f"ck_{table}_met_through"
        ),
    )
    op.create_index(
        "uq_ties_one",
        table,
        ["team_id", "author_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_ties_person", table, ["team_id", "person_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("persons", "sort_name")
    op.drop_index("ix_positions_organisation", "positions")
    op.drop_column("positions", "organisation_id")
    for table in reversed(NEW):
        op.drop_table(table)
