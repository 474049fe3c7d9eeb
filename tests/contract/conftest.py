"""The world that the contract is tried in: made once a worker."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from community.web.session import CommunityFlask
from tests.conftest_servers import Servers
from tests.contract.world import World


@pytest.fixture(scope="session")
def world(app: CommunityFlask, servers: Servers, worker_database: str) -> Iterator[World]:
    """A team of every role and a stranger, on the application of the test run."""
    url = make_url(servers.postgres.superuser_dsn).set(database=worker_database)
    admin = create_engine(url, poolclass=NullPool)
    yield World(app, admin)
    admin.dispose()
