"""How a person is shown where there is no picture: letters and a tint, the same on every page and every day."""

from __future__ import annotations

import unicodedata
from zlib import crc32

TINTS = 8
"""Number of avatar tints in the stylesheet (`.tint-1` … `.tint-8`)."""


def initials(name: str) -> str:
    """First letters of the first and the last word, upper case; one letter for one word; "?" for no letter."""
    words = [word for word in unicodedata.normalize("NFC", name).split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()


def tint(key: object) -> int:
    """1 to TINTS, from whatever identifies the person, so that a renamed person keeps the tint."""
    return crc32(str(key).encode()) % TINTS + 1


FILTERS = {"initials": initials, "tint": tint}
