"""Hostile files too large to keep: made when a test asks, by name.

Each entry: which reader, what must refuse it, and how to make it. `None` as the code means
that the file is odd but can be read.
"""

import base64
import io
import random
import zipfile
from collections.abc import Callable

MIB = 1024 * 1024
LIMIT = 10 * MIB
CARD = b"BEGIN:VCARD\nVERSION:3.0\nFN:Ann Example\n"
END = b"END:VCARD\n"
ROW = b"Ann,Example,ann@example.org,+49 30 23125 123\n"
HEADER = b"First Name,Last Name,Email,Phone\n"
Z = b"z" * 74


def _fill(head: bytes, part: bytes, tail: bytes = b"") -> bytes:
    """As many parts as fit into the largest file accepted."""
    return head + part * ((LIMIT - len(head) - len(tail)) // len(part)) + tail


def _archive(part: bytes, size: int = 23 * MIB) -> bytes:
    """Our own archive with rows of one kind without end, in a zip that is not suspiciously small."""
    noise = base64.b64encode(random.Random(1).randbytes(200 * 1024))
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as whole,
        whole.open("data.json", "w") as data,
    ):
        data.write(b'{"noise": "' + noise + b'", "tables": {"persons": [')
        run = (part + b",") * max(MIB // len(part), 1)
        for _run in range(max(size // len(run), 1)):
            data.write(run)
        data.write(part + b"]}}")
    return buffer.getvalue()


_PERSON = (
    b'{"id": "a", "name": "Ann Example", "extra": {"vcard": [["X-A", "1", {}, {}], [{}, "2"]]}}'
)
LARGE: dict[str, tuple[str, str | None, Callable[[], bytes]]] = {
    "quote unclosed at the end": (
        "csv", "quote_unclosed", lambda: HEADER + ROW * 49_000 + b'"Ben,x\n'),
    "quote unclosed at the start": (
        "csv", "quote_unclosed", lambda: HEADER + b'"Ben,x\n' + ROW * 200_000),
    "a million empty columns": ("csv", "too_many_columns", lambda: b"," * 1_000_000 + b"\n"),
    "a million named columns": (
        "csv", "too_many_columns", lambda: b",".join([b"a"] * 500_000) + b"\n"),
    "ten million columns": ("csv", "record_too_long", lambda: _fill(b"", b",")),
    "a line of 100 MB": ("csv", "file_too_large", lambda: b"x" * (100 * MIB)),
    "a line of 10 MiB": ("csv", "record_too_long", lambda: _fill(b"Name\n", b"x")),
    "a cell of 100 KiB": (
        "csv", "cell_too_long", lambda: b"Name\n" + b"x" * 100 * 1024 + b"\n"),
    "a quoted cell of 200 KiB": (
        "csv", "cell_too_long", lambda: b'Name\n"' + b"x\n" * 100 * 1024 + b'"\n'),
    "nothing but line ends": ("csv", "too_many_lines", lambda: _fill(b"x", b"\n")),
    "nothing but returns": ("csv", "too_many_lines", lambda: _fill(b"x", b"\r")),
    "nothing but quotes": ("csv", "record_too_long", lambda: _fill(b"", b'"')),
    "cells of line ends": ("csv", "record_too_long", lambda: b'"\n",' * 499_000),
    "50,001 rows": ("csv", "too_many_rows", lambda: HEADER + b"A,B\n" * 50_001),
    "mixed encodings, last line": (
        "csv", "encoding_mixed",
        lambda: HEADER + "Jörg,\n".encode() * 300_000 + "Jörg\n".encode("cp1252")),
    "no encoding at all": ("csv", "encoding_unknown", lambda: bytes(range(128, 256)) * 80_000),
    "one wide character": (
        "csv", None, lambda: HEADER + ROW * 49_000 + "🎺\n".encode()),
    "UTF-16, every row": ("csv", None, lambda: (HEADER + ROW * 49_000).decode().encode("utf-16")),
    "linkedin without header": ("linkedin", "too_many_rows", lambda: b"x\n" * 400_000),
    "nested 400,000 deep": ("vcard", "vcard_nested", lambda: b"BEGIN:VCARD\n" * 400_000),
    "nested in the last card": (
        "vcard", "vcard_nested", lambda: (CARD + END) * 49_000 + CARD + CARD),
    "a chain of 400,000 folds": (
        "vcard", "too_many_folds", lambda: CARD + b"NOTE:x" + b"\n x" * 400_000 + b"\n" + END),
    "a chain of empty folds": (
        "vcard", "too_many_folds", lambda: CARD + b"NOTE:x" + b"\n " * 400_000 + b"\n" + END),
    "a chain of soft breaks": (
        "vcard", "too_many_folds",
        lambda: CARD + b"NOTE;ENCODING=QUOTED-PRINTABLE:" + b"=C3=A4=\n" * 100_000 + b"\n" + END),
    "a property of 10 MiB": (
        "vcard", "property_too_long", lambda: _fill(CARD + b"NOTE:", b"x", b"\n" + END)),
    "a picture of 10 MiB": (
        "vcard", None, lambda: _fill(CARD + b"PHOTO;ENCODING=b:", b"\n " + Z, b"\n" + END)),
    "a card of 400,000 properties": (
        "vcard", "vcard_too_many_properties", lambda: CARD + b"X-A:b\n" * 400_000 + END),
    "60,000 cards": ("vcard", "too_many_rows", lambda: (CARD + END) * 60_000),
    "the last card does not end": (
        "vcard", "vcard_unclosed", lambda: (CARD + b"TEL:1\nX-A:b\n" + END) * 49_000 + CARD),
    "an archive of empty objects": ("archive", "archive_too_much", lambda: _archive(b"{}")),
    "an archive of empty lists": ("archive", "archive_too_much", lambda: _archive(b"[]")),
    "an archive of numbers": ("archive", "archive_too_much", lambda: _archive(b"0.5")),
    "an archive of one deep object": (
        "archive", "archive_too_much", lambda: _archive(b'{"a":' * 150_000 + b"1" + b"}" * 150_000)),
    "an archive of as much as is read": (
        "archive", None, lambda: _archive(_PERSON, 49_000 * len(_PERSON))),
    "an archive of long texts": (
        "archive", None, lambda: _archive(b'{"name": "' + b"x" * MIB + b'"}')),
    "15,000 parameters": ("vcard", None, lambda: CARD + b"TEL" + b";A=b" * 15_000 + b":1\n" + END),
    "60,000 components": (
        "vcard", None, lambda: CARD + b"N:" + b";" * 60_000 + b"\nCATEGORIES:" + b"\\," * 30_000
        + b"\n" + END),
}  # fmt: skip
