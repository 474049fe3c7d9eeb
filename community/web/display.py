"""How a person is shown where there is no picture: letters and a tint, the same on every page and every day."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote
from zlib import crc32

from community.core.text import fold

TINTS = 8
"""Number of avatar tints in the stylesheet (`.tint-1` … `.tint-8`)."""

HONORIFICS = frozenset(
    {
        "dr",
        "prof",
        "professor",
        "mr",
        "mrs",
        "ms",
        "mx",
        "herr",
        "frau",
        "sir",
        "dame",
        "lady",
        "lord",
    }
)
"""Words before a name that are not part of it, folded and without their full stop."""
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def initials(name: str) -> str:
    """First letters of the first and the last word, upper case; one letter for one word; "?" for no letter.

    Honorifics before the name do not count, unless there is nothing else.
    """
    words = [word for word in unicodedata.normalize("NFC", name).split() if word[0].isalnum()]
    while len(words) > 1 and _is_honorific(words[0]):
        words = words[1:]
    if not words:
        return "?"
    letters = words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()


def _is_honorific(word: str) -> bool:
    return all(part in HONORIFICS for part in fold(word).rstrip(".").replace(".-", "-").split("-"))


def web_address(address: str) -> str:
    """A web address as people read it: without its scheme, its letters instead of percent signs.

    What would hide or reorder letters stays as it was sent.
    """
    try:
        read = unquote(address, errors="strict")
    except UnicodeDecodeError:
        read = address
    shown = address if _UNSEEN.search(read) else read
    return re.sub(r"^https?://(www\.)?", "", shown).rstrip("/")


def tint(key: object) -> int:
    """1 to TINTS, from whatever identifies the person, so that a renamed person keeps the tint."""
    return crc32(str(key).encode()) % TINTS + 1


FILTERS = {"initials": initials, "tint": tint, "web_address": web_address}
