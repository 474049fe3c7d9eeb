"""A backup into an empty database, and the proof that everything is there again."""

from collections.abc import Callable
from pathlib import Path
from typing import IO
from uuid import UUID

from sqlalchemy import Connection, text

from community.core import db, schema
from community.journal import queries as journal
from community.journal.chain import Head
from community.operation.actions.backup import refuse_wrong_role, run_program
from community.operation.errors import OperationError
from community.operation.formats import archive
from community.operation.formats.archive import Manifest
from community.operation.queries import contents, guard, programs

Say = Callable[[str], object]
_ROLES = (schema.OWNER, schema.APP, schema.CLOCK, schema.SEARCH)
_EXTENSIONS = ("pg_trgm", "btree_gin")
_LEFT = text(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    " AND relkind IN ('r', 'p', 'v', 'm', 'f') AND relname <> 'alembic_version' ORDER BY relname"
)
# Above every position stands the next transaction's number; below it everything old must come.
_TOO_HIGH = text(
    "SELECT greatest((SELECT max(position) FROM journal_entries), (SELECT max(last_position) FROM journal_seals))"
    " - pg_snapshot_xmin(pg_current_snapshot())::text::bigint + 1"
)


def restore(url: str, path: Path, say: Say) -> Manifest:
    """Bring a backup back into an empty database and check every row of it.

    Nothing is left behind when PostgreSQL refuses a part. When the check fails afterwards the
    tables stay for a look, and the error says not to use them.
    """
    with archive.reading(path) as (manifest, copy_dump):
        if not schema.knows(manifest.revision):
            raise OperationError(
                f"The backup is at revision {manifest.revision}, which this program does not know."
                f" Restore it by version {manifest.program_version} or newer."
            )
        with schema.as_owner(url) as connection:
            _refuse_unready(connection, manifest)
            _fill(connection, url, manifest, copy_dump, say)
            _compare(connection, manifest, say)
            _lower_positions(connection, say)
    _check_chains(url, manifest, say)
    return manifest


def _refuse_unready(connection: Connection, manifest: Manifest) -> None:
    """Say what is missing before anything is written."""
    refuse_wrong_role(connection)
    left = connection.scalars(_LEFT).all()
    if left:
        raise OperationError(
            f"The database is not empty: it holds {left[0]} and {len(left) - 1} more tables."
            " Restore into an empty one; a database that was migrated but never used is emptied"
            " by: community db downgrade base"
        )
    missing = guard.missing_roles(connection, _ROLES) + guard.missing_extensions(
        connection, _EXTENSIONS
    )
    if missing:
        raise OperationError(
            f"This database lacks {', '.join(missing)}. Set BOOTSTRAP_DATABASE_URL to a superuser's"
            " address, and the roles and extensions are made first."
        )
    major = guard.server_major(connection)
    if major < manifest.server_major:
        raise OperationError(
            f"The backup was made on PostgreSQL {manifest.server_major}; this server is {major}."
            " Restore on the same or a newer version."
        )


def _fill(
    connection: Connection,
    url: str,
    manifest: Manifest,
    copy_dump: Callable[[IO[bytes]], None],
    say: Say,
) -> None:
    """All tables in one transaction of pg_restore. Functions go to a role that may make none otherwise."""
    program = programs.find_program(
        "pg_restore", max(guard.server_major(connection), manifest.dump_major)
    )
    say(f"Restoring the backup of {manifest.made_at} by pg_restore {program.major} …")
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    connection.execute(text(f"GRANT CREATE ON SCHEMA public TO {schema.SEARCH}"))
    connection.commit()
    try:
        words = ["--schema=public", "--single-transaction", "--exit-on-error"]
        run_program(program.path, url, words, feed=copy_dump)
    finally:
        connection.execute(text(f"REVOKE CREATE ON SCHEMA public FROM {schema.SEARCH}"))
        connection.commit()


def _compare(connection: Connection, manifest: Manifest, say: Say) -> None:
    """Every table's rows against the manifest, and the guard against the rules."""
    found = contents.all_tables(connection)
    wrong = contents.differences(manifest.tables, found)
    if wrong:
        raise OperationError(
            "Do not use this database; it is not what was saved:\n" + "\n".join(wrong)
        )
    rows = sum(table.rows for table in found.values())
    say(f"{len(found)} tables with {rows} rows: counts and hashes are those of the backup.")
    open_tables = guard.unguarded_tables(connection)
    if open_tables:
        raise OperationError(
            f"Do not use this database; row-level security is off on: {', '.join(open_tables)}"
        )
    say("Row-level security is forced on every team's table.")


def _lower_positions(connection: Connection, say: Say) -> None:
    """Put the journal's old positions below this cluster's transaction numbers, in their order.

    Only so are new entries sealed after the old ones. No digest covers a position.
    """
    excess = connection.scalar(_TOO_HIGH)
    if excess is not None and excess > 0:
        by = {"by": excess}
        connection.execute(text("UPDATE journal_entries SET position = position - :by"), by)
        connection.execute(
            text(
                "UPDATE journal_seals SET first_position = first_position - :by, last_position = last_position - :by"
            ),
            by,
        )
        say(f"The journal's positions were lowered by {excess}, below this server's transactions.")
    schema.analyze_own(connection)
    connection.commit()


def _check_chains(url: str, manifest: Manifest, say: Say) -> None:
    """Walk each team's chain of seals up to the head that was saved."""
    db.configure(url, statement_timeout_ms=0)
    with db.transaction() as unit:
        teams = unit.session.scalars(text("SELECT id FROM teams ORDER BY id")).all()
    problems: list[str] = []
    for team_id in teams:
        problems += _problems(team_id, manifest)
    if problems:
        raise OperationError("Do not trust this journal:\n" + "\n".join(problems))
    say(f"The journal's chain holds in all {len(teams)} teams, up to the heads that were saved.")


def _problems(team_id: UUID, manifest: Manifest) -> list[str]:
    saved = manifest.chains.get(str(team_id))
    with db.transaction(team_id):
        found = journal.verify(team_id, Head(saved.seq, saved.digest) if saved else None)
    return [f"team {team_id}, seal {problem.seq}: {problem.what}" for problem in found]
