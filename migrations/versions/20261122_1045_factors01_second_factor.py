"""second factors: authenticator apps, passkeys, recovery codes; browsers have names"""

import sqlalchemy as sa
from alembic import op

from migrations.ddl import grant

revision = "factors01"
down_revision = "accounts01"
branch_labels = None
depends_on = None

_WHEN = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("sessions", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.alter_column("sessions", "name", server_default=None)
    op.add_column("sessions", sa.Column("browser_digest", sa.LargeBinary(), nullable=True))
    op.add_column("credentials", sa.Column("detail", sa.Text(), nullable=True))
    op.create_table(
        "authenticator_apps",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("proposed", sa.Text(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("confirmed_at", _WHEN, nullable=True),
        sa.Column("last_used_at", _WHEN, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_authenticator_apps_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authenticator_apps")),
        sa.UniqueConstraint("user_id", name=op.f("uq_authenticator_apps_user_id")),
    )
    op.create_table(
        "passkeys",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("transports", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("last_used_at", _WHEN, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_passkeys_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index("ix_passkeys_user", "passkeys", ["user_id"], unique=False)
    op.create_index(
        "ix_credentials_recovery",
        "credentials",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'recovery'"),
    )
    grant("authenticator_apps")
    grant("passkeys")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("ix_credentials_recovery", table_name="credentials")
    op.drop_table("passkeys")
    op.drop_table("authenticator_apps")
    op.drop_column("credentials", "detail")
    op.drop_column("sessions", "browser_digest")
    op.drop_column("sessions", "name")
