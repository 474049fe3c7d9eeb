"""The sample team, made once a run by the command itself; each module reads a copy of its own."""

import fcntl
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from community.core import db, schema
from community.demo import queries
from community.identity.models import Actor
from community.identity.queries import find_actor, find_user_by_email
from community.reciprocity import actions as reciprocity
from tests.conftest import clone, copy_database, database_url
from tests.conftest_servers import Servers, run_folder
from tests.operation.conftest import run, settings

SAMPLE = "community_sample"


@pytest.fixture(scope="session")
def sample_template(servers: Servers, template_database: str) -> str:
    """The name of a database in which `community demo` was run once."""
    folder = run_folder()
    with (folder / "sample.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "sample.done").exists():
            copy_database(servers, template_database, SAMPLE)
            made = run("demo", env=settings(servers, SAMPLE, Path("/nowhere")))
            assert made.returncode == 0, made.stderr
            (folder / "sample.done").write_text(made.stdout)
    return SAMPLE


@pytest.fixture(scope="module")
def sample_database(
    servers: Servers,
    sample_template: str,
    configured: None,
    worker_database: str,
) -> Iterator[str]:
    """A copy of the sample team's database; the core points at it meanwhile."""
    with clone(servers, sample_template, f"sample_{uuid.uuid4().hex[:12]}") as name:
        db.configure(database_url(servers, schema.APP, name))
        yield name
        db.configure(database_url(servers, schema.APP, worker_database))


@pytest.fixture(scope="module")
def noor(sample_database: str) -> Actor:
    """The owner of the sample team."""
    return member("noor.haddad@sample.example.org")


def member(address: str) -> Actor:
    """Who signs in to the sample team with this address."""
    with db.transaction():
        team, user = queries.find_sample_team(), find_user_by_email(address)
    assert team is not None
    assert user is not None
    with db.transaction(team.id, user.id):
        actor = find_actor(team.id, user.id)
    assert actor is not None
    return actor


def differences() -> list[str]:
    """Where kept sums and states are not a replay's, in the open transaction's team."""
    return reciprocity.verify()
