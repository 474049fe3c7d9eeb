"""What each column means to a person's privacy, declared where the column is.

`records` exports and erases by these declarations, and a test reads them for every
table, so that a new column cannot be forgotten:

* `export`: personal; in the subject's export, emptied by erasure unless it `stays`.
* `erase`: personal, but not the subject's to receive (hashes, folded search text); emptied by erasure.
* `keep`: stays after erasure, with the reason why.

A table of class `erase` loses its rows about whoever is erased; one of class `keep` keeps them
and empties their personal columns. `person=True` marks a reference to a person (`persons.id`),
to be resolved through the canonical id after a merge.
"""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.orm import MappedColumn, mapped_column

Privacy = Literal["export", "erase", "keep"]

KEY = "key or reference without content of its own"
STATE = "state of the system, says nothing about a person"
SUMS = "the ledger still sums after an erasure; the person row it names is empty by then"
PROOF = "proof of who acted; holds ids and verbs only"
DIGEST = "digest"
"""As `emptied`: a digest of the address stays, by which it is known again and nobody is found."""
NAMELESS = "the row stays, and says nothing about whom once the person it names is empty"


@dataclass(frozen=True)
class Concerns:
    """How the rows of a table concern a person.

    `about` names the columns that say whom: a reference to a person, a membership, a user or
    another table's row that says it, or an `address`. `by` is the column of who wrote it. `seen`
    is the kind of thing, and the column that names it, whose readers may read the row; without it
    the row is `own`: nobody else's to receive than the person's whom it is about. `also` are further
    kinds and columns that must be readable, where they name something.
    """

    about: tuple[str, ...] = ()
    by: str = ""
    seen: tuple[str, str] | None = None
    also: tuple[tuple[str, str], ...] = ()


NOBODY = Concerns()


def info(
    privacy: Privacy,
    why: str = "",
    *,
    person: bool = False,
    concerns: Concerns = NOBODY,
    emptied: Any = None,
    between: bool = False,
) -> dict[str, Any]:
    """The `info` of a table or column; `keep` needs its reason.

    `concerns` is for tables. `emptied` is what a column holds after an erasure, where its type has
    no plain nothing. `between` says that not all who read the row read this: it stands in the file
    of whom the row is about, and in no other.
    """
    if privacy == "keep" and not why:
        raise ValueError("keep needs a reason")
    return {
        "privacy": privacy,
        "why": why,
        "person": person,
        "concerns": concerns,
        "emptied": emptied,
        "between": between,
    }


def about(
    *columns: str,
    by: str = "",
    seen: tuple[str, str] | None = None,
    also: tuple[tuple[str, str], ...] = (),
) -> Concerns:
    """How a table's rows concern a person (`Concerns`), in one line."""
    return Concerns(about=columns, by=by, seen=seen, also=also)


def exported(
    *args: Any,
    person: bool = False,
    emptied: Any = None,
    stays: str = "",
    between: bool = False,
    **kwargs: Any,
) -> MappedColumn[Any]:
    """A personal column that the subject's export holds and erasure empties.

    `stays` is the reason why erasure leaves it, where what it says is nobody's any more by then.
    """
    said = info("export", stays, person=person, emptied=emptied, between=between)
    return mapped_column(*args, info=said, **kwargs)


def erased(*args: Any, emptied: Any = None, **kwargs: Any) -> MappedColumn[Any]:
    """A personal column that erasure empties and no export holds."""
    return mapped_column(*args, info=info("erase", emptied=emptied), **kwargs)


def kept(*args: Any, why: str = STATE, person: bool = False, **kwargs: Any) -> MappedColumn[Any]:
    """A column that stays after an erasure, with the reason."""
    return mapped_column(*args, info=info("keep", why, person=person), **kwargs)
