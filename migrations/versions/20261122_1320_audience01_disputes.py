"""disputes of what is told about a member, and how notes and gives came here"""

import sqlalchemy as sa
from alembic import op

from migrations.ddl import guard

revision = "audience01"
down_revision = "oidc01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("notes", "gives"):
        source = sa.Column("source", sa.Text(), nullable=False, server_default="typed")
        op.add_column(table, source)
    _disputes()
    guard("disputes")


def _disputes() -> None:
    moment = sa.TIMESTAMP(timezone=True)
    op.create_table(
        "disputes",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name="fk_disputes_team_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", "id", name="pk_disputes"),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'settled', 'withdrawn')", name="ck_disputes_state"
        ),
        sa.CheckConstraint(
            "(state IN ('settled', 'withdrawn')) = (ended_at IS NOT NULL)", name="ck_disputes_ended"
        ),
    )
    op.create_index(
        "uq_disputes_live",
        "disputes",
        ["team_id", "kind", "thing_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'answered')"),
    )
    op.create_index("ix_disputes_subject", "disputes", ["team_id", "subject_id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("disputes")
    for table in ("notes", "gives"):
        op.drop_column(table, "source")
