"""`community backup` and `community restore`."""

from pathlib import Path

import click

from community.operation.actions.backup import back_up
from community.operation.actions.restore import restore as bring_back
from community.operation.cli.database import bootstrap_if_asked
from community.operation.cli.words import plainly
from config import migration_database_url


@click.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def backup(out: Path) -> None:
    """Save everything the database holds to the new file OUT, while work goes on.

    The file is readable by its owner alone and never overwritten. It holds what people wrote,
    so keep it where only operators read. SECRET_KEYS are not in it: keep them apart from it,
    since a restored place needs both.

    \b
    Example: community backup /srv/backups/community-2026-11-22.zip
    """
    url = migration_database_url()
    with plainly():
        manifest = back_up(url, out, click.echo)
    rows = sum(table.rows for table in manifest.tables.values())
    size = out.stat().st_size / 1_000_000
    click.echo(f"{out}: {len(manifest.tables)} tables, {rows} rows, {size:.1f} MB.")
    click.echo("SECRET_KEYS are not in it; keep them apart from it.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Bring the backup FILE into an empty database and check every row and the journal's chain.

    Stop web, workers and clock of this database first. Where BOOTSTRAP_DATABASE_URL names a
    superuser, roles and database are made as by `db upgrade`. Mail that was owed when the
    backup was made is owed again.

    \b
    Example: community restore /srv/backups/community-2026-11-22.zip
    """
    url = migration_database_url()
    with plainly():
        bootstrap_if_asked(url)
        manifest = bring_back(url, file, click.echo)
    click.echo(
        f"{file} is restored, at revision {manifest.revision}. Next: community db upgrade, then start."
    )
    click.echo(
        "Set the SECRET_KEYS that were in force; without them links in mails already sent are void."
    )
