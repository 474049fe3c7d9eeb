"""Whether two people may be one: what they have in common, and how sure that makes it.

Plain functions over plain data. The scan of all people finds its pairs by the same keys in SQL
(`queries.duplicates`); what is said of a pair is said here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from babel.support import LazyProxy

from community.core.i18n import lazy
from community.core.text import fold

ALIKE = 0.6
"""How like two names must be (share of trigrams in common) to be almost the same."""
REASONS: dict[str, LazyProxy] = {
    "mail": lazy("the same mail address"),
    "link": lazy("the same web page"),
    "phone": lazy("the same telephone number"),
    "name_and_organisation": lazy("the same name at the same organisation"),
    "name_and_birthday": lazy("the same name and birthday"),
    "like_name_and_organisation": lazy("almost the same name at the same organisation"),
    "like_name_and_birthday": lazy("almost the same name and the same birthday"),
    "name_alone": lazy("the same name, and nothing that tells them apart"),
}
SURE = ("mail", "link")
_SCHEME = re.compile(r"^[a-z]+://(www[.])?", re.IGNORECASE)


@dataclass(frozen=True)
class Traits:
    """What one person is compared by."""

    name: str
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    links: Sequence[str] = ()
    organisations: Sequence[str] = ()
    birthday: tuple[int, int] | None = None
    folded: str = field(init=False)

    def __post_init__(self) -> None:
        """Names are compared folded."""
        object.__setattr__(self, "folded", fold(self.name))

    @property
    def is_bare(self) -> bool:
        """Whether there is a name and nothing else."""
        has = (self.emails, self.phones, self.links, self.organisations, self.birthday)
        return not any(has)


def compare(one: Traits, other: Traits) -> list[str]:
    """The reasons why these two may be one person, the strongest first; none when there is none."""
    reasons = []
    if _shared(one.emails, other.emails, str.casefold):
        reasons.append("mail")
    if _shared(one.links, other.links, page_of) - {""}:
        reasons.append("link")
    if _shared(one.phones, other.phones, str):
        reasons.append("phone")
    same = one.folded == other.folded
    if same or likeness(one.folded, other.folded) >= ALIKE:
        like = "" if same else "like_"
        if _shared(one.organisations, other.organisations, fold) - {""}:
            reasons.append(f"{like}name_and_organisation")
        if one.birthday is not None and one.birthday == other.birthday:
            reasons.append(f"{like}name_and_birthday")
    if same and " " in one.folded and (one.is_bare or other.is_bare):
        reasons.append("name_alone")
    return reasons


def certainty(reasons: Sequence[str]) -> str:
    """`sure` by what belongs to one person alone, else `likely`."""
    return "sure" if any(reason in SURE for reason in reasons) else "likely"


def page_of(link: str) -> str:
    """A web address without what says nothing of the page; empty where it is only a site.

    Many share the site of where they work; a page below it is somebody's.
    """
    address = address_of(link).casefold()
    return address if "/" in address else ""


def address_of(link: str) -> str:
    """A web address without its scheme, `www` and last slash, in the letters it has."""
    return _SCHEME.sub("", link).rstrip("/")


def likeness(one: str, other: str) -> float:
    """Trigrams in common, of all there are: as PostgreSQL's `similarity` counts them."""
    mine, theirs = _trigrams(one), _trigrams(other)
    if not mine or not theirs:
        return 0.0
    return len(mine & theirs) / len(mine | theirs)


def _trigrams(text: str) -> set[str]:
    words = re.findall(r"\w+", text)
    return {
        padded[at : at + 3]
        for word in words
        for padded in (f"  {word} ",)
        for at in range(len(padded) - 2)
    }


def _shared(mine: Iterable[str], theirs: Iterable[str], key: object) -> set[str]:
    assert callable(key)
    return {str(key(value)) for value in mine} & {str(key(value)) for value in theirs}
