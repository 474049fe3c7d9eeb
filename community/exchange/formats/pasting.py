"""What somebody pasted: a file's text as it is, or a list with one person a line."""

import csv
import io
import re

from community.exchange.formats.cleaning import clean_line
from community.exchange.formats.errors import FormatError
from community.exchange.formats.mapping import NAMING
from community.exchange.formats.opening import detect_format, open_file

_ANGLE = re.compile(r"^(?P<name>[^<>]*)<(?P<mail>[^<>\s]+@[^<>\s]+)>[,;]?$")
_BARE = re.compile(r"^(?P<name>)<?(?P<mail>[^\s,;<>]+@[^\s,;<>]+)>?[,;]?$")
_TAIL = re.compile(r"^(?P<name>.*?)[,;\t ]+(?P<mail>[^\s,;<>]+@[^\s,;<>]+)[,;]?$")


def pasted_file(text: str) -> tuple[bytes, int]:
    """The bytes to import, and how many lines were put above the first pasted one."""
    data = text.encode()
    if detect_format(data) != "csv" or _has_header(data):
        return data, 0
    return _listed(text), 1


def _has_header(data: bytes) -> bool:
    try:
        return bool(NAMING & set(open_file(data, "csv").mapping.values()))
    except FormatError:
        # A list of names with a stray quote is a list still; a table says why it is refused.
        return b"," in data.partition(b"\n")[0] or b"\t" in data.partition(b"\n")[0]


def _listed(text: str) -> bytes:
    """`Ann Lee <ann@example.org>`, `Ann Lee, ann@example.org` or a bare name, one a line."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["Name", "Email"])
    for line in text.splitlines():
        line = clean_line(line)
        match = _BARE.match(line) or _ANGLE.match(line) or _TAIL.match(line)
        name, mail = (match["name"], match["mail"]) if match else (line, "")
        name = name.strip(" \t,;\"'")
        writer.writerow([name or mail.partition("@")[0], mail])
    return buffer.getvalue().encode()
