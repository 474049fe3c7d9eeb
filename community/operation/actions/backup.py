"""The whole installation into one file: pg_dump, and the figures to prove a restore by."""

import subprocess
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import IO, Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from community.core import clock, schema
from community.operation.errors import OperationError
from community.operation.formats import archive
from community.operation.formats.archive import Manifest
from community.operation.queries import contents, guard, programs

_BLOCK = 1024 * 1024
_ONE_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def back_up(url: str, out: Path, say: Callable[[str], object]) -> Manifest:
    """Write everything the database holds to a new file, as of one moment.

    pg_dump shares our snapshot, so the figures in the manifest are those of the dump. Work
    goes on meanwhile; migrations wait.
    """
    with schema.as_owner(url) as connection:
        connection.execute(_ONE_SNAPSHOT)
        refuse_wrong_role(connection)
        revision = schema.current_revision(connection)
        if revision is None:
            raise OperationError("The database has no tables yet; there is nothing to back up.")

        def dump(stream: IO[bytes]) -> Manifest:
            major = guard.server_major(connection)
            program = programs.find_program("pg_dump", major)
            say(f"Dumping PostgreSQL {major} by pg_dump {program.major} …")
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            words = ["--format=custom", "--schema=public", f"--snapshot={snapshot}"]
            run_program(program.path, url, words, stdout=stream)
            say("Counting and hashing every table …")
            return Manifest(
                made_at=clock.local_clock().isoformat(timespec="seconds"),
                program_version=metadata.version("community"),
                revision=revision,
                server_major=major,
                dump_major=program.major,
                tables=contents.all_tables(connection),
                chains=contents.chain_heads(connection),
            )

        return archive.write(out, dump)


def refuse_wrong_role(connection: Connection) -> None:
    """Only a role that sees every team's rows can save or bring back all of them."""
    role = guard.own_role(connection)
    if not (role.rolbypassrls or role.rolsuper):
        raise OperationError(
            f"The role {role.rolname} sees one team at a time. MIGRATION_DATABASE_URL must name"
            f" {schema.OWNER}, which may bypass row-level security."
        )


def conninfo(url: str) -> tuple[str, str]:
    """The address as PostgreSQL's programs take it, and the password apart."""
    parts = make_url(url)
    options: dict[str, Any] = parts.translate_connect_args(username="user", database="dbname")
    for name, value in parts.query.items():
        options[name] = value if isinstance(value, str) else ",".join(value)
    password = str(options.pop("password", ""))
    return make_conninfo(**options), password


def run_program(
    program: Path,
    url: str,
    words: list[str],
    *,
    stdout: IO[bytes] | None = None,
    feed: Callable[[IO[bytes]], None] | None = None,
) -> None:
    """Run one of PostgreSQL's programs on this database, copying its output or feeding its input.

    The password passes through the environment, where other users cannot read it.
    """
    where, password = conninfo(url)
    argv = [str(program), f"--dbname={where}", "--no-password", *words]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.PIPE if stdout else subprocess.DEVNULL,
            stderr=errors,
            env={"PATH": "/usr/bin:/bin", "PGPASSWORD": password, "LC_ALL": "C.UTF-8"},
        )
        with process:
            try:
                _pump(process, stdout, feed)
            except BaseException:
                process.kill()
                raise
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()[-4:]
            raise OperationError(f"{program.name} failed: " + "\n".join(said))


def _pump(
    process: "subprocess.Popen[bytes]",
    stdout: IO[bytes] | None,
    feed: Callable[[IO[bytes]], None] | None,
) -> None:
    if stdout is not None and process.stdout is not None:
        while block := process.stdout.read(_BLOCK):
            stdout.write(block)
    if feed is not None and process.stdin is not None:
        try:
            feed(process.stdin)
            process.stdin.close()
        except BrokenPipeError:
            # The program ended first; its own words say why.
            process.wait()
