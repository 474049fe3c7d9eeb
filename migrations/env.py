"""Alembic's environment: runs as the owner role over MIGRATION_DATABASE_URL.

The models' metadata is handed in by `community.core.schema` for comparing; the migrations
themselves never import community models.
"""

from alembic import context

config = context.config
connection = config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=config.attributes.get("target_metadata"),
    compare_type=True,
    compare_server_default=False,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
