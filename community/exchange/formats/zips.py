"""Zip files that somebody else may have made: looked over before anything in them is unpacked."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from community.exchange.formats.errors import FormatError
from community.exchange.formats.limits import MIB

# Of the list of contents at the end of a zip: some 80,000 names.
MAX_DIRECTORY = 8 * MIB
# What unpacks to more than this many times its size is no archive of ours.
MAX_RATIO = 200
_END = b"PK\x05\x06"
_END_SIZE = 22
_COMMENT = 64 * 1024
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def names_of(file: IO[bytes]) -> set[str]:
    """The names in a zip, to tell what it is; FormatError where it is none."""
    _check_end(file)
    try:
        with zipfile.ZipFile(file) as whole:
            return set(whole.NameToInfo)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise FormatError("archive_broken") from error


@contextmanager
def open_zip(file: IO[bytes], names: re.Pattern[str], limit: int) -> Iterator[zipfile.ZipFile]:
    """A zip whose entries all match `names`, once each, and unpack to at most `limit` bytes.

    FormatError otherwise, and for whatever proves broken while it is read.
    """
    _check_end(file)
    try:
        with zipfile.ZipFile(file) as whole:
            _check(whole, names, limit)
            yield whole
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise FormatError("archive_broken") from error


def _check_end(file: IO[bytes]) -> None:
    """The list of contents is read whole by zipfile, so its size is read before."""
    size = file.seek(0, 2)
    file.seek(max(size - _COMMENT - _END_SIZE, 0))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_SIZE:
        raise FormatError("archive_broken")
    (directory,) = struct.unpack_from("<I", tail, at + 12)
    if directory > min(MAX_DIRECTORY, size):
        raise FormatError("archive_broken")
    file.seek(0)


def _check(whole: zipfile.ZipFile, names: re.Pattern[str], limit: int) -> None:
    seen: set[str] = set()
    packed = unpacked = 0
    for entry in whole.infolist():
        if not names.fullmatch(entry.filename) or entry.filename in seen:
            raise FormatError("archive_name", name=entry.filename[:80])
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
            raise FormatError("archive_packed", name=entry.filename[:80])
        seen.add(entry.filename)
        packed += entry.compress_size
        unpacked += entry.file_size
    if unpacked > limit:
        raise FormatError("archive_too_large", limit=limit // MIB)
    # Entries that lie over each other are packed into more bytes than there are.
    assert whole.fp is not None
    if packed > whole.fp.seek(0, 2) or unpacked > MAX_RATIO * packed + MIB:
        raise FormatError("archive_bomb")
