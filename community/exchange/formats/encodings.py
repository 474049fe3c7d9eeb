"""Which encoding a file is in, decided once for the whole file."""

import codecs
from importlib import import_module

from community.exchange.formats.errors import FormatError
from community.exchange.formats.limits import KIB

# What address books are still written in, besides UTF-8 and UTF-16.
LEGACY = (
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "mac_roman",
    "shift_jis",
    "gb18030",
)
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 8 * KIB


def detect(data: bytes, lines: list[tuple[int, bytes]] | None = None) -> str:
    """The codec that reads all of `data`; FormatError where there is none or more than one.

    `lines` replaces the physical lines for formats whose lines may break inside a character.
    """
    encoding = _by_mark(data)
    if encoding is None:
        encoding = "utf-8" if reads(data, "utf-8") else _legacy(data, lines)
    elif not reads(data, encoding):
        raise FormatError("encoding_wrong", encoding=encoding.upper())
    _refuse_nul(data, encoding)
    return encoding


def check(data: bytes, encoding: str) -> str:
    """The encoding somebody chose, if it can read the file."""
    if encoding not in (
        *LEGACY,
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
    ):
        raise FormatError("encoding_wrong", encoding=encoding[:40])
    if not reads(data, encoding):
        raise FormatError("encoding_wrong", encoding=encoding.upper())
    _refuse_nul(data, encoding)
    return encoding


def reads(data: bytes, encoding: str) -> bool:
    """Whether `encoding` decodes every byte."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _by_mark(data: bytes) -> str | None:
    """The encoding a byte order mark names, or UTF-16 without one, seen by its NUL bytes."""
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return encoding
    head = data[: SAMPLE - SAMPLE % 2]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half, other = head[start::2], head[1 - start :: 2]
        if len(half) > 3 and half.count(0) > len(half) * 0.7 and not other.count(0):
            return encoding
    return None


def _legacy(data: bytes, lines: list[tuple[int, bytes]] | None) -> str:
    """An eight-bit encoding, cp1252 unless it makes no sense.

    Short files of names fit many code pages equally well, and the detector then answers with
    the first of the alphabet; the most common one is the better guess.
    """
    sample = _foreign_lines(data, lines)
    # Loaded for the rare file that is not Unicode.
    from_bytes = import_module("charset_normalizer").from_bytes
    guesses = (
        ["cp1252"] if from_bytes(sample, cp_isolation=["cp1252"], threshold=0.1).best() else []
    )
    guesses += [match.encoding for match in from_bytes(sample, cp_isolation=list(LEGACY))]
    for encoding in guesses:
        if encoding in LEGACY and reads(data, encoding):
            return encoding
    raise FormatError("encoding_unknown")


def _foreign_lines(data: bytes, lines: list[tuple[int, bytes]] | None) -> bytes:
    """The first lines that are not UTF-8; FormatError if other lines are, beyond ASCII."""
    found: list[bytes] = []
    size = 0
    first_foreign = first_utf8 = 0
    for number, line in lines if lines is not None else enumerate(data.split(b"\n"), 1):
        if line.isascii():
            continue
        if reads(line, "utf-8"):
            first_utf8 = first_utf8 or number
        else:
            first_foreign = first_foreign or number
            if size < SAMPLE:
                found.append(line[: SAMPLE - size])
                size += len(line)
        if first_foreign and first_utf8:
            raise FormatError("encoding_mixed", first_foreign, other=first_utf8)
    return b"\n".join(found)


def _refuse_nul(data: bytes, encoding: str) -> None:
    if not encoding.startswith("utf-16"):
        at = data.find(b"\0")
        if at >= 0:
            raise FormatError("nul_byte", data.count(b"\n", 0, at) + 1)
        return
    text = data.decode(encoding)
    at = text.find("\0")
    if at >= 0:
        raise FormatError("nul_byte", text.count("\n", 0, at) + 1)
