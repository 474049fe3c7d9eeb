"""A whole installation of real processes that a test may kill: durable PostgreSQL, Valkey, web,
workers and clock, with their mail going to a listener in the test.

Every process is tied to ours by the parent-death signal and ended at the end of the block.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg

from community.core import crypto, db, queue, schema
from community.embedded.postgres import SUPERUSER, Postgres
from community.embedded.process import Child, kill_session, spawn, stop
from community.embedded.valkey import Valkey
from community.identity.models import Actor
from tests.conftest_servers import reachable_folder
from tests.factories.accounts import make_session, make_token
from tests.smtp_listener import Listener, listening

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "community"
PASSWORD = "for-tests-only-" + "x" * 16
KEYS = "k" * 40
PROGRAM = Path(sys.executable).with_name("community")
# Two web servers are what a rolling restart takes.
WEB = ("web", "web-2")
WEB_WORKERS = 2


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
        self.ports = {name: _free_port() for name in WEB}
        self.address = f"http://localhost:{self.ports['web']}"
        self.postgres = Postgres(folder, durability="full")
        self.valkey = Valkey(folder)
        self.processes: dict[str, tuple[subprocess.Popen[bytes], Child]] = {}
        self.began: dict[str, int] = {}
        self.kills: Counter[str] = Counter()

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

    def run(self, *names: str) -> None:
        """Exactly these processes from now on: web, web-2, clock, or a worker by its queue."""
        for name in self.processes.keys() - set(names):
            self.stop(name)
        missing = [name for name in names if name not in self.processes]
        for name in missing:
            self._launch(name)
        for name in missing:
            self._wait_until_it_answers(name)

    def start(self, name: str) -> None:
        """Run one of them; a web server answers when this returns."""
        self._launch(name)
        self._wait_until_it_answers(name)

    def stop(self, name: str) -> None:
        """End it as a deploy would; it must leave by itself and in order."""
        eventually(lambda: self._is_up(name), f"{name} has started")
        process, child = self.processes.pop(name)
        assert stop(process, child) == 0, f"{name} ended with {process.returncode}"

    def kill(self, name: str) -> None:
        """kill -9 of the process with all that it started; of PostgreSQL, of its postmaster."""
        self.kills[name] += 1
        servers: dict[str, Postgres | Valkey] = {"postgres": self.postgres, "valkey": self.valkey}
        server = servers.get(name)
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

    def kill_web_worker(self) -> None:
        """kill -9 of one process that answers requests; its master and the others live."""
        self.kills["web worker"] += 1
        before = self.web_workers()
        os.kill(random.choice(before), signal.SIGKILL)
        eventually(
            lambda: len(now := self.web_workers()) == WEB_WORKERS and now != before,
            "the master has as many workers as before",
        )

    def web_workers(self) -> list[int]:
        """The processes under web that live and answer requests."""
        found = []
        for each in psutil.Process(self.processes["web"][0].pid).children():
            with suppress(psutil.NoSuchProcess):
                if each.status() != psutil.STATUS_ZOMBIE:
                    found.append(each.pid)
        return sorted(found)

    def replace_web_workers(self) -> None:
        """HUP: web replaces its workers, as it does with each after some thousands of requests."""
        before = set(self.web_workers())
        self.processes["web"][0].send_signal(signal.SIGHUP)
        eventually(
            lambda: len(now := self.web_workers()) == WEB_WORKERS and not before & set(now),
            "every worker is a new one",
        )

    @contextmanager
    def frozen(self, *names: str) -> Iterator[None]:
        """These processes stand still inside the block."""
        groups = [self.processes[name][0].pid for name in names]
        for group in groups:
            os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            for group in groups:
                os.killpg(group, signal.SIGCONT)

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

    def environment(self) -> dict[str, str]:
        """The settings every process runs with."""
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "PYTHONPATH": str(ROOT),
            # Compiled once for all starts, and beside the sources nothing is left.
            "PYTHONPYCACHEPREFIX": str(self.folder / "compiled"),
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
            "REQUESTS_PER_MINUTE": "1000000",
        }

    def _launch(self, name: str) -> None:
        words = {"clock": ["clock"]}
        for web, port in self.ports.items():
            words[web] = ["web", "--port", str(port), "--workers", str(WEB_WORKERS)]
        argv = [str(PROGRAM), *words.get(name, ["worker", name])]
        child = Child(name, argv, self.environment(), cwd=self.folder, stop_seconds=30.0)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.began[name] = log.tell()
            self.processes[name] = (spawn(child, log), child)

    def _wait_until_it_answers(self, name: str) -> None:
        if name in WEB:
            eventually(lambda: self._is_up(name), f"{name} answers; it said: {self.said(name)}")

    def _is_up(self, name: str) -> bool:
        """Web answers; the others have said that they began."""
        assert self.processes[name][0].poll() is None, self.said(name)[-2000:]
        if name not in WEB:
            said = (self.folder / f"{name}.log").read_bytes()[self.began[name] :]
            return b".started" in said
        try:
            address = f"http://localhost:{self.ports[name]}/healthz"
            with urllib.request.urlopen(address, timeout=2) as answer:
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
