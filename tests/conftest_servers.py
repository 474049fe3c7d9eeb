"""One PostgreSQL and one Valkey for a whole test run, shared by every parallel worker.

The first to ask starts a keeper process; everyone who uses the servers holds a shared lock on
one file. When the keeper can take that lock alone nobody is left, and it stops them. Locks go
with their process, so a killed run leaves nothing behind.

Choose the server with COMMUNITY_TEST_POSTGRES=wheel (default) or =system.
"""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import pytest

from community.embedded.binaries import Source
from community.embedded.postgres import Postgres
from community.embedded.valkey import Valkey

START_SECONDS = 90.0
# Kept for the life of this process: closing it would tell the keeper that we are done.
_held: dict[Path, IO[str]] = {}


@dataclass(frozen=True)
class PostgresServer:
    """Where the superuser finds the run's PostgreSQL, and the programs that fit it."""

    superuser_dsn: str
    version: int
    programs: str


@dataclass(frozen=True)
class ValkeyServer:
    """Where the run's Valkey is; tests that flush it take a database number of their own."""

    url: str


@dataclass(frozen=True)
class Servers:
    """Both servers of the run."""

    postgres: PostgresServer
    valkey: ValkeyServer


@pytest.fixture(scope="session")
def servers() -> Servers:
    """The run's servers, started at the first need."""
    return embedded_servers()


def embedded_postgres() -> PostgresServer:
    """The run's PostgreSQL; durability is off, so it is no place for crash tests."""
    return embedded_servers().postgres


def embedded_valkey() -> ValkeyServer:
    """The run's Valkey."""
    return embedded_servers().valkey


def embedded_servers() -> Servers:
    """Join the run's servers, or start them; they stop when the last process of the run ends."""
    folder = run_folder()
    with _locked(folder / "start"):
        _hold(folder)
        if not (folder / "addresses.json").exists():
            _start_keeper(folder)
    found = json.loads((folder / "addresses.json").read_text())
    return Servers(PostgresServer(**found["postgres"]), ValkeyServer(**found["valkey"]))


def run_folder() -> Path:
    """One folder a test run, the same for all its workers, short enough for a socket."""
    own = os.environ.setdefault("COMMUNITY_TEST_RUN", uuid.uuid4().hex)
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", own)
    folder = Path(tempfile.gettempdir()) / f"community-tests-{os.geteuid()}-{run[:12]}"
    # The servers' user passes through when we are root; the servers' own folder is 0700.
    folder.mkdir(mode=0o711, exist_ok=True)
    return folder


@contextlib.contextmanager
def reachable_folder() -> Iterator[Path]:
    """A folder for a server of one's own: pytest's are 0700, which the servers' user cannot pass."""
    folder = Path(tempfile.mkdtemp(prefix="community-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _hold(folder: Path) -> None:
    if folder not in _held:
        users = (folder / "users").open("w")
        fcntl.flock(users, fcntl.LOCK_SH)
        _held[folder] = users


def _start_keeper(folder: Path) -> None:
    with (folder / "keeper.log").open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.conftest_servers", str(folder)],
            cwd=Path(__file__).resolve().parents[1],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while not (folder / "addresses.json").exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            said = (folder / "keeper.log").read_text()
            raise RuntimeError(f"The test servers did not start:\n{said}")
        time.sleep(0.02)
    # It outlives us on purpose; without this Python would warn of a child that still runs.
    keeper.returncode = 0


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def keep(folder: Path) -> None:
    """Run both servers until nobody holds the folder's lock, then remove the folder."""
    source = cast(Source, os.environ.get("COMMUNITY_TEST_POSTGRES", "wheel"))
    settings = {"max_connections": "300", "log_min_messages": "fatal"}
    postgres = Postgres(folder, durability="off", source=source, settings=settings)
    valkey = Valkey(folder)
    postgres.start()
    valkey.start()
    addresses = {
        "postgres": {
            "superuser_dsn": postgres.superuser_dsn,
            "version": postgres.binaries.version,
            "programs": str(postgres.binaries.folder),
        },
        "valkey": {"url": valkey.url},
    }
    fresh = folder / "addresses.new"
    fresh.write_text(json.dumps(addresses))
    fresh.chmod(0o600)
    fresh.rename(folder / "addresses.json")
    _wait_until_unused(folder)
    valkey.stop()
    postgres.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _wait_until_unused(folder: Path) -> None:
    """Return holding the lock alone, with the addresses withdrawn."""
    users = (folder / "users").open("w")
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            (folder / "addresses.json").unlink()
            _held[folder] = users
            return
        time.sleep(0.2)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
