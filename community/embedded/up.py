"""Everything on one machine: database, queue, web, workers and clock, from one command."""

import fcntl
import os
import re
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from community.embedded.errors import EmbeddedError
from community.embedded.place import kept_secret
from community.embedded.postgres import RECOVERY_SECONDS, Postgres
from community.embedded.process import Child, die_with_parent
from community.embedded.supervisor import Supervisor
from community.embedded.valkey import Valkey
from config import keep_settings

DATABASE = "community"
OWNER_ROLE = "community_owner"
APP_ROLE = "community_app"
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what --host may say
LOOPBACK = ("127.0.0.1", "localhost", "::1")
APPLICATION = (
    ("web", ("web",)),
    ("mail", ("worker", "mail")),
    ("work", ("worker", "work")),
    ("clock", ("clock",)),
)
PROGRAM = Path(sys.executable).with_name("community")
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    data: Path
    host: str = "127.0.0.1"
    port: int | None = None
    demo: bool = True
    insecure_lan: bool = False
    restore: Path | None = None


def run_up(options: Options, say: Callable[[str], object] | None = None) -> None:
    """Start everything, print where it is, and stay until Ctrl-C or SIGTERM."""
    if os.environ.get("MAKELEVEL"):
        die_with_parent()  # `make run`: who kills make -9 means us
    options.data.mkdir(mode=0o711, parents=True, exist_ok=True)
    say = say or _say
    with _alone(options.data), Supervisor() as supervisor:
        port = _kept_port(options, say)
        env = {**os.environ, **_own_settings(options, port, os.environ)}
        say("Starting the database and the queue …")
        bootstrap = _start_servers(supervisor, options, env)
        keep_settings(options.data, env)
        if options.restore:
            _command(supervisor, env | bootstrap, "restore", str(options.restore))
        _command(supervisor, env | bootstrap, "db", "upgrade")
        asked = options.data / "demo-asked"
        if options.demo and not options.restore and not asked.exists():
            _command(supervisor, env, "demo", "--if-new")
            asked.touch()
        say("Starting web, workers and clock …")
        for name, words in APPLICATION:
            more = ("--host", options.host, "--port", str(port)) if name == "web" else ()
            supervisor.start(
                _application(name, (*words, *more), env, _when_ready(name, options, port))
            )
        _announce(supervisor, options, env, say)
        supervisor.run()


def _say(text: str) -> None:
    """At once, also into a file or a pipe."""
    print(text, flush=True)


def _start_servers(supervisor: Supervisor, options: Options, env: dict[str, str]) -> dict[str, str]:
    """Fill in the addresses; what only the first command may know is returned."""
    bootstrap: dict[str, str] = {}
    if not env.get("DATABASE_URL"):
        postgres = Postgres(options.data)
        postgres.prepare()
        log = options.data / "postgres.log"
        supervisor.start(postgres.child(), RECOVERY_SECONDS, log=log)
        owner = kept_secret(options.data / "database-owner-password")
        app = kept_secret(options.data / "database-app-password")
        env["DATABASE_URL"] = postgres.dsn(APP_ROLE, DATABASE, app)
        env["MIGRATION_DATABASE_URL"] = postgres.dsn(OWNER_ROLE, DATABASE, owner)
        env["COMMUNITY_PG_BIN"] = str(postgres.binaries.folder)
        bootstrap = {
            "BOOTSTRAP_DATABASE_URL": postgres.superuser_dsn,
            "COMMUNITY_OWNER_PASSWORD": owner,
            "COMMUNITY_APP_PASSWORD": app,
        }
    if not env.get("REDIS_URL"):
        valkey = Valkey(options.data)
        valkey.prepare()
        supervisor.start(valkey.child(), log=options.data / "valkey.log")
        env["REDIS_URL"] = valkey.url
    return bootstrap


