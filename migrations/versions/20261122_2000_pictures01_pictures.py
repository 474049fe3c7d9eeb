"""pictures of persons, and which one is shown"""

import sqlalchemy as sa
from alembic import op

from migrations.ddl import guard

revision = "pictures01"
down_revision = "mine01"
branch_labels = None
depends_on = None

TABLE = "pictures"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("persons", sa.Column("picture_id", sa.Uuid(), nullable=True))
    op.create_table(
        TABLE,
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("small", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("unused_since", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "id", name=f"pk_{TABLE}"),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=f"fk_{TABLE}_team_id", ondelete="CASCADE"
        ),
        _inside("person_id", "CASCADE"),
        _inside("author_id", "NO ACTION"),
    )
    op.create_index("ix_pictures_person", TABLE, ["team_id", "person_id"])
    # What is a JPEG already is not made smaller by trying.
    op.execute(f"ALTER TABLE {TABLE} ALTER content SET STORAGE EXTERNAL")
    op.execute(f"ALTER TABLE {TABLE} ALTER small SET STORAGE EXTERNAL")
    guard(TABLE)


def _inside(column: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["team_id", column],
        ["persons.team_id", "persons.id"],
        name=f"fk_{TABLE}_team_id_{column}",
        ondelete=ondelete,
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table(TABLE)
    op.drop_column("persons", "picture_id")
