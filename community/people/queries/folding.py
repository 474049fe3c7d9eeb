"""`core.text.fold` said in SQL, for what is compared and was not stored folded."""

from typing import Any

from sqlalchemy import ColumnElement, func, literal, literal_column

_WHOLE = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
_SINGLE = ("øđłı", "odli")


def folded(column: Any) -> ColumnElement[str]:
    """The text without accents, in small letters, with single spaces."""
    said: ColumnElement[str] = func.normalize(func.lower(column), literal_column("NFKD"))
    said = func.regexp_replace(said, literal("[\u0300-\u036f]"), "", "g")
    for letter, letters in _WHOLE.items():
        said = func.replace(said, letter, letters)
    said = func.translate(said, *_SINGLE)
    return func.btrim(func.regexp_replace(said, literal(r"\s+"), " ", "g"))
