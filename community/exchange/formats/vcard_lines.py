"""A vCard file as cards of logical lines: unfolding, nesting and sizes, before any meaning.

Unfolding is done on bytes, because a line may be folded in the middle of a character.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from community.exchange.formats import limits
from community.exchange.formats.errors import FormatError

# Properties whose value is a file: counted, never kept.
BINARY = ("PHOTO", "LOGO", "SOUND", "KEY")
_BINARY = re.compile(rb"(?:[A-Za-z0-9\-]+\.)?(PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)
_QUOTED_PRINTABLE = re.compile(rb"^[^:]*QUOTED-PRINTABLE[^:]*:", re.IGNORECASE)
_VERSION = re.compile(rb"^VERSION(?:;[^:]*)?:\s*([^\s]*)", re.IGNORECASE)
# 2.1 is what Android telephones write; its bare types and quoted-printable are understood.
_ACCEPTED = (b"2.1", b"3.0", b"4.0")

Logical = tuple[int, bytes]


@dataclass(slots=True)
class Card:
    """The lines between BEGIN and END, each with its number."""

    line: int
    version: str = "3.0"
    lines: list[Logical] = field(default_factory=list)


def logical_lines(data: bytes) -> Iterator[Logical]:
    """Unfolded lines that are not blank; of binary properties only the name."""
    chain: _Chain | None = None
    begins, pending = 0, b""
    for number, raw in enumerate(io.BytesIO(data), 1):
        line = raw.rstrip(b"\r\n")
        if pending and (raw.startswith((b" ", b"\t")) or pending.endswith(b"=")):
            chain = chain or _Chain(begins, pending)
            if chain.takes(line):
                continue
        if pending:
            yield begins, chain.joined() if chain else _alone(begins, pending)
        chain, begins, pending = None, number, line if line.strip() else b""
    if pending:
        yield begins, chain.joined() if chain else _alone(begins, pending)


def _alone(number: int, line: bytes) -> bytes:
    """A line nothing is folded behind."""
    if len(line) > limits.KIB or _BINARY.match(line):
        return _Chain(number, line).joined()
    return line


class _Chain:
    """One property with the lines folded behind it."""

    def __init__(self, number: int, line: bytes) -> None:
        self.number = number
        self._parts = [line]
        self._size = len(line)
        self._quoted = bool(_QUOTED_PRINTABLE.match(line))
        binary = _BINARY.match(line)
        self._binary = binary is not None
        if binary:
            self._parts = [binary[1].upper() + b":"]
        elif self._size > limits.MAX_PROPERTY:
            self._refuse_long()

    def takes(self, line: bytes) -> bool:
        """Whether `line` goes on with this property; if so it is added."""
        if self._quoted and self._parts[-1].endswith(b"=") and line:
            # A soft break of quoted-printable: what follows is text, a space at its start too.
            self._parts[-1] = self._parts[-1][:-1]
            self._add(line)
        elif line.startswith((b" ", b"\t")):
            self._add(line[1:])
        else:
            return False
        return True

    def joined(self) -> bytes:
        return b"".join(self._parts)

    def _add(self, part: bytes) -> None:
        if self._binary:
            return
        self._parts.append(part)
        self._size += len(part)
        if self._size > limits.MAX_PROPERTY:
            self._refuse_long()
        if len(self._parts) > limits.MAX_FOLDS:
            raise FormatError("too_many_folds", self.number, limit=limits.MAX_FOLDS)

    def _refuse_long(self) -> None:
        limit = limits.MAX_PROPERTY // limits.KIB
        raise FormatError("property_too_long", self.number, limit=limit)


def cards(data: bytes) -> Iterator[Card]:
    """The cards of a file; FormatError for what is not a card, nested, unclosed or too large."""
    card: Card | None = None
    number = 0
    for number, line in logical_lines(data):
        mark = line.strip().upper() if len(line) < 40 else b""
        if mark.startswith(b"BEGIN:"):
            if card:
                raise FormatError("vcard_nested", number, other=card.line)
            if mark != b"BEGIN:VCARD":
                raise FormatError("not_vcard", number)
            card = Card(number)
        elif card is None:
            raise FormatError("vcard_end_alone" if mark == b"END:VCARD" else "not_vcard", number)
        elif mark == b"END:VCARD":
            yield card
            card = None
        else:
            _add(card, number, line)
    if card:
        raise FormatError("vcard_unclosed", card.line)
    if not number:
        raise FormatError("file_empty")


def _add(card: Card, number: int, line: bytes) -> None:
    version = _VERSION.match(line)
    if version is None:
        card.lines.append((number, line))
        if len(card.lines) > limits.MAX_PROPERTIES:
            raise FormatError("vcard_too_many_properties", card.line, limit=limits.MAX_PROPERTIES)
        return
    if version[1] not in _ACCEPTED:
        shown = version[1][:8].decode("ascii", "replace")
        raise FormatError("vcard_version", number, version=shown)
    card.version = version[1].decode("ascii")
