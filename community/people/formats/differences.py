"""What changed between two texts, word by word: plain pieces for a page to mark."""

import difflib
import re
from typing import Literal

Piece = tuple[Literal["same", "old", "new"], str]
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
# Comparing costs the product of both lengths at worst, so long texts are compared line by line.
MAX_WORDS = 3_000


def difference(before: str, after: str) -> list[Piece]:
    """The pieces of both in order; without the old ones it is `after`, without the new ones `before`."""
    old, new = _cut(before), _cut(after)
    if max(len(old), len(new)) > MAX_WORDS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found: list[Piece] = []
    for verb, a, b, c, d in difflib.SequenceMatcher(None, old, new).get_opcodes():
        if verb == "equal":
            found.append(("same", "".join(old[a:b])))
            continue
        if b > a:
            found.append(("old", "".join(old[a:b])))
        if d > c:
            found.append(("new", "".join(new[c:d])))
    return found


def _cut(text: str) -> list[str]:
    return _WORDS.findall(text)
