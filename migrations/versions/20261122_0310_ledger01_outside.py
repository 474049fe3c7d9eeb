"""whether a give went to somebody outside the team is kept as it was when logged"""

import sqlalchemy as sa
from alembic import op

revision = "ledger01"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "give_states",
        sa.Column("outside", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.alter_column("give_states", "outside", server_default=None)
    op.create_index(
        "ix_give_states_awaiting",
        "give_states",
        ["team_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("awaiting"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_give_states_awaiting", table_name="give_states")
    op.drop_column("give_states", "outside")
