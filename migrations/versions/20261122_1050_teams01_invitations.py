"""invitations, the group agreement, and circles that are closed"""

import sqlalchemy as sa
from alembic import op

from migrations.ddl import guard

revision = "teams01"
down_revision = "factors01"
branch_labels = None
depends_on = None

NEW = ("agreement_acceptances", "agreement_versions", "invitations")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    number = sa.Column("agreement_number", sa.Integer(), nullable=False, server_default="0")
    op.add_column("teams", number)
    agreed = sa.Column("agreed_number", sa.Integer(), nullable=False, server_default="0")
    op.add_column("memberships", agreed)
    op.add_column("circles", sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True))
    _invitations()
    _agreement()
    for table in NEW:
        guard(table)


def _team(table: str) -> tuple[sa.Column[object], sa.ForeignKeyConstraint]:
    name = f"fk_{table}_team_id"
    return (
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=name, ondelete="CASCADE"),
    )


def _inside(
    table: str, column: str, target: str, ondelete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["team_id", column],
        [f"{target}.team_id", f"{target}.id"],
        name=f"fk_{table}_team_id_{column}",
        ondelete=ondelete,
    )


def _invitations() -> None:
    roles = "role IN ('owner', 'steward', 'member', 'guest')"
    states = "state IN ('pending', 'accepted', 'expired', 'revoked')"
    op.create_table(
        "invitations",
        *_team("invitations"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("inviter_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "id", name="pk_invitations"),
        _inside("invitations", "inviter_id", "memberships"),
        _inside("invitations", "member_id", "memberships"),
        sa.CheckConstraint(roles, name="ck_invitations_role"),
        sa.CheckConstraint(states, name="ck_invitations_state"),
        sa.CheckConstraint(
            "(state = 'accepted') = (member_id IS NOT NULL)", name="ck_invitations_accepted"
        ),
    )
    op.create_index(
        "uq_invitations_pending",
        "invitations",
        ["team_id", "address"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_invitations_inviter", "invitations", ["team_id", "inviter_id"])
    op.create_index("ix_invitations_member", "invitations", ["team_id", "member_id"])


def _agreement() -> None:
    op.create_table(
        "agreement_versions",
        *_team("agreement_versions"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "id", name="pk_agreement_versions"),
        sa.UniqueConstraint("team_id", "number", name="uq_agreement_versions_team_id_number"),
        _inside("agreement_versions", "author_id", "persons", "NO ACTION"),
    )
    op.create_table(
        "agreement_acceptances",
        *_team("agreement_acceptances"),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("accepted_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "team_id", "version_id", "member_id", name="pk_agreement_acceptances"
        ),
        _inside("agreement_acceptances", "version_id", "agreement_versions"),
        _inside("agreement_acceptances", "member_id", "memberships"),
    )
    op.create_index(
        "ix_agreement_acceptances_member", "agreement_acceptances", ["team_id", "member_id"]
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in NEW:
        op.drop_table(table)
    op.drop_column("circles", "closed_at")
    op.drop_column("memberships", "agreed_number")
    op.drop_column("teams", "agreement_number")
