"""Text of a file made fit to store: NFC, no control characters, no stray space."""

import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SPACE = re.compile(r"\s+")
# A spreadsheet's mark for "this is text", which our own export writes too.
_TEXT_MARK = re.compile(r"^'(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")


def clean_line(value: str) -> str:
    """One line of text: inner space collapsed, control characters gone."""
    return _SPACE.sub(" ", _CONTROL.sub(" ", unicodedata.normalize("NFC", value))).strip()


def clean_text(value: str) -> str:
    """Text of several lines: newlines kept, every other control character gone."""
    text = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROL.sub("", text).strip()


def clean_cell(value: str) -> str:
    """A cell as its author meant it; formulas stay the text they are."""
    return _TEXT_MARK.sub("", value).strip()
