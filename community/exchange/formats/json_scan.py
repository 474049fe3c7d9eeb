"""A JSON text read value by value, so that what is large in it never stands whole in memory."""

import json
import re
from collections.abc import Iterator
from typing import Any

_WHITE = re.compile(r"[ \t\n\r]*")


class Scanner:
    """Goes through one text once; ValueError or RecursionError where it is not what it should be."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._began = text, 0, 0
        self._decode = json.JSONDecoder().raw_decode

    def value(self) -> Any:
        """The value that stands here, whole."""
        self._peek()
        self._began = self._at
        found, self._at = self._decode(self._text, self._at)
        return found

    @property
    def said(self) -> str:
        """The latest value as it stands in the text."""
        return self._text[self._began : self._at]

    def names(self) -> Iterator[str]:
        """The names of the object that stands here; whoever hears one reads its value."""
        for _place in self._parts("{", "}"):
            key = self.value()
            self._take(":")
            yield str(key)

    def items(self) -> Iterator[Any]:
        """The values of the list that stands here."""
        for _place in self._parts("[", "]"):
            yield self.value()

    def end(self) -> None:
        """Nothing may come after."""
        if self._peek():
            raise ValueError

    def _parts(self, opening: str, closing: str) -> Iterator[int]:
        self._take(opening)
        if self._peek() == closing:
            self._at += 1
            return
        while True:
            yield self._at
            if self._peek() != ",":
                break
            self._at += 1
        self._take(closing)

    def _peek(self) -> str:
        found = _WHITE.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, sign: str) -> None:
        if self._peek() != sign:
            raise ValueError
        self._at += 1
