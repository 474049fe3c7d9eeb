"""Text as it is stored, sorted and sought."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"}
)


def fold(text: str) -> str:
    """Lower case without accents and with single spaces: the form that is sought and sorted."""
    if text.isascii():
        return " ".join(text.lower().split())
    lowered = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c)
    )
    return _SPACES.sub(" ", plain).strip()


def sort_key(name: str) -> str:
    """The key of lists by name; compared bytewise (COLLATE "C")."""
    return fold(name)


def slugify(name: str) -> str:
    """The readable tail of an address: ascii letters, digits and hyphens."""
    ascii_only = fold(name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60] or "x"


def shorten(text: str, length: int) -> str:
    """At most `length` characters, cut at a word, with an ellipsis."""
    flat = _SPACES.sub(" ", text).strip()
    if len(flat) <= length:
        return flat
    return flat[: length - 1].rsplit(" ", 1)[0] + "…"
