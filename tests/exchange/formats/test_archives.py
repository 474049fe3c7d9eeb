"""Archives that nobody of ours made: refused within a second, by name, before they are unpacked."""

import io
import struct
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import orjson
import pytest

from community.exchange.formats import archives
from community.exchange.formats.archives import Contents, Manifest, Writer
from community.exchange.formats.errors import FormatError

AT = datetime(2026, 11, 22, tzinfo=UTC)
LINES = [b'{"id": "a"}', b'{"id": "b"}']


def made(*, said: Contents | None = None, kind: str = archives.KIND, rows: int = 1) -> bytes:
    """A small archive; `said` replaces what its manifest says of the one table."""
    buffer = io.BytesIO()
    writer = Writer(buffer, AT)
    told = writer.lines("tables/notes.jsonl", LINES * rows)
    users = writer.lines(archives.USERS, [])
    manifest = Manifest("", "1", "x", {"name": "T"}, users, {"notes": said or told}, kind=kind)
    writer.close(manifest)
    return buffer.getvalue()


def with_entry(name: str, content: bytes = b"x", **more: bytes) -> bytes:
    buffer = io.BytesIO(made())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr(name, content)
        for other, value in more.items():
            whole.writestr(other, value)
    return buffer.getvalue()


def read(data: bytes, limit: int = archives.MAX_UNPACKED) -> list[bytes]:
    with archives.reading(io.BytesIO(data), limit) as reader:
        return list(reader.lines("tables/notes.jsonl", reader.manifest.tables["notes"]))


def _without(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made())) as one, zipfile.ZipFile(buffer, "w") as other:
        for entry in one.infolist():
            if entry.filename != name:
                other.writestr(entry.filename, one.read(entry))
    return buffer.getvalue()


def _manifest(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as whole:
        whole.writestr("manifest.json", content)
        whole.writestr("users.jsonl", b"")
    return buffer.getvalue()


def _encrypted() -> bytes:
    data = bytearray(made())
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def _long_directory() -> bytes:
    data = bytearray(made())
    at = data.rfind(b"PK\x05\x06")
    struct.pack_into("<I", data, at + 12, 2**31)
    return bytes(data)


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "no zip": ("archive_broken", lambda: b"Name,Email\nMara,m@example.org\n"),
    "cut off": ("archive_broken", lambda: made()[:-40]),
    "cut in the middle": ("archive_manifest", lambda: made()[200:]),
    "outside": ("archive_name", lambda: with_entry("../../etc/passwd")),
    "absolute": ("archive_name", lambda: with_entry("/etc/passwd")),
    "backwards": ("archive_name", lambda: with_entry("tables/..\\notes.jsonl")),
    "not ours": ("archive_name", lambda: with_entry("run.sh")),
    "bomb": ("archive_bomb", lambda: with_entry("files/notes/1.bin", b"\0" * 80_000_000)),
    "no manifest": ("archive_manifest", lambda: _without("manifest.json")),
    "no table": ("archive_manifest", lambda: _without("tables/notes.jsonl")),
    "another table": ("archive_manifest", lambda: with_entry("tables/gives.jsonl")),
    "no json": ("archive_manifest", lambda: _manifest(b"{")),
    "a list": ("archive_manifest", lambda: _manifest(b"[]")),
    "deep": ("archive_manifest", lambda: _manifest(b"[" * 100_000)),
    "another kind": ("archive_manifest", lambda: made(kind="backup")),
    "other hash": ("archive_changed", lambda: made(said=Contents(2, "0" * 64))),
    "other count": ("archive_changed", lambda: made(said=Contents(3, "0" * 64))),
    "encrypted": ("archive_packed", _encrypted),
    "long list": ("archive_broken", _long_directory),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_archive_is_refused_by_name_within_a_second(name: str) -> None:
    code, make = HOSTILE[name]
    data = make()
    began = time.process_time()
    with pytest.raises(FormatError) as refused:
        read(data)
    assert time.process_time() - began < 1
    assert refused.value.code == code
    assert refused.value.message


def test_a_name_twice_and_a_size_beyond_the_limit_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = with_entry("tables/notes.jsonl")
    with pytest.raises(FormatError, match=r"notes\.jsonl"):
        read(twice)
    with pytest.raises(FormatError, match="larger than"):
        read(made(rows=1_000), limit=1_000)
    assert read(made()) == LINES


def test_another_id_stands_in_whole_texts_only_and_bytes_come_back() -> None:
    lines = [orjson.dumps({"a": "x1", "b": "see x1", "c": None})]
    (line,) = archives.all_renamed(lines, {"x1": "y2"})
    assert orjson.loads(line) == {"a": "y2", "b": "see x1", "c": None}
    buffer = io.BytesIO()
    writer = Writer(buffer, AT)
    told = writer.file("files/notes/1.bin", b"\x00\xff")
    assert told["size"] == 2
    (row,) = archives.with_files([b'{"id": 1}'], {"c": iter([told])})
    (back,) = archives.with_bytes([row], ["c"], lambda _told: b"\x00\xff")
    assert orjson.loads(back)["c"] == "\\x00ff"
