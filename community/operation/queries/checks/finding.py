"""What the doctor found: good, worth a look, or wrong, and what to do then."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "look", "wrong"]


@dataclass(frozen=True)
class Finding:
    """One line of the doctor. `mend` is empty only when all is well."""

    what: str
    state: State
    says: str
    mend: str = ""


def ok(what: str, says: str) -> Finding:
    """All is well."""
    return Finding(what, "ok", says)


def look(what: str, says: str, mend: str) -> Finding:
    """It works, and an operator should know."""
    return Finding(what, "look", says, mend)


def wrong(what: str, says: str, mend: str) -> Finding:
    """Something does not work or is not safe."""
    return Finding(what, "wrong", says, mend)
