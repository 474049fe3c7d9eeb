"""The sizes beyond which a file is refused before it can cost time or memory."""

from collections.abc import Iterator
from typing import NoReturn, Protocol

from community.core import phones
from community.exchange.formats.errors import FormatError

KIB = 1024
MIB = 1024 * KIB

MAX_FILE = 10 * MIB
MAX_LINES = 500_000
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CELL = 64 * KIB
MAX_RECORD = MIB
MAX_PROPERTIES = 1_000
MAX_PROPERTY = 64 * KIB
MAX_FOLDS = 2_000

# One field of a person, in characters.
MAX_NAME = 200
MAX_LABEL = 60
MAX_PHONE = phones.MAX_PHONE
MAX_URL = 2_000
MAX_NOTE = 20_000
MAX_FACT = 1_000
MAX_WORDS = 2_000
MAX_CUSTOM = 2_000
# Notes, facts and the like that one member wrote of one person.
MAX_OWN = 1_000
MAX_ADDRESS = 500
MAX_KEY = 500
MAX_VALUES = 50


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def iter_limited(stream: Stream, limit: int = MAX_FILE) -> Iterator[bytes]:
    """Chunks of a stream; FormatError as soon as it proves longer than `limit` bytes."""
    seen = 0
    while chunk := stream.read(64 * KIB):
        seen += len(chunk)
        if seen > limit:
            raise FormatError("file_too_large", limit=limit // MIB)
        yield chunk


def read_limited(stream: Stream, limit: int = MAX_FILE) -> bytes:
    """The whole stream, never more than `limit` bytes of it in memory."""
    return b"".join(iter_limited(stream, limit))


def check_size(data: bytes) -> None:
    """Refuse what is empty, too large, zipped or made of too many lines; reads no line."""
    if not data.strip(b"\xef\xbb\xbf\r\n\t "):
        raise FormatError("file_empty")
    if len(data) > MAX_FILE:
        raise FormatError("file_too_large", limit=MAX_FILE // MIB)
    # Our own archive is opened before this is asked.
    if data.startswith(b"PK\x03\x04"):
        raise FormatError("file_zipped")
    if max(data.count(b"\n"), data.count(b"\r")) > MAX_LINES:
        raise FormatError("too_many_lines", limit=MAX_LINES)


def refuse_rows(line: int) -> NoReturn:
    """Say that the file has too many rows or cards."""
    raise FormatError("too_many_rows", line, limit=MAX_ROWS)
