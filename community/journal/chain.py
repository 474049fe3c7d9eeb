"""The chain of seals: what a digest covers, and where a journal departs from it.

A digest is SHA-256 over the digest before, a header and one line an entry, each canonical
JSON: keys sorted, times in UTC with microseconds, ids as text. `position` only gives the
order and is never covered, since a restore shifts it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from community.core.i18n import gettext as _

START = bytes(32)
LOWEST = -(2**63)
"""Below every position: a restore lowers old ones beneath the new server's, and zero."""


@dataclass(frozen=True)
class Entry:
    """One journal row as it is covered; `position` orders it."""

    position: int
    id: UUID
    at: datetime
    actor_id: UUID | None
    verb: str
    thing_kind: str
    thing_id: UUID
    about_id: UUID | None
    fields: Sequence[str]


@dataclass(frozen=True)
class Seal:
    """One link: the entries above the last link's end up to `last_position`."""

    seq: int
    first_position: int
    last_position: int
    entries: int
    digest: bytes
    previous: bytes


@dataclass(frozen=True)
class Problem:
    """Where the journal and its seals disagree, and how."""

    seq: int
    what: str


@dataclass(frozen=True)
class Head:
    """The end of the chain, to be kept elsewhere: it proves that nothing was cut off later.

    In writing it is `seq:digest`, the digest as 64 hexadecimal digits.
    """

    seq: int
    digest: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest}"


# The end of a chain without a link.
NOTHING = Head(0, START.hex())


def read_head(written: str) -> Head | None:
    """A head that was kept in writing; None where it has not the shape of one."""
    found = re.fullmatch(r"([0-9]{1,9}):([0-9a-f]{64})", written.strip().lower(), re.ASCII)
    return Head(int(found[1]), found[2]) if found else None


def line(entry: Entry) -> bytes:
    """One entry as the digest covers it."""
    return orjson.dumps(
        {
            "id": str(entry.id),
            "at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "actor_id": _text(entry.actor_id),
            "verb": entry.verb,
            "thing_kind": entry.thing_kind,
            "thing_id": str(entry.thing_id),
            "about_id": _text(entry.about_id),
            "fields": list(entry.fields),
        },
        option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE,
    )


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def next_seal(team_id: UUID, last: Seal | None, entries: Iterable[Entry]) -> Seal | None:
    """The link over these entries, in (position, id) order; None where there are none."""
    previous = last.digest if last else START
    seq = last.seq + 1 if last else 1
    hashed = _begin(team_id, seq, previous)
    first, end, count = None, LOWEST, 0
    for entry in entries:
        first = entry.position if first is None else first
        end = entry.position
        count += 1
        hashed.update(line(entry))
    if first is None:
        return None
    return Seal(seq, first, end, count, hashed.digest(), previous)


def _begin(team_id: UUID, seq: int, previous: bytes) -> Any:
    header = orjson.dumps({"team": str(team_id), "seq": seq}, option=orjson.OPT_APPEND_NEWLINE)
    return hashlib.sha256(previous + header)


def problems(
    team_id: UUID, seals: Sequence[Seal], entries: Iterable[Entry], head: Head | None = None
) -> Iterator[Problem]:
    """Compare the entries up to the last seal, in (position, id) order, with the chain."""
    rest = _Rest(entries)
    previous: Seal | None = None
    for seal in seals:
        made = next_seal(team_id, previous, rest.up_to(seal.last_position))
        yield from _of_link(seal, previous, made)
        previous = seal
    yield from problems_of_head(seals, head)


def problems_of_head(seals: Sequence[Seal], head: Head | None) -> Iterator[Problem]:
    """Whether a head that was kept elsewhere is still one of the chain."""
    if head is not None and head not in [NOTHING, *(head_of(seal) for seal in seals)]:
        yield Problem(head.seq, _("the chain does not hold the head that was kept"))


def head_of(seal: Seal | None) -> Head:
    """What to keep of a seal elsewhere."""
    return Head(seal.seq, seal.digest.hex()) if seal else NOTHING


def _of_link(seal: Seal, previous: Seal | None, made: Seal | None) -> Iterator[Problem]:
    if seal.seq != (previous.seq + 1 if previous else 1):
        yield Problem(seal.seq, _("a seal is missing before this one"))
    if seal.previous != (previous.digest if previous else START):
        yield Problem(seal.seq, _("the seal does not follow the one before"))
    if made is None:
        yield Problem(seal.seq, _("every entry is gone"))
    elif made.entries != seal.entries:
        yield Problem(
            seal.seq,
            _(
                "%(sealed)d entries were sealed, %(here)d are here",
                sealed=seal.entries,
                here=made.entries,
            ),
        )
    elif made.digest != seal.digest:
        yield Problem(seal.seq, _("an entry was changed or moved"))


class _Rest:
    """Entries that were not compared yet."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = iter(entries)
        self.next = next(self.entries, None)

    def up_to(self, position: int) -> Iterator[Entry]:
        """Take the entries up to a position."""
        while self.next is not None and self.next.position <= position:
            yield self.next
            self.next = next(self.entries, None)
