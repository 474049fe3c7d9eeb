"""Which rows of a file are one person, and which person here that is.

By external id first, then by mail. Same mail is the same person, but for addresses that
several share: rows of strangers' names stay apart, and among several people who have the
address the name decides. A source that calls two people by different ids is believed unless
their names are the same, since ids change when a book is exported anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from community.exchange.formats.record import MARK
from community.exchange.matching import names

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Key:
    """What a row is known by. `place` is its line and its number on that line."""

    place: Place
    name: tuple[str, ...]
    external_id: str | None
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody here whom the importer sees, by an address or id of the file."""

    id: UUID
    version: int
    name: tuple[str, ...]
    external_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Here:
    """The people here whom any row may be: by the source's ids, and by mail."""

    by_external_id: Mapping[str, Known]
    by_mail: Mapping[str, Sequence[Known]]


# An address that more people than this share says nothing but together with the whole name.
CROWD = 20


@dataclass(slots=True, eq=False)
class Group:
    """Rows that are one person; the first of them leads."""

    rows: list[Key] = field(default_factory=list)
    person: Known | None = None
    merged_into: "Group | None" = None
    external_ids: set[str] = field(default_factory=set)
    names: set[tuple[str, ...]] = field(default_factory=set)
    leader: Place = (0, 0)

    def take(self, row: Key) -> None:
        """One more row of this person."""
        self.leader = min(self.leader, row.place) if self.rows else row.place
        self.rows.append(row)
        self._know({row.name}, {row.external_id} - {None})

    def absorb(self, other: "Group") -> None:
        """All rows of another group: the two are one person."""
        self.leader = min(self.leader, other.leader)
        self.rows += other.rows
        self.person = self.person or other.person
        self._know(other.names, other.external_ids)
        other.merged_into = self

    def _know(self, more: set[tuple[str, ...]], ids: set[Any]) -> None:
        self.external_ids |= ids
        if len(self.names) < CROWD:
            self.names |= more


class Joiner:
    """Takes the rows in the order of the file; `groups` then holds each person once."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._by_external_id: dict[str, Group] = {}
        self._by_mail: dict[str, list[Group]] = {}
        self._by_mail_and_name: dict[tuple[str, tuple[str, ...]], Group] = {}
        self._by_person: dict[UUID, Group] = {}
        self._crowds: dict[str, dict[tuple[str, ...], Known]] = {}
        self._all: list[Group] = []

    def take(self, rows: Iterable[Key]) -> None:
        """Put each row where it belongs."""
        for row in rows:
            self._put(row, self._find(row) or Group())

    @property
    def groups(self) -> list[Group]:
        """The people of the file, in its order."""
        found = [group for group in self._all if group.merged_into is None]
        for group in found:
            group.rows.sort(key=lambda row: row.place)
        return sorted(found, key=lambda group: group.leader)

    def _find(self, row: Key) -> Group | None:
        if row.external_id is not None:
            if group := self._by_external_id.get(row.external_id):
                return _top(group)
            if known := self._here.by_external_id.get(row.external_id):
                return self._of(known)
        if group := self._by_file_mail(row):
            return group
        found = _choose(row, self._candidates(row))
        return self._of(found) if found else None

    def _by_file_mail(self, row: Key) -> Group | None:
        """The group of rows with one of these addresses; several of them become one."""
        near = [group for mail in row.emails for group in self._near(row, mail)]
        if not near:
            return None
        first = min(near, key=lambda group: group.leader)
        for other in near:
            self._merge(_top(other), first)
        return first

    def _near(self, row: Key, mail: str) -> Iterator[Group]:
        beside = self._by_mail.get(mail, [])
        namesake = self._by_mail_and_name.get((mail, row.name))
        if len(beside) > CROWD:
            beside = [namesake] if namesake else []
        return (group for group in map(_top, beside) if _may_join(row, group))

    def _candidates(self, row: Key) -> list[Known]:
        """Who here has one of the addresses, but for those whom a stranger's row was already."""
        found: dict[UUID, Known] = {}
        for mail in row.emails:
            for known in self._holders(mail, row.name):
                taken = self._by_person.get(known.id)
                if taken is None or _may_join(row, _top(taken)):
                    found[known.id] = known
        return list(found.values())

    def _holders(self, mail: str, name: tuple[str, ...]) -> Sequence[Known]:
        holders = self._here.by_mail.get(mail, ())
        if len(holders) <= CROWD:
            return holders
        if mail not in self._crowds:
            self._crowds[mail] = {known.name: known for known in reversed(holders)}
        namesake = self._crowds[mail].get(name)
        return [namesake] if namesake else []

    def _of(self, known: Known) -> Group:
        group = self._by_person.get(known.id)
        if group is None:
            group = self._by_person[known.id] = Group(person=known)
        return _top(group)

    def _put(self, row: Key, group: Group) -> None:
        if not group.rows:
            self._all.append(group)
        group.take(row)
        if row.external_id is not None:
            self._by_external_id.setdefault(row.external_id, group)
        for mail in row.emails:
            self._by_mail_and_name.setdefault((mail, row.name), group)
            beside = self._by_mail.setdefault(mail, [])
            if len(beside) <= CROWD and group not in beside:
                beside.append(group)

    def _merge(self, gone: Group, into: Group) -> None:
        if gone is into or (gone.person and into.person):
            return
        if gone.person:
            self._by_person[gone.person.id] = into
        into.absorb(gone)


def _top(group: Group) -> Group:
    top = group
    while top.merged_into is not None:
        top = top.merged_into
    while group.merged_into is not None:
        group.merged_into, group = top, group.merged_into
    return top


def _may_join(row: Key, group: Group) -> bool:
    """Whether a row that shares a mail with others of the file is the same person."""
    closest = max(names.closeness(row.name, other) for other in group.names)
    if row.external_id is None or not group.external_ids:
        return closest >= names.AKIN
    return row.external_id in group.external_ids or closest >= names.SAME


def _choose(row: Key, candidates: Sequence[Known]) -> Known | None:
    """Who of the people with one of the row's addresses it is; nobody when it stays open."""
    usable = [
        known
        for known in candidates
        if row.external_id is None
        or all(value.startswith(MARK) for value in known.external_ids)
        or row.external_id in known.external_ids
        or names.same(row.name, known.name)
    ]
    if len(usable) == 1 and len(candidates) == 1:
        return usable[0]
    ranked = sorted(usable, key=lambda known: (-names.closeness(row.name, known.name), known.id))
    if ranked and names.closeness(row.name, ranked[0].name):
        return ranked[0]
    return None
