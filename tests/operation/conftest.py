"""The `community` command as operators run it: a process of its own with an environment of its own."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from community.core import schema
from tests.conftest import PASSWORD, clone, database_url
from tests.conftest_servers import Servers, run_folder
from tests.migrations.conftest import system_server

__all__ = ["system_server"]

ROOT = Path(__file__).parents[2]


def run(
    *words: str, env: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """`community words…` with nothing of our own environment but what it takes to start Python."""
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ
    }
    # Compiled once a run: most of what a command takes is reading its own program.
    compiled = str(run_folder() / "compiled")
    return subprocess.run(
        [str(Path(sys.executable).with_name("community")), *words],
        env={**kept, "COMMUNITY_DATA": "/nowhere", "PYTHONPYCACHEPREFIX": compiled, **(env or {})},
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=90,
    )


@pytest.fixture
def empty_place(servers: Servers) -> Iterator[str]:
    """The name of a database that does not exist yet, dropped afterwards."""
    name = f"place_{uuid.uuid4().hex[:12]}"
    yield name
    engine = create_engine(
        servers.postgres.superuser_dsn, poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture
def place(servers: Servers, template_database: str) -> Iterator[str]:
    """A migrated database without a row, of this test alone."""
    with clone(servers, template_database, f"place_{uuid.uuid4().hex[:12]}") as name:
        yield name


def settings(servers: Servers, name: str, data: Path) -> dict[str, str]:
    """A whole configuration over the run's servers for one database."""
    return {
        "DATABASE_URL": database_url(servers, schema.APP, name),
        "MIGRATION_DATABASE_URL": database_url(servers, schema.OWNER, name),
        "REDIS_URL": servers.valkey.url,
        "BASE_URL": "http://localhost:8000",
        "SECRET_KEYS": "k" * 40,
        "COMMUNITY_DATA": str(data),
        "COMMUNITY_PG_BIN": servers.postgres.programs,
    }


def bootstrapping(servers: Servers) -> dict[str, str]:
    """What `db upgrade` and `restore` need to make the roles and the database first."""
    return {
        "BOOTSTRAP_DATABASE_URL": servers.postgres.superuser_dsn,
        "COMMUNITY_OWNER_PASSWORD": PASSWORD,
        "COMMUNITY_APP_PASSWORD": PASSWORD,
    }
