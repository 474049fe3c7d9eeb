"""What the launcher's tests share: a folder the servers' user reaches, a driver process."""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from community.embedded.binaries import find_postgres, find_valkey
from tests.conftest_servers import reachable_folder

ROOT = Path(__file__).resolve().parents[2]
DRIVER = "tests/embedded/driver.py"


@pytest.fixture
def open_tmp() -> Iterator[Path]:
    """A folder that the servers' user reaches."""
    with reachable_folder() as folder:
        yield folder


def eventually(happened: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until it is so, or fail."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def is_gone(pid: int) -> bool:
    """Ended; a zombie whose parent has yet to look counts as ended."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


@dataclass
class Driver:
    """The driver process, what it printed, and everything it started."""

    process: subprocess.Popen[bytes]
    log: Path
    seen: set[int] = field(default_factory=set)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def descendants(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        self.seen |= {each.pid for each in found}
        return found

    def child(self, word: str) -> psutil.Process:
        """The direct child whose command line has this word."""
        for each in psutil.Process(self.process.pid).children():
            self.seen.add(each.pid)
            with contextlib.suppress(psutil.NoSuchProcess):  # a zombie has no words left
                if word in " ".join(each.cmdline()):
                    return each
        raise AssertionError(f"no child {word}: {self.said()}")

    def all_gone(self) -> bool:
        return all(map(is_gone, self.seen))


@dataclass(frozen=True)
class Place:
    """Who runs the driver and from where."""

    python: str
    prefix: tuple[str, ...]
    root: Path
    folder: Path

    def start(self, *words: str) -> Driver:
        log = self.folder / "driver.log"
        env = {
            key: value
            for key, value in os.environ.items()
            if key not in ("DATABASE_URL", "REDIS_URL", "BASE_URL", "SECRET_KEYS", "MAKELEVEL")
        }
        env |= {"PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/"}
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*self.prefix, self.python, str(self.root / DRIVER), *words],
                cwd=self.folder,
                env=env,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        return Driver(process, log)


@pytest.fixture(scope="session")
def open_code() -> Iterator[Path]:
    """The launcher and the wheels where an ordinary user can read them."""
    with reachable_folder() as root:
        _copy_code(root)
        yield root


@pytest.fixture(params=["as we are", "ordinary user"])
def place(request: pytest.FixtureRequest, open_tmp: Path) -> Place:
    """Ourselves, and when we are root a user without any right as well."""
    if request.param == "as we are":
        return Place(sys.executable, (), ROOT, open_tmp)
    if os.geteuid() != 0:
        pytest.skip("we are an ordinary user, the other half of this test says it all")
    nobody = pwd.getpwnam("nobody")
    prefix = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
    os.chown(open_tmp, nobody.pw_uid, nobody.pw_gid)
    return Place(_open_python(prefix), prefix, request.getfixturevalue("open_code"), open_tmp)


def _open_python(prefix: tuple[str, ...]) -> str:
    """A Python that an ordinary user may run: ours may live in root's own home."""
    asks = (
        "import os, sys; sys.exit(sys.version_info < (3, 11) or not os.access(sys.executable, 1))"
    )
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        argv = [*prefix, python, "-c", asks]
        if subprocess.run(argv, capture_output=True, check=False, cwd="/").returncode == 0:
            return python
    pytest.skip("no Python ≥ 3.11 that an ordinary user may run")


def _copy_code(root: Path) -> None:
    for part in ("community/embedded", "config.py", DRIVER):
        target = root / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target)
        else:
            shutil.copy(ROOT / part, target)
    for found in (find_postgres("wheel"), find_valkey("wheel")):
        if found and found.movable:
            libraries = found.movable.with_name(f"{found.movable.name}.libs")
            for package in filter(Path.is_dir, (found.movable, libraries)):
                skip = shutil.ignore_patterns("include", "*.a", "pgxs")
                shutil.copytree(package, root / package.name, symlinks=True, ignore=skip)
