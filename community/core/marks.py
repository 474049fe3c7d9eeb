"""Marking in a text what somebody sought, however they typed it."""

from itertools import groupby

from markupsafe import Markup, escape

from community.core.text import fold


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
