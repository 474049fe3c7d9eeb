"""The complete archive of a team in one zip: every table as JSON lines and as CSV, and its files.

`manifest.json` names what there is, with the number of rows and SHA-256 of each table.
`tables/<table>.jsonl` holds one row a line in the order of the key; where the team's own id
stands, there is NOBODY instead, since a team that is read back has another. Bytes of a row are
in `files/<table>/<number>.bin`, and `{"file", "size", "sha256"}` stands for them. `users.jsonl`
holds who signs in, without any secret. `csv/` is the same for people, and is not read back.
"""

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import IO, Any
from uuid import UUID

import orjson

from community.exchange.formats.errors import FormatError
from community.exchange.formats.limits import MIB
from community.exchange.formats.zips import open_zip

KIND = "community-archive"
FORMAT = 1
MANIFEST, USERS = "manifest.json", "users.jsonl"
NOBODY = str(UUID(int=0))
MAX_MANIFEST = MIB
MAX_LINE = 32 * MIB
# What an operator's machine may have room for; a larger one is asked for by name.
MAX_UNPACKED = 20 * 1024 * MIB
_NAMES = re.compile(
    r"manifest\.json|users\.jsonl|tables/[a-z_]{1,63}\.jsonl|csv/[a-z_]{1,63}\.csv"
    r"|files/[a-z_]{1,63}/\d{1,9}\.bin"
)
_BLOCK = 64 * 1024


@dataclass(frozen=True)
class Contents:
    """One part of the archive: how many rows it has, and SHA-256 over its lines."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds, and what made it. `team` has its columns but for the secret ones."""

    made_at: str
    program_version: str
    revision: str
    team: Mapping[str, Any]
    users: Contents
    tables: Mapping[str, Contents]
    kind: str = KIND
    format: int = FORMAT


