"""A whole installation of real processes that a test may kill: durable PostgreSQL, Valkey, web,
workers and clock, with their mail going to a listener in the test.

Every process is tied to ours by the parent-death signal and ended at the end of the block.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import psycopg
from redis import Redis

from community.core import crypto, db, queue, schema
from community.embedded.postgres import SUPERUSER, Postgres
from community.embedded.process import Child, kill_session, spawn, stop
from community.embedded.valkey import Valkey
from community.identity.models import Actor
from community.reciprocity import actions as reciprocity
from tests.conftest_servers import reachable_folder
from tests.factories.accounts import make_session, make_token
from tests.smtp_listener import Listener, listening

FULL = os.environ.get("COMMUNITY_FAULTS") == "full"
ROOT = Path(__file__).resolve().parents[2]
DATABASE = "community"
PASSWORD = "for-tests-only-" + "x" * 16
KEYS = "k" * 40
PROGRAM = Path(sys.executable).with_name("community")
# Where nobody listens.
CLOSED_PORT = 1


def eventually(happened: Callable[[], object], what: str, seconds: float = 90.0) -> float:
    """Wait until it is so, or fail saying what did not happen; returns how long it took."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < seconds, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.1)
    return time.monotonic() - began


class Rig:
    """The installation. Start and kill from the main thread only."""

    def __init__(self, folder: Path, listener: Listener) -> None:
        self.folder = folder
        self.listener = listener
        self.port = _free_port()
        self.address = f"http://localhost:{self.port}"
        self.postgres = Postgres(folder, durability="full")
        self.valkey = Valkey(folder)
        self.processes: dict[str, tuple[subprocess.Popen[bytes], Child]] = {}
        self.kills: dict[str, int] = {}

    def __enter__(self) -> Self:
        try:
            self.postgres.start()
            self.valkey.start()
            superuser = self.postgres.superuser_dsn
            schema.bootstrap(superuser, DATABASE, owner_password=PASSWORD, app_password=PASSWORD)
            schema.upgrade(self.postgres.dsn(schema.OWNER, DATABASE, PASSWORD))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def start(self, name: str, **settings: str) -> None:
        """Run `web`, `clock`, or the worker of the queue `mail` or `work`; web when it answers."""
        words = {"web": ("web", "--port", str(self.port)), "clock": ("clock",)}
        argv = [str(PROGRAM), *words.get(name, ("worker", name))]
        child = Child(name, argv, {**self._env(), **settings}, cwd=self.folder)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = (spawn(child, log), child)
        if name == "web":
            eventually(self._answers, f"web answers; it said: {self.said('web')[-2000:]}")

    def stop(self, name: str) -> None:
        """End it as a deploy would."""
        stop(*self.processes.pop(name))

    def kill(self, name: str) -> None:
        """kill -9 of the process with all that it started; of PostgreSQL, of its postmaster."""
        self.kills[name] = self.kills.get(name, 0) + 1
        server = {"postgres": self.postgres, "valkey": self.valkey}.get(name)
        if server is None:
            process = self.processes.pop(name)[0]
            assert process.poll() is None, f"{name} had ended by itself: {self.said(name)[-2000:]}"
            kill_session(process)
        else:
            assert server.process is not None
            process = server.process
            process.send_signal(signal.SIGKILL)
            server.process = None
        process.wait()

    def flush_queue(self) -> None:
        """FLUSHALL: every ring is forgotten."""
        self.kills["FLUSHALL"] = self.kills.get("FLUSHALL", 0) + 1
        with Redis.from_url(self.valkey.url) as client:
            client.flushall()

    def said(self, name: str) -> str:
        """The log of one process."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def connect(self, *, autocommit: bool = True) -> psycopg.Connection:
        """A connection of the superuser, whom row-level security does not bind."""
        address = self.postgres.dsn(SUPERUSER, DATABASE, self.postgres.password)
        return psycopg.connect(address.replace("+psycopg", ""), autocommit=autocommit)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask, or change, the database as its superuser."""
        with self.connect() as connection:
            answer = connection.execute(statement, values)
            return answer.fetchall() if answer.description else []

    def value(self, statement: str, *values: Any) -> Any:
        """The first value of the first row."""
        return self.rows(statement, *values)[0][0]

    @contextmanager
    def core(self) -> Iterator[None]:
        """Point this process at the installation inside the block, for factories and checks."""
        engine, url = db._engine, queue._url
        db.configure(self.postgres.dsn(schema.APP, DATABASE, PASSWORD))
        queue.configure(self.valkey.url)
        crypto.configure([KEYS])
        try:
            yield
        finally:
            db.engine().dispose()
            if engine is not None:
                db.configure(engine.url.render_as_string(hide_password=False))
            if url is not None:
                queue.configure(url)

    def token(self, actor: Actor) -> str:
        """An API token of the actor."""
        with self.core():
            return make_token(actor)

    def cookie(self, actor: Actor) -> str:
        """A signed-in browser of the actor."""
        with self.core():
            return make_session(actor)

    def differences(self, actor: Actor) -> list[str]:
        """P9: where what is kept of the team's reciprocity differs from a replay of its ledger."""
        with self.core(), db.transaction(actor.team_id):
            return reciprocity.verify()

    def _env(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DATABASE_URL": self.postgres.dsn(schema.APP, DATABASE, PASSWORD),
            "REDIS_URL": self.valkey.url,
            "BASE_URL": self.address,
            "SECRET_KEYS": KEYS,
            "COMMUNITY_DATA": str(self.folder),
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.listener.port),
            "SMTP_TLS": "none",
            "MAIL_FROM": "notify@community.test",
            "UNDO_SECONDS": "0",
        }

    def _answers(self) -> bool:
        assert self.processes["web"][0].poll() is None, self.said("web")[-2000:]
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _end(self) -> None:
        for process, _ in self.processes.values():
            with suppress(ProcessLookupError):
                kill_session(process)
            process.wait()
        self.processes.clear()
        self.valkey.stop()
        self.postgres.stop()


@contextmanager
def installation() -> Iterator[Rig]:
    """A new installation with an empty database; web, workers and clock are not started yet."""
    with reachable_folder() as folder, listening() as listener, Rig(folder, listener) as rig:
        yield rig


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
