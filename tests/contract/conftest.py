"""The world that the contract is tried in: made once a worker."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from community.accounts.actions import counters, tokens
from community.accounts.queries import opening
from community.exchange.actions import batches
from community.web.session import CommunityFlask
from tests.conftest_servers import Servers
from tests.contract.world import World


@pytest.fixture(scope="session")
def admin(servers: Servers, worker_database: str) -> Iterator[Engine]:
    """The database without walls."""
    url = make_url(servers.postgres.superuser_dsn).set(database=worker_database)
    engine = create_engine(url, poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def world(app: CommunityFlask, admin: Engine) -> World:
    """A team of every role and a stranger, on the application of the test run."""
    return World(app, admin)


@pytest.fixture(scope="session")
def wild_world(app: CommunityFlask, admin: Engine) -> World:
    """Another one, for drawn requests: they leave it as nobody knows."""
    return World(app, admin)


@pytest.fixture(autouse=True)
def _no_limit_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """How much one may have open or try in an hour is tried elsewhere; here one does all there is."""
    monkeypatch.setattr(counters, "_REACH", timedelta(0))
    monkeypatch.setattr(opening, "FRESH", timedelta(days=1))
    monkeypatch.setattr(batches, "MOST_OPEN", 10_000)
    monkeypatch.setattr(tokens, "MOST_TOKENS", 10_000)
