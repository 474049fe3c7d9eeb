"""The words of a question, as the database's search functions take them."""

import re

from community.core.text import fold

MOST = 8
_WORD = re.compile(r"[^\W_]+")
_ENDINGS = ("ings", "ing", "ies", "ed", "es", "s")
_SHORTEST_STEM = 4
# Words that say nothing about what is sought; asked alone they count all the same.
_FILLERS = (
    "a about all also am an and any are as at be been but by can did do does for from had has have he"
    " her him his how i in into is it its me my no not of on one or our she so some somebody someone"
    " that the their them then there they this to us was we were what when where which who whom whose"
    " why will with you your"
)
_FILLER_WORDS = frozenset(_FILLERS.split())


def words_of(question: str) -> tuple[str, ...]:
    """At most eight words to look for, each once, without fillers and usual endings.

    What is found begins with the word, so that “sails” finds “sailing” and “sailor” too.
    """
    words = [word for word in _WORD.findall(fold(question)) if len(word) > 1]
    telling = [word for word in words if word not in _FILLER_WORDS] or words
    return tuple(dict.fromkeys(_stem(word) for word in telling))[:MOST]


def _stem(word: str) -> str:
    if not word.isascii():
        return word
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST_STEM:
            return stem
    return word
