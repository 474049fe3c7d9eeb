"""The same schema tests on the run's server and on the system's, where there is one."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from community.core import schema
from community.embedded.binaries import find_postgres
from community.embedded.postgres import Postgres
from tests.conftest import PASSWORD
from tests.conftest_servers import Servers, reachable_folder

RUN, SYSTEM = "run", "system"


@pytest.fixture(scope="session")
def system_server() -> Iterator[str]:
    """The superuser's address on a server of the system's own packages."""
    found = find_postgres("system")
    if found is None:
        pytest.skip(
            "no system PostgreSQL is installed (apt-get install postgresql); only the run's was tested"
        )
    with reachable_folder() as folder:
        server = Postgres(folder, durability="off", source="system", major=found.version)
        server.start()
        yield server.superuser_dsn
        server.stop()


@pytest.fixture(scope="session", params=[RUN, SYSTEM])
def server(request: pytest.FixtureRequest, servers: Servers) -> str:
    """The superuser's address on each of the servers in turn."""
    if request.param == SYSTEM:
        address: str = request.getfixturevalue("system_server")
        return address
    return servers.postgres.superuser_dsn


@pytest.fixture
def owner_url(server: str) -> Iterator[str]:
    """The owner's address of a bootstrapped database without tables."""
    name = f"schema_{uuid.uuid4().hex[:12]}"
    yield _bootstrapped(server, name)
    _drop(server, name)


@pytest.fixture(scope="session")
def migrated_url(server: str) -> Iterator[str]:
    """The owner's address of a database at the newest revision, shared by tests that only read."""
    name = f"catalogue_{uuid.uuid4().hex[:12]}"
    url = _bootstrapped(server, name)
    schema.upgrade(url)
    yield url
    _drop(server, name)


@pytest.fixture
def catalogue(server: str, migrated_url: str) -> Iterator[Connection]:
    """A superuser's connection to the migrated database; whatever it changes is rolled back."""
    address = make_url(server).set(database=make_url(migrated_url).database)
    engine = create_engine(address, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
        connection.rollback()


def _bootstrapped(server: str, name: str) -> str:
    schema.bootstrap(server, name, owner_password=PASSWORD, app_password=PASSWORD)
    url = make_url(server).set(username=schema.OWNER, password=PASSWORD, database=name)
    return url.render_as_string(hide_password=False)


def _drop(server: str, name: str) -> None:
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
