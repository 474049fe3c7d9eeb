"""the address a member signs in with stands on their person, where nobody of the team has it"""

from alembic import op

revision = "accounts01"
down_revision = "ledger01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        WITH given AS (
            INSERT INTO person_emails (team_id, id, person_id, position, label, value)
            SELECT p.team_id, gen_random_uuid(), p.id,
                   (SELECT coalesce(max(e.position) + 1, 0) FROM person_emails e
                    WHERE e.team_id = p.team_id AND e.person_id = p.id),
                   '', u.address
            FROM persons p
            JOIN memberships m ON m.team_id = p.team_id AND m.id = p.membership_id
            JOIN user_emails u ON u.user_id = m.user_id AND u.is_primary
            WHERE m.state = 'active' AND p.deleted_at IS NULL AND NOT EXISTS (
                SELECT FROM person_emails e
                JOIN persons of ON of.team_id = e.team_id AND of.id = e.person_id
                WHERE e.team_id = p.team_id AND e.value = u.address AND of.deleted_at IS NULL)
            RETURNING team_id, person_id, value
        )
        UPDATE persons p
        SET sought = p.sought || ' ' || lower(given.value), version = p.version + 1, updated_at = now()
        FROM given WHERE p.team_id = given.team_id AND p.id = given.person_id
        """
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # The addresses stay: the older program knows them as well, and they are true.
