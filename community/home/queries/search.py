"""Search: people by name and by what is noted of them, and everything that has words.

People whose name or address is like what was typed come first, typos and accents forgiven. After
them come those of whom the words are said, however scattered over notes and facts: most words first, then
the latest. Things are ordered the same way. A hidden row changes neither hits nor their order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from community.core import asking, paging
from community.core.errors import BadRequest
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.paging import Page, PageRequest
from community.core.unions import PartRow
from community.home.queries import words as full_text
from community.home.queries.sources import BY_CODE, SOURCES, Match
from community.home.queries.words import PERSON, Ask, Candidates, Key
from community.identity.models import Actor
from community.people import queries as people
from community.people.queries import NameOption

SEARCH_KINDS = ((PERSON, lazy("People")), *((source.code, source.label) for source in SOURCES))
KINDS = tuple(code for code, _label in SEARCH_KINDS)
NAMED = 20
FEW = 5
_MORE = 5
_SHOWN_MATCHES = 3
_EPOCH = "1970-01-01T00:00:00+00:00"
_BEGINNING = datetime.fromisoformat(_EPOCH)


@dataclass(frozen=True)
class Hit:
    """One thing that was found; of a person also what is said of them with some of the words."""

    kind: str
    id: UUID
    title: str
    text: str
    person_id: UUID | None = None
    person_name: str = ""
    happened_at: datetime | None = None
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True)
class Mixed:
    """The best of every kind. `more` are the kinds of which there is more."""

    people: Sequence[Hit]
    things: Mapping[str, Sequence[Hit]]
    more: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.people) or any(self.things.values())

    def best(self, limit: int) -> list[Hit]:
        """At most so many in one list: people give way to things, of which each kind has its turn."""
        kinds = list(self.things.values())
        turns = sorted(
            (place, kind) for kind, hits in enumerate(kinds) for place in range(len(hits))
        )
        taken = sorted((kind, place) for place, kind in turns[: limit // 2])
        things = [kinds[kind][place] for kind, place in taken]
        return [*self.people[: limit - len(things)], *things]


@dataclass(frozen=True)
class _Person:
    """Somebody of whom words are said, and the key that the actor may know of."""

    key: Key
    hit: Hit


def find_names(actor: Actor, q: str, limit: int) -> list[Hit]:
    """The people whose name or address is like what was typed."""
    return [_named(found) for found in people.named_options(people.search_people(actor, q, limit))]


def find_mixed(actor: Actor, q: str, limit: int = NAMED) -> Mixed:
    """A page of everything: people, and a few things of each kind."""
    named = find_names(actor, q, limit)
    words = asking.words_of(q)
    if not words:
        return Mixed(named, {}, frozenset())
    asks = [Ask(PERSON, limit + _MORE), *(Ask(source.code, FEW + _MORE) for source in SOURCES)]
    first = _read(actor, words, asks)
    found = _with_matches(named, _scattered(actor, words, limit, None, first))
    things = {
        ask.kind: _things(actor, words, ask, FEW, first) for ask in asks if ask.kind != PERSON
    }
    more = {kind for kind, hits in things.items() if len(hits) > FEW}
    if len(found) > limit:
        more.add(PERSON)
    shown = {kind: [hit for _key, hit in hits[:FEW]] for kind, hits in things.items()}
    return Mixed(found[:limit], shown, frozenset(more))


def find_hits(actor: Actor, q: str, kind: str, request: PageRequest) -> Page[Hit]:
    """A page of one kind."""
    words = asking.words_of(q)
    if kind == PERSON:
        return _people(actor, q, words, request)
    if not words:
        return Page([], None)
    below = _key(request.cursor)
    found = _things(actor, words, Ask(kind, request.limit + _MORE, below), request.limit, None)
    page = paging.page(found, request, lambda pair: _encoded(pair[0]))
    return Page([hit for _at, hit in page.items], page.next)


@dataclass(frozen=True)
class _Answer:
    """Candidates, and those of them that the actor may read."""

    candidates: Candidates
    rows: Mapping[str, Mapping[UUID, PartRow]]


def _read(actor: Actor, words: tuple[str, ...], asks: Sequence[Ask]) -> _Answer:
    candidates = full_text.find_candidates(actor, words, asks)
    return _Answer(candidates, full_text.read(actor, candidates.ids()))


def _things(
    actor: Actor, words: tuple[str, ...], ask: Ask, limit: int, answer: _Answer | None
) -> list[tuple[Key, Hit]]:
    """More than `limit` of a kind, or all there are: what is hidden among candidates is made up for."""
    found: list[tuple[Key, Hit]] = []
    while True:
        answer = answer or _read(actor, words, [ask])
        rows = answer.rows.get(ask.kind, {})
        found += [
            (key, _thing(actor, ask.kind, rows[key[2]], words))
            for key in answer.candidates.keys[ask.kind]
            if key[2] in rows
        ]
        edge = answer.candidates.edge(ask)
        if edge is None or len(found) > limit:
            return found
        ask, answer = Ask(ask.kind, ask.rows * 4, edge), None


def _people(actor: Actor, q: str, words: tuple[str, ...], request: PageRequest) -> Page[Hit]:
    """Names first, then those of whom the words are said; the cursor says how far both were read."""
    named, below = find_names(actor, q, NAMED), None
    start = 0
    if request.cursor:
        start, *key = paging.decode(request.cursor, (_whole, _whole, paging.read_moment, UUID))
        below = (key[0], key[1], key[2]) if key[0] else None
    limit = request.limit
    names = named[start : start + limit + 1] if below is None else []
    found: list[_Person] = []
    if words and len(names) <= limit:
        found = _scattered(actor, words, limit + len(named), below, None)
    ids = {hit.id for hit in named}
    others = [each for each in found if each.hit.id not in ids]
    hits = [*_with_matches(names, found, more=False), *(each.hit for each in others)]
    if len(hits) <= limit:
        return Page(hits, None)
    taken = limit - len(names)
    if taken > 0:
        return Page(hits[:limit], paging.encode(len(named), *_encoded(others[taken - 1].key)))
    return Page(hits[:limit], paging.encode(start + limit, 0, _EPOCH, UUID(int=0)))


def _scattered(
    actor: Actor, words: tuple[str, ...], limit: int, below: Key | None, answer: _Answer | None
) -> list[_Person]:
    """More than `limit` people below a key, or all there are, best first.

    Candidates come by what is said of them at all, which is never less than what the actor may
    read of it. So whoever's own key is above the last candidate's cannot be overtaken any more.
    """
    ask, found = Ask(PERSON, limit + _MORE), []
    while True:
        answer = answer or _read(actor, words, [ask])
        found += [each for each in _read_people(actor, words, answer) if _is_below(each, below)]
        found.sort(key=lambda each: each.key, reverse=True)
        edge = answer.candidates.edge(ask)
        sure = [each for each in found if edge is None or each.key >= edge]
        if edge is None or len(sure) > limit:
            return sure
        ask, answer = Ask(PERSON, ask.rows * 2, edge), None


def _is_below(person: _Person, below: Key | None) -> bool:
    return below is None or person.key < below


def _read_people(actor: Actor, words: tuple[str, ...], answer: _Answer) -> list[_Person]:
    rows = answer.rows.get(PERSON, {})
    found = (
        _person(actor, named, words, answer)
        for named in map(_named, people.named_options(rows.values()))
    )
    return [each for each in found if each is not None]


def _person(actor: Actor, named: Hit, words: tuple[str, ...], answer: _Answer) -> _Person | None:
    """A person with what the actor may read of what is said of them; None where that is nothing."""
    have = own = answer.candidates.own_words.get(named.id, 0)
    said = []
    for one in answer.candidates.saying.get(named.id, ()):
        row = answer.rows[one.kind].get(one.id)
        if row is not None:
            have |= one.words
            match = _match(actor, one.kind, row, words)
            said.append((one.words.bit_count(), match))
    if not have:
        return None
    days = [match.happened_at for _words, match in said]
    latest = max([*days, _BEGINNING] if own else days)
    best = sorted(said, key=lambda one: (one[0], one[1].happened_at, one[1].id), reverse=True)
    shown = tuple(match for _words, match in best[:_SHOWN_MATCHES])
    return _Person((have.bit_count(), latest, named.id), replace(named, matches=shown))


def _with_matches(
    named: Sequence[Hit], scattered: Sequence[_Person], *, more: bool = True
) -> list[Hit]:
    """The named people with what is said of them, and, if `more`, the others after them."""
    said = {each.hit.id: each.hit.matches for each in scattered}
    ids = {hit.id for hit in named}
    hits = [replace(hit, matches=said.get(hit.id, ())) for hit in named]
    return hits + [each.hit for each in scattered if more and each.hit.id not in ids]


def _named(found: NameOption) -> Hit:
    return Hit(PERSON, found.id, found.name, found.beside, found.id, found.name)


def _match(actor: Actor, kind: str, row: PartRow, words: tuple[str, ...]) -> Match:
    return BY_CODE[kind].read(actor, row, " ".join(words))


def _thing(actor: Actor, kind: str, row: PartRow, words: tuple[str, ...]) -> Hit:
    match = _match(actor, kind, row, words)
    return Hit(
        kind,
        match.id,
        match.title,
        match.text,
        match.person_id,
        match.person_name,
        match.happened_at,
    )


def _encoded(key: Key) -> tuple[int, str, UUID]:
    return key[0], key[1].isoformat(), key[2]


def _key(cursor: str | None) -> Key | None:
    if not cursor:
        return None
    hits, at, thing_id = paging.decode(cursor, (_whole, paging.read_moment, UUID))
    return hits, at, thing_id


def _whole(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value <= 1_000_000:
        raise ValueError
    return value


def check_cursor(kind: str | None, cursor: str | None) -> None:
    """BadRequest for a cursor where all kinds are asked for: each has pages of its own."""
    if cursor and kind is None:
        raise BadRequest(
            _("Say which kind to read on; each has pages of its own."), code="bad_cursor"
        )
