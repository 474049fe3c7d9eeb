"""Every test runs on the real servers: one template database a run, one clone a worker.

Tests do not clean up after themselves: each makes a team of its own, and row-level security
keeps the teams apart. What must see the whole database asks for `fresh_database`.
"""

import fcntl
import gc
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from community.app import create_app
from community.core import crypto, db, mail, queue, schema
from community.identity.models import Actor
from community.ledger import actions as ledger_actions
from community.people import actions as people_actions
from community.reciprocity import actions as reciprocity_actions
from community.records import actions as records_actions
from community.web import security
from community.web.session import CommunityFlask
from config import Config
from tests.conftest_browser import chrome  # noqa: F401
from tests.conftest_servers import Servers, run_folder, servers  # noqa: F401
from tests.factories import identity
from tests.web_client import BASE_URL

# What a run keeps (its thousands of tests, the application) is never garbage; looking through it
# again and again took a quarter of the time.
GARBAGE_AFTER = (100_000, 50, 100)

PASSWORD = "for-tests-only-" + "x" * 16
TEMPLATE = "community_template"


def pytest_collection_finish() -> None:
    """Leave what is there out of every later search for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_AFTER)


def _admin(servers: Servers, statement: str) -> None:
    engine = create_engine(
        servers.postgres.superuser_dsn, poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(statement))


def database_url(servers: Servers, role: str, name: str) -> str:
    """The address of a database of the run for one of the roles."""
    url = make_url(servers.postgres.superuser_dsn)
    return url.set(username=role, password=PASSWORD, database=name).render_as_string(
        hide_password=False
    )


@pytest.fixture(scope="session")
def template_database(servers: Servers) -> str:
    """The name of the template, built by the migrations once a run."""
    folder = run_folder()
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "template.done").exists():
            schema.bootstrap(
                servers.postgres.superuser_dsn,
                TEMPLATE,
                owner_password=PASSWORD,
                app_password=PASSWORD,
            )
            schema.upgrade(database_url(servers, schema.OWNER, TEMPLATE))
            (folder / "template.done").touch()
    return TEMPLATE


def copy_database(servers: Servers, template: str, name: str) -> None:
    """Make a copy of a database; one at a time, since a template may have no other user."""
    with (run_folder() / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _admin(servers, f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {schema.OWNER}')


@contextmanager
def clone(servers: Servers, template: str, name: str) -> Iterator[str]:
    """A copy of a database, dropped at the end."""
    copy_database(servers, template, name)
    yield name
    _admin(servers, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def worker_database(servers: Servers, template_database: str) -> Iterator[str]:
    """The database of this test worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    with clone(servers, template_database, f"test_{worker}") as name:
        yield name


@pytest.fixture(scope="session")
def configured(
    servers: Servers,
    worker_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """The core, pointed at this worker's database and the run's queue."""
    db.configure(database_url(servers, schema.APP, worker_database))
    queue.configure(servers.valkey.url)
    crypto.configure(["k" * 40])
    ledger_actions.register(reciprocity_actions.keep)
    people_actions.register_narrowed(records_actions.part_private)
    mail.configure(mail_settings(tmp_path_factory.mktemp("mailbox")))
    yield
    db.engine().dispose()


def mail_settings(mailbox: Path) -> mail.Settings:
    """Mail laid into a folder instead of sent."""
    return mail.Settings(
        host=None,
        port=587,
        user=None,
        password=None,
        tls="none",
        sender="notify@community.test",
        base_url="http://localhost:8000",
        mailbox=mailbox,
    )


@pytest.fixture
def fresh_database(
    servers: Servers,
    template_database: str,
    configured: None,
    worker_database: str,
) -> Iterator[str]:
    """A database nobody else has written to; the core points at it during the test."""
    with clone(servers, template_database, f"fresh_{uuid.uuid4().hex[:12]}") as name:
        db.configure(database_url(servers, schema.APP, name))
        yield name
        db.configure(database_url(servers, schema.APP, worker_database))


@pytest.fixture
def owner(configured: None) -> Actor:
    """The owner of a new team."""
    return identity.make_team()


@pytest.fixture
def member(owner: Actor) -> Actor:
    """A second person in the owner's team."""
    return identity.make_member(owner)


@pytest.fixture
def stranger(configured: None) -> Actor:
    """The owner of another team."""
    return identity.make_team()


class Statements(list[str]):
    """The SQL sent while counting, without the savepoints of a form."""

    def __str__(self) -> str:
        return "\n".join(f"{n}. {' '.join(sql.split())[:240]}" for n, sql in enumerate(self, 1))


@contextmanager
def counting() -> Iterator[Statements]:
    """Collect every statement the application sends inside the block."""
    sent = Statements()

    def note(connection: object, cursor: object, sql: str, *rest: object) -> None:
        if not sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO")):
            sent.append(sql)

    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)


@pytest.fixture(scope="session")
def app(
    servers: Servers,
    worker_database: str,
    configured: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> CommunityFlask:
    """The application on this worker's database; it may not raise out of a view unseen."""
    config = Config.from_env(
        {
            "DATABASE_URL": database_url(servers, schema.APP, worker_database),
            "REDIS_URL": servers.valkey.url,
            "BASE_URL": BASE_URL,
            "SECRET_KEYS": "k" * 40,
            "COMMUNITY_DATA": str(tmp_path_factory.mktemp("data")),
        }
    )
    made = create_app(config)
    security.limiter.enabled = False
    return made