class Lines:
    """Counts and hashes lines that pass."""

    def __init__(self) -> None:
        self._rows, self._digest = 0, hashlib.sha256()

    def passing(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The same lines, without their ends."""
        for line in lines:
            self._rows += 1
            self._digest.update(line)
            self._digest.update(b"\n")
            yield line

    @property
    def contents(self) -> Contents:
        """What has passed."""
        return Contents(self._rows, self._digest.hexdigest())


class Writer:
    """Writes an archive part by part; the manifest comes last."""

    def __init__(self, file: IO[bytes], made_at: datetime) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        at = made_at.astimezone(UTC)
        self._at = (at.year, at.month, at.day, at.hour, at.minute, at.second)

    def lines(self, name: str, lines: Iterable[bytes]) -> Contents:
        """A part of one row a line."""
        counted = Lines()
        self.chunks(name, (line + b"\n" for line in counted.passing(lines)))
        return counted.contents

    def chunks(self, name: str, chunks: Iterable[bytes]) -> None:
        """A part as it comes."""
        entry = zipfile.ZipInfo(name, self._at)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with self._zip.open(entry, "w", force_zip64=True) as member:
            for chunk in chunks:
                member.write(chunk)

    def file(self, name: str, content: bytes) -> dict[str, Any]:
        """The bytes of one row; returns what stands for them in its line."""
        self.chunks(name, [content])
        return told_of(name, content)

    def close(self, manifest: Manifest) -> None:
        """Nothing comes after the manifest."""
        whole = orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2)
        self.chunks(MANIFEST, [whole])
        self._zip.close()


class Reader:
    """Reads an archive part by part; FormatError as soon as one is not what the manifest says."""

    def __init__(self, whole: zipfile.ZipFile) -> None:
        self._zip = whole
        self.manifest = _manifest(whole)

    def lines(self, name: str, told: Contents) -> Iterator[bytes]:
        """The lines of a part, without their ends."""
        counted = Lines()
        yield from counted.passing(self._split(name))
        if counted.contents != told:
            raise FormatError("archive_changed", name=name)

    def _split(self, name: str) -> Iterator[bytes]:
        with self._zip.open(name) as member:
            number = 0
            while line := member.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE or not line.endswith(b"\n"):
                    raise FormatError("archive_row", number, name=name)
                yield line[:-1]

    def file(self, told: Mapping[str, Any]) -> bytes:
        """The bytes that a row's `{"file", "size", "sha256"}` stands for."""
        name, size = str(told.get("file")), told.get("size")
        entry = self._zip.NameToInfo.get(name)
        if entry is None or entry.file_size != size or entry.file_size > MAX_LINE // 2:
            raise FormatError("archive_changed", name=name[:80])
        content = self._zip.read(name)
        if hashlib.sha256(content).hexdigest() != told.get("sha256"):
            raise FormatError("archive_changed", name=name)
        return content


@contextmanager
def reading(file: IO[bytes], limit: int = MAX_UNPACKED) -> Iterator[Reader]:
    """An archive whose contents are those of its manifest, to be read."""
    with open_zip(file, _NAMES, limit) as whole:
        yield Reader(whole)


def _manifest(whole: zipfile.ZipFile) -> Manifest:
    names = set(whole.NameToInfo)
    if MANIFEST not in names or whole.getinfo(MANIFEST).file_size > MAX_MANIFEST:
        raise FormatError("archive_manifest")
    try:
        said = orjson.loads(whole.read(MANIFEST))
        if (said["kind"], said["format"]) != (KIND, FORMAT):
            raise FormatError("archive_manifest")
        tables = {str(name): _contents(each) for name, each in said.pop("tables").items()}
        manifest = Manifest(**{**said, "tables": tables, "users": _contents(said["users"])})
        team: Any = manifest.team
        is_whole = isinstance(team, dict) and isinstance(manifest.revision, str)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise FormatError("archive_manifest") from error
    held = {name for name in names if name.startswith("tables/")}
    if not is_whole or USERS not in names or held != {f"tables/{name}.jsonl" for name in tables}:
        raise FormatError("archive_manifest")
    return manifest


def _contents(said: Mapping[str, Any]) -> Contents:
    return Contents(int(said["rows"]), str(said["sha256"]))


def renamed(lines: Iterable[bytes], old: UUID | str, new: UUID | str) -> Iterator[bytes]:
    """The lines with another id where a whole text is the old one."""
    before, after = (b'"%b"' % str(each).encode() for each in (old, new))
    return (line.replace(before, after) for line in lines)


def all_renamed(lines: Iterable[bytes], names: Mapping[str, str]) -> Iterator[bytes]:
    """The lines with each id that has another one there, in one pass."""
    if not names:
        yield from lines
        return
    known = {old.encode(): b'"%b"' % new.encode() for old, new in names.items()}
    any_of = re.compile(b'"(' + b"|".join(known) + b')"')
    for line in lines:
        yield any_of.sub(lambda found: known[found[1]], line)


def told_of(name: str, content: bytes) -> dict[str, Any]:
    """What stands in a row's line for bytes that are kept under this name."""
    digest = hashlib.sha256(content).hexdigest()
    return {"file": name, "size": len(content), "sha256": digest}


def with_files(lines: Iterable[bytes], held: Mapping[str, Iterator[Any]]) -> Iterator[bytes]:
    """Each line with what stands for its bytes, by column, in the order of the rows."""
    for line in lines:
        if not held:
            yield line
            continue
        row = orjson.loads(line)
        yield orjson.dumps(row | {name: next(told) for name, told in held.items()})


def with_bytes(
    lines: Iterable[bytes], columns: Sequence[str], read: Callable[[Mapping[str, Any]], bytes]
) -> Iterator[bytes]:
    """Each line with its bytes again, as PostgreSQL writes them."""
    for line in lines:
        if not columns:
            yield line
            continue
        row = orjson.loads(line)
        for name in columns:
            if row[name] is not None:
                row[name] = "\\x" + read(row[name]).hex()
        yield orjson.dumps(row)
