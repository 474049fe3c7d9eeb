"""The short ids of pages: `06d8k1w3v5x7z9ab-lena-brandt`.

A short id holds the first 48 and the last 32 bits of a UUIDv7: its millisecond, which the
primary key finds as a range, and its random tail, which tells ids of one millisecond apart.
The name behind it is for people; it is never looked up, so that a namesake shows nothing.
"""

from dataclasses import dataclass
from uuid import UUID

from community.core.text import slugify

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_LENGTH = 16
_REST = (1 << 80) - 1


@dataclass(frozen=True)
class Sought:
    """Where the id of a short id lies (`low` to `high`), and the hex digits it ends in."""

    low: UUID
    high: UUID
    ending: str

    def names(self, thing_id: UUID) -> bool:
        """Whether this is the id that the short id names."""
        return self.low <= thing_id <= self.high and thing_id.hex.endswith(self.ending)


def short_id(thing_id: UUID) -> str:
    """Sixteen letters and digits that stand for the id."""
    number = (thing_id.int >> 80) << 32 | thing_id.int & 0xFFFF_FFFF
    return "".join(_DIGITS[number >> shift & 31] for shift in range(75, -5, -5))


def slug(thing_id: UUID, name: str) -> str:
    """What stands for a thing in the address of its page."""
    return f"{short_id(thing_id)}-{slugify(name)}"


def read(text: str) -> Sought | None:
    """What a slug (or bare short id) asks for; None when it is not one of ours."""
    digits = text[:_LENGTH]
    if len(digits) < _LENGTH or text[_LENGTH : _LENGTH + 1] not in ("", "-"):
        return None
    number = 0
    for digit in digits:
        if digit not in _VALUES:
            return None
        number = number << 5 | _VALUES[digit]
    first = number >> 32 << 80
    return Sought(UUID(int=first), UUID(int=first | _REST), f"{number & 0xFFFF_FFFF:08x}")
