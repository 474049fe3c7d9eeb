"""`community db`: the tables, brought to this version of the program and back."""

import click
from alembic.script.revision import RevisionError
from sqlalchemy.engine import make_url

from community.core import schema
from community.core.revisions import newest_revision
from community.operation.cli.words import plainly
from config import environment, migration_database_url


@click.group("db")
def database() -> None:
    """Bring the database's tables to this version of the program, and back.

    Runs with MIGRATION_DATABASE_URL alone; nothing else of the configuration is read.

    \b
    Example: community db upgrade
             community db check
    """


@database.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Migrate up, to the newest REVISION unless one is given.

    Where BOOTSTRAP_DATABASE_URL names a superuser, roles, database and extensions are made
    first, with COMMUNITY_OWNER_PASSWORD and COMMUNITY_APP_PASSWORD as the roles' passwords.

    \b
    Example: MIGRATION_DATABASE_URL=postgresql://community_owner@db/community community db upgrade
    """
    url = migration_database_url()
    with plainly():
        bootstrap_if_asked(url)
        schema.upgrade(url, revision)
        with schema.as_owner(url) as connection:
            click.echo(f"The database is at revision {schema.current_revision(connection)}.")


@database.command()
@click.argument("revision", default="-1")
@click.option("--yes", is_flag=True, help="Do not ask.")
def downgrade(revision: str, yes: bool) -> None:
    """Migrate down one step, or to REVISION (`base` removes every table).

    What the tables and columns of the newer revision hold is lost. Back up first.

    \b
    Example: community db downgrade 0002 --yes
    """
    url = migration_database_url()
    with plainly():
        current, end, steps = _way_down(url, revision)
        if not steps:
            click.echo(f"The database is at revision {current or 'base'} already.")
            return
        if not yes:
            click.confirm(
                f"Go down from {current} to {end or 'base'} and lose what only newer tables hold?",
                abort=True,
            )
        schema.downgrade(url, revision)
        with schema.as_owner(url) as connection:
            click.echo(
                f"The database is at revision {schema.current_revision(connection) or 'base'}."
            )


def _way_down(url: str, revision: str) -> tuple[str | None, str | None, int]:
    """Found before anything is asked, so that nobody says yes to what cannot be."""
    try:
        return schema.steps_down(url, revision)
    except RevisionError:
        raise click.ClickException(
            f"There is no revision {revision} to go down to from here. Name one below the"
            " database's own (community db check says which that is), -1 for one step, or base."
        ) from None


@database.command()
def check() -> None:
    """Say whether migrations are pending and whether tables and models agree; exit code 1 if not.

    \b
    Example: community db check
    """
    url = migration_database_url()
    with plainly():
        with schema.as_owner(url) as connection:
            current, behind = schema.current_revision(connection), schema.pending(connection)
        if behind:
            raise click.ClickException(
                f"The database is at revision {current or 'base'}, the program at"
                f" {newest_revision()}. Run: community db upgrade"
            )
        found = schema.differences(url, schema.all_models())
    for difference in found:
        click.echo(difference, err=True)
    if found:
        raise click.ClickException("The tables differ from the models as listed above.")
    click.echo(f"The database is at revision {current}; tables and models agree.")


def bootstrap_if_asked(url: str) -> None:
    """Make roles, database and extensions when the environment names a superuser."""
    superuser = environment().get("BOOTSTRAP_DATABASE_URL", "").strip()
    if not superuser:
        return
    name = make_url(url).database
    if not name:
        raise click.ClickException(
            "MIGRATION_DATABASE_URL names no database: end it with /community."
        )
    schema.bootstrap(
        superuser.replace("postgresql://", "postgresql+psycopg://", 1),
        name,
        owner_password=environment().get("COMMUNITY_OWNER_PASSWORD") or None,
        app_password=environment().get("COMMUNITY_APP_PASSWORD") or None,
    )
