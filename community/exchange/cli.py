"""`community import` and `community export`: files from the command line, worked through at once."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy.exc import OperationalError

from community.core import db
from community.core.addresses import normalise_email
from community.core.errors import AppError
from community.exchange import actions, queries
from community.exchange.actions import FileIn, archiving
from community.exchange.formats.limits import read_limited
from community.exchange.formats.wording import OUTCOME_WORDS, problem_words
from community.exchange.models import FORMATS, Reading
from community.identity.models import Actor
from community.identity.queries import find_actor, find_team, find_user_by_email

# If the command is killed, the worker goes on after this.
_WORKER_WAITS = timedelta(minutes=10)
_SHOWN = 1_000
_SOME_LEFT_OUT = 2


@contextmanager
def _plainly() -> Iterator[None]:
    """A refusal becomes one line and exit code 1."""
    try:
        yield
    except AppError as error:
        raise click.ClickException(str(error.message or error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}.") from None
    except OperationalError as error:
        said = str(error.orig).strip().splitlines()[0]
        raise click.ClickException(f"The database did not answer: {said}") from None


def _mapping(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> dict[str, str] | None:
    if value is None:
        return None
    try:
        read = json.loads(value)
    except ValueError:
        raise click.BadParameter("not JSON") from None
    if not isinstance(read, dict) or not all(isinstance(v, str) for v in read.values()):
        raise click.BadParameter('must be {"column": "field"}')
    return read


@click.command("import")
@click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--team", "slug", required=True, help="The team's slug.")
@click.option("--as", "email", metavar="EMAIL", help="The member who imports; archives need none.")
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Seen from the file without it.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and keep nothing.")
@click.option(
    "--audience",
    type=click.Choice(("private", "team")),
    default="private",
    show_default=True,
    help="Who sees the new people.",
)
@click.option(
    "--mapping", metavar="JSON", callback=_mapping, help='{"column": "field"}, for tables.'
)
@click.option("--encoding", help="Of a table, where the file does not tell.")
@click.option(
    "--order", type=click.Choice(("dmy", "mdy")), help="Whether 3/4 is in April or March."
)
@click.option("--source", default="", help="Where a table's ids come from, to tell two apart.")
@click.option(
    "--stop-on-error", is_flag=True, help="One row that cannot be used stops all of them."
)
def import_file(
    path: Path,
    slug: str,
    email: str | None,
    kind: str | None,
    dry_run: bool,
    audience: str,
    mapping: dict[str, str] | None,
    encoding: str | None,
    order: str | None,
    source: str,
    stop_on_error: bool,
) -> None:
    """Bring people from FILE: LinkedIn's Connections.csv, a vCard, or any CSV with a header.

    Prints what became of the rows; rows that were not used, and values that were left out,
    follow by line on standard error. Exits with 2 when there were any, with 1 when the file is
    refused: then nothing was imported.

    The complete archive of a team (`community export`) becomes a team of its own, at an address
    that is free: whole, compared with what was exported, or not at all.

    \b
    Example: community import Connections.csv --team northlight --as mara@example.org --dry-run
             community import northlight.zip --format archive --team northlight
    """
    if kind == "archive" and email is None:
        _read_archive(path, slug)
        return
    if email is None:
        raise click.UsageError("Say who imports: --as EMAIL.")
    reading = Reading(mapping, encoding, order, source, is_strict=stop_on_error)  # type: ignore[arg-type]
    with _plainly():
        actor = _actor(slug, email)
        file = FileIn(_read(path), path.name, kind or "", reading)
        batch_id = _start(actor, file, audience, dry_run)
        _work(actor, batch_id)
        has_problems = _report(actor, batch_id, dry_run)
    click.get_current_context().exit(_SOME_LEFT_OUT if has_problems else 0)


def _read_archive(path: Path, slug: str) -> None:
    with _plainly():
        manifest = archiving.read_archive(path, slug, _say_table)
    rows = sum(table.rows for table in manifest.tables.values())
    click.echo(
        f"{slug}: {len(manifest.tables)} tables, {rows} rows, {manifest.users.rows} accounts; all as exported."
    )
    click.echo(
        "Members sign in by a mailed link; passwords and tokens are not in an archive.", err=True
    )


def _say_table(name: str, rows: int) -> None:
    if rows:
        click.echo(f"  {name}: {rows}", err=True)


@click.command("export")
@click.argument("out", metavar="OUT.zip", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--team", "slug", required=True, help="The team's slug.")
def export_team(out: Path, slug: str) -> None:
    """Write the complete archive of a team to the new file OUT.zip, while work goes on.

    Every table as JSON lines and as CSV, and the files; with the number of rows and SHA-256 of each.
    It holds what people keep to themselves as well, so only operators may read it: the file is
    readable by its owner alone. Passwords, second factors, tokens and mail that is owed stay here.

    \b
    Example: community export --team northlight northlight.zip
             community import northlight.zip --format archive --team northlight-copy
    """
    with _plainly():
        manifest = archiving.write_archive(slug, out, _say_table)
    rows = sum(table.rows for table in manifest.tables.values())
    size = out.stat().st_size / 1_000_000
    click.echo(f"{out}: {len(manifest.tables)} tables, {rows} rows, {size:.1f} MB.")


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return read_limited(stream)


def _actor(slug: str, email: str) -> Actor:
    with db.transaction():
        team = find_team(slug)
        if team is None:
            raise click.ClickException(f"There is no team {slug!r}.")
        user = find_user_by_email(normalise_email(email) or "")
        if user is not None:
            db.enter(team.id, user.id)
        actor = find_actor(team.id, user.id) if user else None
    if actor is None:
        raise click.ClickException(f"{email} is not in the team {slug!r}.")
    return actor


def _start(actor: Actor, file: FileIn, audience: str, dry_run: bool) -> UUID:
    visibility: dict[str, Any] = {"audience": audience, "people": [], "circle_id": None}
    with db.transaction(actor.team_id, actor.user_id):
        batch = actions.start_import(
            actor, file, visibility=visibility, dry_run=dry_run, delay=_WORKER_WAITS
        )
    return batch.id


def _work(actor: Actor, batch_id: UUID) -> None:
    with click.progressbar(length=100, label="Importing", file=sys.stderr) as bar:
        actions.carry_on(
            actor.team_id, batch_id, told=lambda percent: bar.update(max(percent - bar.pos, 0))
        )


def _report(actor: Actor, batch_id: UUID, dry_run: bool) -> bool:
    with db.transaction(actor.team_id, actor.user_id):
        batch = queries.get_batch(actor, batch_id)
        if batch.state == "failed":
            raise click.ClickException(batch.error or "The import failed.")
        for outcome, words in OUTCOME_WORDS.items():
            if batch.counts.get(outcome):
                click.echo(f"{words}: {batch.counts[outcome]}")
        problems = queries.find_problems(actor, batch, _SHOWN)
        for row in problems:
            for error in row.errors:
                click.echo(f"line {row.line}: {problem_words(error)}", err=True)
        has_problems = bool(batch.counts.get("error") or batch.counts.get("left_out"))
        if dry_run:
            actions.undo_import(actor, batch_id)
        else:
            click.echo(f"Import {batch.id}", err=True)
    return has_problems
