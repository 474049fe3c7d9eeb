"""One PostgreSQL, one Valkey and the three servers, each with the same gunicorn settings."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from bench.load import World, fill
from community.core import schema
from community.embedded.postgres import Postgres
from community.embedded.valkey import Valkey

ROOT = Path(__file__).parents[1]
PASSWORD = "bench-" + "b" * 20
APPS = {"ours": "wsgi:app", "floor": "bench.floor:app", "plain": "bench.plain:app"}


@dataclass(frozen=True)
class Server:
    """A running server and the process at the head of its tree."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def cpu(self) -> float:
        """CPU seconds of the whole tree so far."""
        return _tree_cpu(self.process.pid)

    def memory(self) -> float:
        """Proportional memory of the tree in MB."""
        head = psutil.Process(self.process.pid)
        tree = [head, *head.children(recursive=True)]
        return sum(p.memory_full_info().pss for p in tree) / 1e6


@dataclass(frozen=True)
class Farm:
    """Everything a run needs."""

    world: World
    servers: dict[str, Server]
    postmaster: int
    owner_url: str
    environment: dict[str, str]

    def database_cpu(self) -> float:
        """CPU seconds of PostgreSQL's processes so far."""
        return _tree_cpu(self.postmaster)


def _tree_cpu(pid: int) -> float:
    head = psutil.Process(pid)
    total = 0.0
    for process in [head, *head.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


@contextmanager
def farm(folder: Path, size: str, workers: int, apps: Mapping[str, str] = APPS) -> Iterator[Farm]:
    """Start the database, load the size, start the servers; stop all of it at the end."""
    postgres = Postgres(
        folder,
        settings={
            "shared_buffers": "512MB",
            "max_wal_size": "4GB",
            "shared_preload_libraries": "pg_stat_statements",
        },
    )
    valkey = Valkey(folder)
    postgres.prepare()
    valkey.prepare()
    postgres.start()
    valkey.start()
    running: list[Server] = []
    try:
        schema.bootstrap(
            postgres.superuser_dsn, "bench", owner_password=PASSWORD, app_password=PASSWORD
        )
        count_statements(postgres.superuser_dsn)
        owner = postgres.dsn(schema.OWNER, "bench", PASSWORD)
        schema.upgrade(owner)
        world = fill(owner, size)
        env = _environment(folder, postgres.dsn(schema.APP, "bench", PASSWORD), owner, valkey.url)
        running = [start(name, application, env, workers) for name, application in apps.items()]
        assert postgres.process is not None
        yield Farm(world, {s.name: s for s in running}, postgres.process.pid, owner, env)
    finally:
        for server in running:
            server.process.terminate()
        for server in running:
            server.process.wait(30)
        valkey.stop()
        postgres.stop()


def count_statements(superuser_url: str) -> None:
    """Let the owner read and reset PostgreSQL's own count of statements."""
    url = make_url(superuser_url).set(database="bench")
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_stat_statements"))
        connection.execute(text(f"GRANT pg_read_all_stats TO {schema.OWNER}"))
        reset = "GRANT EXECUTE ON FUNCTION pg_stat_statements_reset TO"
        connection.execute(text(f"{reset} {schema.OWNER}"))


def _environment(folder: Path, app: str, owner: str, queue: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": app,
        "FLOOR_DATABASE_URL": owner,
        "REDIS_URL": queue,
        "BASE_URL": "http://127.0.0.1:8000",
        "SECRET_KEYS": "b" * 40,
        "COMMUNITY_DATA": str(folder / "data"),
        "LOG_LEVEL": "error",
        "REQUESTS_PER_MINUTE": "0",
        "UNDO_SECONDS": "5",
    }


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(name: str, application: str, env: dict[str, str], workers: int) -> Server:
    """Start a server and wait until it answers."""
    port = free_port()
    options = [
        "-k",
        "gthread",
        "--threads",
        "4",
        "-w",
        str(workers),
        "--preload",
        "--no-control-socket",
        "--keep-alive",
        "30",
    ]
    argv = [sys.executable, "-m", "gunicorn", *options, "-b", f"127.0.0.1:{port}", application]
    process = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(
                f"http://127.0.0.1:{port}/api/v1/openapi.json", timeout=5
            ).close()
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.05)
            continue
        break
    return Server(name, port, process)
