"""Marking in a text what somebody sought, however they typed it."""

import re
from itertools import groupby

from markupsafe import Markup, escape

from community.core.text import fold

_LOOKED_THROUGH = 4_000


def parts(text: str, query: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it was sought; put together they are the text.

    A word is sought when it begins with a word of the query, accents and case apart.
    """
    letters: list[str] = []
    origins: list[int] = []
    for place, char in enumerate(text):
        for letter in " " if char.isspace() else fold(char):
            letters.append(letter)
            origins.append(place)
    found = _found("".join(letters), fold(query).split())
    hit = {origins[place] for place in found}
    # An accent that stands as a sign of its own goes with the letter before it.
    for place, char in enumerate(text):
        if place - 1 in hit and not char.isspace() and not fold(char):
            hit.add(place)
    pieces = groupby(enumerate(text), key=lambda pair: pair[0] in hit)
    return [("".join(char for _place, char in piece), is_hit) for is_hit, piece in pieces]


def _found(flat: str, words: list[str]) -> set[int]:
    places: set[int] = set()
    for word in words:
        start = flat.find(word)
        while start >= 0:
            if start == 0 or not flat[start - 1].isalnum():
                places.update(range(start, start + len(word)))
            start = flat.find(word, start + 1)
    return places


def marked(text: str, query: str) -> Markup:
    """The text for a page, with `<mark>` around what was sought; everything else is escaped."""
    pieces = [
        Markup("<mark>{}</mark>").format(t) if hit else escape(t) for t, hit in parts(text, query)
    ]
    return Markup("").join(pieces)


def excerpt(text: str, query: str, length: int = 180) -> str:
    """The part of a text in which the first of the sought words stands, cut at words."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    start = max(0, _first(flat, query) - length // 3)
    if start:
        start = flat.find(" ", start) + 1 or start
    end = start + length
    if end < len(flat):
        end = max(flat.rfind(" ", start, end), start + length // 2)
    return f"{'…' if start else ''}{flat[start:end].strip()}{'…' if end < len(flat) else ''}"


def _first(text: str, query: str) -> int:
    """Where the first sought word begins; 0 where none is. Only odd letters take the slow way."""
    words = fold(query).split()
    if text.isascii():
        found = _found_first(text.lower(), words)
        return max(found, 0)
    place = 0
    for piece, is_hit in parts(text[:_LOOKED_THROUGH], query):
        if is_hit:
            return place
        place += len(piece)
    return 0


def _found_first(flat: str, words: list[str]) -> int:
    if not words:
        return -1
    found = re.search(rf"\b(?:{'|'.join(map(re.escape, words))})", flat)
    return found.start() if found else -1
