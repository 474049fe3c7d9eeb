"""tokens know which token made them, so that they are revoked with it"""

import sqlalchemy as sa
from alembic import op

revision = "tokens01"
down_revision = "rights01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("api_tokens", sa.Column("made_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_api_tokens_team_id_made_by_id",
        "api_tokens",
        "api_tokens",
        ["team_id", "made_by_id"],
        ["team_id", "id"],
        ondelete="CASCADE",
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("api_tokens", "made_by_id")
