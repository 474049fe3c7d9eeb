"""data rights: requests, questions to authors, exports, consent; lawful basis and erasure of persons"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.ddl import guard

revision = "rights01"
down_revision = "audience01"
branch_labels = None
depends_on = None

BASES = (
    "'', 'legitimate_interest', 'consent', 'contract', 'legal_obligation', 'vital_interest',"
    " 'public_task'"
)
NEW = ("consents", "exports", "release_questions", "subject_requests")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _persons()
    _requests()
    _questions()
    _exports()
    _consents()
    for table in ("subject_requests", "release_questions", "exports"):
        guard(table)
    # What somebody agreed to is never changed; it goes with the person.
    guard("consents", insert_only=True)
    op.execute("GRANT DELETE ON consents TO community_app")


def _persons() -> None:
    basis = sa.Column(
        "lawful_basis", sa.Text(), nullable=False, server_default="legitimate_interest"
    )
    op.add_column("persons", basis)
    op.add_column("persons", sa.Column("erased_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.execute("UPDATE persons SET lawful_basis = 'contract' WHERE membership_id IS NOT NULL")
    op.create_check_constraint("ck_persons_lawful_basis", "persons", f"lawful_basis IN ({BASES})")


def _team(table: str) -> tuple[sa.Column[object], sa.Column[object], sa.ForeignKeyConstraint]:
    name = f"fk_{table}_team_id"
    return (
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=name, ondelete="CASCADE"),
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


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=nullable)


def _requests() -> None:
    table = "subject_requests"
    kinds = "kind IN ('access', 'erasure', 'rectification', 'objection')"
    states = "state IN ('received', 'prepared', 'completed', 'declined', 'withdrawn')"
    op.create_table(
        table,
        *_team(table),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _moment("due_at"),
        _moment("prepared_at", nullable=True),
        sa.Column("prepared_by_id", sa.Uuid(), nullable=True),
        _moment("ended_at", nullable=True),
        sa.Column("ended_by_id", sa.Uuid(), nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "id", name=f"pk_{table}"),
        *(
            _inside(table, column, "persons")
            for column in ("person_id", "asked_by_id", "prepared_by_id", "ended_by_id")
        ),
        sa.CheckConstraint(kinds, name=f"ck_{table}_kind"),
        sa.CheckConstraint(states, name=f"ck_{table}_state"),
    )
    op.create_index(
        "uq_subject_requests_open",
        table,
        ["team_id", "person_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state IN ('received', 'prepared')"),
    )
    op.create_index("ix_subject_requests_list", table, ["team_id", "id"])


def _questions() -> None:
    table = "release_questions"
    op.create_table(
        table,
        *_team(table),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("thing_kind", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        _moment("created_at"),
        _moment("answered_at", nullable=True),
        sa.PrimaryKeyConstraint("team_id", "id", name=f"pk_{table}"),
        _inside(table, "request_id", "subject_requests", "CASCADE"),
        _inside(table, "author_id", "persons"),
        sa.CheckConstraint("answer IN ('asked', 'shared', 'kept')", name=f"ck_{table}_answer"),
    )
    op.create_index(
        "uq_release_questions_thing",
        table,
        ["team_id", "request_id", "thing_kind", "thing_id"],
        unique=True,
    )
    op.create_index("ix_release_questions_author", table, ["team_id", "author_id", "answer"])


def _exports() -> None:
    table = "exports"
    states = "state IN ('queued', 'running', 'done', 'failed', 'ended')"
    op.create_table(
        table,
        *_team(table),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("withheld", JSONB(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        _moment("created_at"),
        _moment("expires_at", nullable=True),
        sa.PrimaryKeyConstraint("team_id", "id", name=f"pk_{table}"),
        _inside(table, "author_id", "persons"),
        _inside(table, "member_id", "memberships", "CASCADE"),
        _inside(table, "person_id", "persons"),
        _inside(table, "request_id", "subject_requests", "CASCADE"),
        sa.CheckConstraint("scope IN ('me', 'person', 'team')", name=f"ck_{table}_scope"),
        sa.CheckConstraint(states, name=f"ck_{table}_state"),
        sa.CheckConstraint("(scope = 'team') = (person_id IS NULL)", name=f"ck_{table}_person"),
    )
    op.create_index("ix_exports_author", table, ["team_id", "author_id", "id"])


def _consents() -> None:
    table = "consents"
    op.create_table(
        table,
        *_team(table),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("team_id", "id", name=f"pk_{table}"),
        _inside(table, "person_id", "persons"),
        _inside(table, "author_id", "persons"),
    )
    op.create_index("ix_consents_person", table, ["team_id", "person_id", "id"])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in NEW:
        op.drop_table(table)
    op.drop_constraint("ck_persons_lawful_basis", "persons")
    op.drop_column("persons", "erased_at")
    op.drop_column("persons", "lawful_basis")
