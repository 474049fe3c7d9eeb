"""A backup in one zip file: `database.dump` as pg_dump wrote it, then `manifest.json`.

The manifest says what must be there again after a restore. The file is written beside its
place as `.part`, readable by its owner alone, and renamed when it is whole.
"""

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from community.operation.errors import OperationError

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class TableContents:
    """How many rows a table has, and SHA-256 over them in the order of their key."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class ChainHead:
    """The end of a team's journal chain."""

    seq: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, and what made it."""

    made_at: str
    program_version: str
    revision: str
    server_major: int
    dump_major: int
    tables: Mapping[str, TableContents]
    chains: Mapping[str, ChainHead]
    format: int = FORMAT


def write(out: Path, dump: Callable[[IO[bytes]], Manifest]) -> Manifest:
    """Make the file; `dump` writes the database into it and answers the manifest."""
    if out.exists():
        raise OperationError(f"{out} exists already. Choose another name; nothing is overwritten.")
    part = out.with_name(f"{out.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise OperationError(
            f"{part} exists: another backup writes there, or one was cut off. Remove it if none runs."
        ) from None
    except OSError as error:
        raise OperationError(f"{part} cannot be written: {error.strerror}.") from None
    try:
        with os.fdopen(handle, "wb") as file:
            manifest = _fill(file, dump)
            file.flush()
            os.fsync(file.fileno())
        part.rename(out)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _fill(file: IO[bytes], dump: Callable[[IO[bytes]], Manifest]) -> Manifest:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as whole:
        with whole.open(DUMP, "w", force_zip64=True) as member:
            manifest = dump(member)
        whole.writestr(MANIFEST, orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
    return manifest


@contextmanager
def reading(path: Path) -> Iterator[tuple[Manifest, Callable[[IO[bytes]], None]]]:
    """The manifest of a backup, and a function that copies its dump into a stream."""
    try:
        with zipfile.ZipFile(path) as whole:
            manifest = _manifest(orjson.loads(whole.read(MANIFEST)))

            def copy_to(stream: IO[bytes]) -> None:
                with whole.open(DUMP) as member:
                    shutil.copyfileobj(member, stream, _BLOCK)

            yield manifest, copy_to
    except OSError as error:
        raise OperationError(f"{path} cannot be read: {error.strerror or error}.") from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise OperationError(f"{path} is no whole backup of this program: {error}") from None


def _manifest(data: dict[str, Any]) -> Manifest:
    if data.get("format") != FORMAT:
        raise ValueError(f"its format is {data.get('format')}, this program reads {FORMAT}")
    tables = {name: TableContents(**each) for name, each in data.pop("tables").items()}
    chains = {team: ChainHead(**each) for team, each in data.pop("chains").items()}
    return Manifest(**data, tables=tables, chains=chains)