def _own_settings(options: Options, port: int, given: Mapping[str, str]) -> dict[str, str]:
    """The settings nobody gave; the environment's own win."""
    settings = {
        "COMMUNITY_DATA": str(options.data.resolve()),
        "BASE_URL": given.get("BASE_URL") or _base_url(options, port),
        "SECRET_KEYS": given.get("SECRET_KEYS") or kept_secret(options.data / "secret-key"),
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": given.get("LOG_LEVEL") or "warning",
    }
    if options.insecure_lan:
        settings["INSECURE_LAN"] = "yes"
    return settings


def _base_url(options: Options, port: int) -> str:
    """The address people open, which every link in a mail is built from."""
    if options.host in LOOPBACK:
        return f"http://localhost:{port}"
    if not options.insecure_lan:
        raise EmbeddedError(
            f"--host {options.host} opens the portal to the network without encryption."
            " Set BASE_URL to its https address behind a proxy, or add --insecure-lan"
            " for a network you trust."
        )
    host = _lan_address() if options.host in _EVERYWHERE else options.host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _lan_address() -> str:
    """This machine's address towards others; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _kept_port(options: Options, say: Callable[[str], object]) -> int:
    """The port of the last time, since mails that are out there lead to it."""
    kept = options.data / "port"
    last: int | None = int(kept.read_text()) if kept.exists() else None
    port = _port(options, last)
    if last not in (None, port):
        say(f"The port is {port}, no longer {last}: links in mails sent before do not open now.")
    kept.write_text(str(port))
    return port


def _port(options: Options, last: int | None = None) -> int:
    """The port asked for, else the last one, else the first free one from 8000."""
    if options.port is not None:
        if not _is_free(options.host, options.port):
            raise EmbeddedError(
                f"Port {options.port} on {options.host} is in use; choose another with --port."
            )
        return options.port
    tried: list[int] = [*range(8000, 8100)] if last is None else [last, *range(8000, 8100)]
    for port in tried:
        if _is_free(options.host, port):
            return port
    raise EmbeddedError("No port from 8000 to 8099 is free; choose one with --port.")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True


def _application(
    name: str,
    words: tuple[str, ...],
    env: Mapping[str, str],
    is_ready: Callable[[int], bool] = lambda pid: True,
) -> Child:
    return Child(name, [str(PROGRAM), *words], dict(env), stop_seconds=30.0, is_ready=is_ready)


def _command(supervisor: Supervisor, env: Mapping[str, str], *words: str) -> None:
    code, _ = supervisor.run_once(_application(words[0], words, env))
    if code != 0:
        raise EmbeddedError(f"community {' '.join(words)} failed; its words are above.")


def _when_ready(name: str, options: Options, port: int) -> Callable[[int], bool]:
    """Web is ready when it answers; the others report by their heartbeats."""
    host = "localhost" if options.host in (*LOOPBACK, *_EVERYWHERE) else options.host
    if name != "web":
        return lambda pid: True
    return lambda pid: _answers(f"http://{host}:{port}/healthz")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _announce(
    supervisor: Supervisor, options: Options, env: Mapping[str, str], say: Callable[[str], object]
) -> None:
    """The address, and a link that signs in once: the sample team's, or the first owner's."""
    words = ("user", "link", "--demo") if options.demo else ("user", "link", "--setup")
    code, lines = supervisor.run_once(_application("link", words, env), quiet=True)
    links = [found.group() for line in lines if (found := _LINK.search(line))]
    text = ["", f"  Community is open at   {env['BASE_URL']}"]
    if code == 0 and links:
        text.append(f"  Sign in, once, by      {links[-1]}")
    text.append(f"  Its data is in         {options.data.resolve()}")
    text += ["  Ctrl-C stops everything.", ""]
    say("\n".join(text))


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One installation a data folder; the lock goes with the process."""
    with (data / "up.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedError(
                f"Another community up uses {data}. Stop it, or choose a folder with --data."
            ) from None
        yield
