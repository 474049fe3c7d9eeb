"""The database: reachable, the right role, guarded, migrated, and its processes alive."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from community.core import clock, queue, schema
from community.core.revisions import newest_revision
from community.operation.queries import guard
from community.operation.queries.checks.finding import Finding, look, ok, wrong
from config import Config

Step = Callable[[Connection], Iterable[Finding]]
OLDEST_MAJOR = 15
SKEW_SECONDS = 5
SILENT_SECONDS = 120
_SERVER = text(
    "SELECT current_setting('server_version') AS version, current_setting('server_encoding') AS encoding"
)
_AGES = text(
    "SELECT name, extract(epoch FROM clock_timestamp() - beat_at)::float AS age FROM heartbeats"
)
_WAITING = text(
    "SELECT count(*) AS rows, coalesce(extract(epoch FROM clock_timestamp() - min(next_at)), 0)::float AS age"
    " FROM outbox WHERE next_at < clock_timestamp() - interval '5 minutes'"
)


def check_database(config: Config) -> list[Finding]:
    """Look through the application's own address."""
    findings: list[Finding] = []
    try:
        with _connected(config.database_url) as connection:
            for what, step in _STEPS.items():
                findings += _taken(connection, what, step)
                if findings[-1].what == "migrations" and findings[-1].state == "wrong":
                    break
    except OperationalError as error:
        findings.append(
            wrong("database", _words(error), "Start PostgreSQL, or correct DATABASE_URL.")
        )
    return findings


def _taken(connection: Connection, what: str, step: Step) -> list[Finding]:
    """What a step finds; a refusal of the database is a finding too."""
    try:
        return list(step(connection))
    except OperationalError:
        raise
    except DBAPIError as error:
        return [
            wrong(
                what,
                _words(error),
                "Run community db upgrade; it grants the application its rights.",
            )
        ]
    finally:
        connection.rollback()


def check_owner(config: Config) -> list[Finding]:
    """Look through the owner's address, which only migrations and backups need."""
    if config.migration_database_url is None:
        return [
            look(
                "owner role",
                "MIGRATION_DATABASE_URL is not set",
                f"Migrations and backups need it: the address of {schema.OWNER}. Web and workers do not.",
            )
        ]
    try:
        with _connected(config.migration_database_url) as connection:
            role = guard.own_role(connection)
    except DBAPIError as error:
        return [wrong("owner role", _words(error), "Correct MIGRATION_DATABASE_URL.")]
    if not (role.rolbypassrls or role.rolsuper):
        return [
            wrong(
                "owner role",
                f"{role.rolname} sees one team at a time",
                f"Name {schema.OWNER} in MIGRATION_DATABASE_URL; backups need BYPASSRLS.",
            )
        ]
    return [ok("owner role", f"{role.rolname} can migrate and back up")]


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    with engine.connect() as connection:
        yield connection


def _words(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]


def _server(connection: Connection) -> Iterator[Finding]:
    server = connection.execute(_SERVER).one()
    if guard.server_major(connection) < OLDEST_MAJOR:
        yield wrong(
            "database", f"PostgreSQL {server.version}", f"Use version {OLDEST_MAJOR} or newer."
        )
    elif server.encoding != "UTF8":
        yield wrong(
            "database", f"encoding {server.encoding}", "Make the database with ENCODING 'UTF8'."
        )
    else:
        yield ok("database", f"PostgreSQL {server.version} answers")


def _role(connection: Connection) -> Iterator[Finding]:
    role = guard.own_role(connection)
    powers = [
        name
        for name in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb")
        if getattr(role, name)
    ]
    powers += ["rolinherit"] if role.rolinherit else []
    powers += [f"owner of {role.owned} tables"] if role.owned else []
    if powers:
        yield wrong(
            "database role",
            f"{role.rolname} has more power than the application may have: {', '.join(powers)}",
            f"Name {schema.APP} in DATABASE_URL; only then is each team held to its own rows.",
        )
    else:
        yield ok("database role", f"{role.rolname} owns nothing and cannot pass the guard")


def _skew(connection: Connection) -> Iterator[Finding]:
    theirs = connection.scalar(text("SELECT clock_timestamp()"))
    skew = abs((clock.local_clock() - theirs).total_seconds()) if theirs else 0.0
    if skew > SKEW_SECONDS:
        yield look(
            "time",
            f"this machine and the database differ by {skew:.0f} s",
            "Let NTP set both clocks.",
        )
    else:
        yield ok("time", "this machine and the database agree")


def _migrations(connection: Connection) -> Iterator[Finding]:
    current = schema.current_revision(connection)
    if schema.pending(connection):
        yield wrong(
            "migrations",
            f"the database is at {current}, the program at {newest_revision()}",
            "Run: community db upgrade",
        )
    else:
        yield ok("migrations", f"at the newest revision, {current}")


def _guard(connection: Connection) -> Iterator[Finding]:
    unguarded = guard.unguarded_tables(connection)
    if unguarded:
        yield wrong(
            "row-level security",
            f"off or not forced on: {', '.join(unguarded)}",
            "Restore it from the migrations (community db check), and look who changed the tables.",
        )
    else:
        yield ok("row-level security", "forced on every team's table")


def _processes(connection: Connection) -> Iterator[Finding]:
    ages = {row.name: row.age for row in connection.execute(_AGES)}
    wanted = {"clock": "community clock"} | {
        f"worker:{name}": f"community worker {name}" for name in queue.QUEUES
    }
    for name, command in wanted.items():
        age = ages.get(name)
        if age is None or age > SILENT_SECONDS:
            said = "never seen" if age is None else f"last seen {age:.0f} s ago"
            yield wrong(name, said, f"Start it: {command}")
        else:
            yield ok(name, f"alive {age:.0f} s ago")


def _waiting(connection: Connection) -> Iterator[Finding]:
    connection.execute(text(f"SET LOCAL ROLE {schema.CLOCK}"))
    waiting = connection.execute(_WAITING).one()
    if waiting.rows:
        yield wrong(
            "owed work",
            f"{waiting.rows} pieces wait, the oldest for {waiting.age / 60:.0f} minutes",
            "See that clock and workers run and what their logs say.",
        )
    else:
        yield ok("owed work", "nothing is overdue")


_STEPS: dict[str, Step] = {
    "database": _server,
    "database role": _role,
    "time": _skew,
    "migrations": _migrations,
    "row-level security": _guard,
    "processes": _processes,
    "owed work": _waiting,
}
