"""The database's own upkeep: roles, migrations, and whether models and tables agree."""

import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, util

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

import community
from community import core
from community.core import locks
from community.core.db import Base
from community.core.revisions import MIGRATIONS, newest_revision

OWNER = "community_owner"
APP = "community_app"
CLOCK = "community_clock"
SEARCH = "community_search"


def roles_sql(owner_password: str | None, app_password: str | None) -> list[str]:
    """The statements a superuser runs once per cluster; run again they change nothing but passwords.

    The application's role owns nothing and inherits nothing: it becomes the clock's role by
    SET ROLE alone. The owner may bypass row-level security, for migrations of data and backups.
    """
    statements = [
        _create(OWNER, "LOGIN BYPASSRLS"),
        _create(APP, "LOGIN NOINHERIT"),
        _create(CLOCK, "NOLOGIN"),
        _create(SEARCH, "NOLOGIN"),
        f"GRANT {CLOCK} TO {APP}",
        f"GRANT {SEARCH} TO {OWNER}",
    ]
    if owner_password:
        statements.append(f"ALTER ROLE {OWNER} PASSWORD '{_quoted(owner_password)}'")
    if app_password:
        statements.append(f"ALTER ROLE {APP} PASSWORD '{_quoted(app_password)}'")
    return statements


def database_sql() -> list[str]:
    """The statements a superuser runs once in the database itself."""
    return [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        "CREATE EXTENSION IF NOT EXISTS btree_gin",
        f"ALTER SCHEMA public OWNER TO {OWNER}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {APP}, {CLOCK}, {SEARCH}",
    ]


def _create(role: str, options: str) -> str:
    return (
        f"DO $$ BEGIN CREATE ROLE {role} {options};"
        f" EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )


def _quoted(value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise ValueError("a role's password must be printable ascii")
    return value.replace("'", "''")


def bootstrap(
    superuser_url: str, database: str, *, owner_password: str | None, app_password: str | None
) -> None:
    """Make roles, database and extensions where they are missing. Needs a superuser."""
    url = make_url(superuser_url)
    with _autocommit(str(url.render_as_string(hide_password=False))) as connection:
        # Two at once would change the same roles; the lock ends with the connection.
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": locks.BOOTSTRAP})
        for statement in roles_sql(owner_password, app_password):
            connection.execute(text(statement))
        found = connection.scalar(
            text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": database}
        )
        if not found:
            connection.execute(
                text(
                    f"CREATE DATABASE \"{database}\" OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0"
                )
            )
    inside = url.set(database=database).render_as_string(hide_password=False)
    with _autocommit(inside) as connection:
        for statement in database_sql():
            connection.execute(text(statement))


@contextmanager
def _autocommit(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


def _alembic(connection: Connection, metadata: MetaData | None = None) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option(
        "file_template",
        "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(rev)s_%%(slug)s",
    )
    config.attributes["connection"] = connection
    config.attributes["target_metadata"] = metadata
    return config


@contextmanager
def as_owner(url: str) -> Iterator[Connection]:
    """A connection as the owner role, outside the one transaction, alone with any migration."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": locks.MIGRATION})
        connection.commit()
        try:
            yield connection
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": locks.MIGRATION})
            connection.commit()


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up as the owner, one process at a time."""
    with as_owner(url) as connection:
        command.upgrade(_alembic(connection), revision)


def downgrade(url: str, revision: str = "-1") -> None:
    """Migrate down as the owner."""
    with as_owner(url) as connection:
        command.downgrade(_alembic(connection), revision)


def steps_down(url: str, revision: str) -> tuple[str | None, str | None, int]:
    """Where a way down begins and ends, and its steps; RevisionError when there is none.

    Nothing is changed. None stands for the base, before the first migration.
    """
    with as_owner(url) as connection:
        current = current_revision(connection)
    script = ScriptDirectory(str(MIGRATIONS))
    way = list(script.iterate_revisions(current, revision, select_for_downgrade=True))
    end = way[-1].down_revision if way else current
    return current, end if isinstance(end, str) else None, len(way)


def all_models() -> MetaData:
    """The metadata with every table of the core and of every feature, whoever asks."""
    for module in pkgutil.iter_modules(core.__path__, "community.core."):
        import_module(module.name)
    for package in pkgutil.iter_modules(community.__path__, "community."):
        if package.ispkg and util.find_spec(f"{package.name}.models") is not None:
            import_module(f"{package.name}.models")
    return Base.metadata


def differences(url: str, metadata: MetaData) -> list[str]:
    """What the tables and the models disagree about; empty when they agree."""
    with as_owner(url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [repr(difference) for difference in compare_metadata(context, metadata)]


def pending(connection: Connection) -> bool:
    """Whether the database is behind the newest migration (read as any role)."""
    return current_revision(connection) != newest_revision()


def knows(revision: str) -> bool:
    """Whether this version of the program has a migration of that name."""
    return revision in {
        script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    }


def current_revision(connection: Connection) -> str | None:
    """The revision the database is at; None before the first migration."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found) if found else None


def analyze(url: str) -> None:
    """Let the planner know what the tables hold by now, instead of within the minute."""
    with _autocommit(url) as connection:
        analyze_own(connection)


def analyze_own(connection: Connection) -> None:
    """Analyse our tables one by one: the catalogue's own are the superuser's to analyse."""
    for table in inspect(connection).get_table_names():
        connection.execute(text(f'ANALYZE "{table}"'))
