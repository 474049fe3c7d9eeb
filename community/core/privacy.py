"""What each column means to a person's privacy, declared where the column is.

`records` exports and erases by these declarations, and a test reads them for every
table, so that a new column cannot be forgotten:

* `export`: personal; in the subject's export, emptied by erasure.
* `erase`: personal, but not the subject's to receive (hashes, folded search text); emptied by erasure.
* `keep`: stays after erasure, with the reason why.

`person=True` marks a reference to a person (`persons.id`), to be resolved through the
canonical id after a merge.
"""

from typing import Any, Literal

from sqlalchemy.orm import MappedColumn, mapped_column

Privacy = Literal["export", "erase", "keep"]

KEY = "key or reference without content of its own"
STATE = "state of the system, says nothing about a person"
SUMS = "the ledger still sums after an erasure; the person row it names is empty by then"
PROOF = "proof of who acted; holds ids and verbs only"


def info(privacy: Privacy, why: str = "", *, person: bool = False) -> dict[str, Any]:
    """The `info` of a table or column; `keep` needs its reason."""
    if privacy == "keep" and not why:
        raise ValueError("keep needs a reason")
    return {"privacy": privacy, "why": why, "person": person}


def exported(*args: Any, person: bool = False, **kwargs: Any) -> MappedColumn[Any]:
    """A personal column that the subject's export holds and erasure empties."""
    return mapped_column(*args, info=info("export", person=person), **kwargs)


def erased(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """A personal column that erasure empties and no export holds."""
    return mapped_column(*args, info=info("erase"), **kwargs)


def kept(*args: Any, why: str = STATE, person: bool = False, **kwargs: Any) -> MappedColumn[Any]:
    """A column that stays after an erasure, with the reason."""
    return mapped_column(*args, info=info("keep", why, person=person), **kwargs)
