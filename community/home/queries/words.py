"""The two statements of full-text search: candidates by their words, and what the actor may read.

The database's functions say in which rows the words are, without LIMIT and with other people's
private rows left out; `visible(actor)` decides on the best of them, here. Whoever asks goes on
asking while hidden ones leave room, so that what is shown never depends on what is hidden. The
order speaks of a thing's own words and day alone: of no word's frequency.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    CTE,
    TIMESTAMP,
    Integer,
    Text,
    Uuid,
    any_,
    cast,
    column,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import BIT

from community.core.paging import Column, Rows
from community.core.prepared import Prepared
from community.core.unions import PartRow, Parts
from community.home.queries.sources import BY_CODE, SOURCES
from community.identity.models import Actor
from community.people import queries as people
from community.people.models import Person

PERSON = "person"
Key = tuple[int, datetime, UUID]
"""What lists are ordered by, greatest first: how many words, the latest day, the id."""
_WORDS = ("\ue000word",)


@dataclass(frozen=True)
class Ask:
    """A list that is asked for: how many candidates, from below a key on."""

    kind: str
    rows: int
    below: Key | None = None


@dataclass(frozen=True)
class Saying:
    """A thing about a candidate person, and which of the words are in it, a bit for each."""

    kind: str
    id: UUID
    words: int


@dataclass
class Candidates:
    """Candidates by kind, best first; of people also their own words, and what says the others."""

    keys: dict[str, list[Key]] = field(default_factory=lambda: defaultdict(list))
    own_words: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))
    saying: dict[UUID, list[Saying]] = field(default_factory=lambda: defaultdict(list))

    def edge(self, ask: Ask) -> Key | None:
        """The last candidate's key; None when there are no more below."""
        keys = self.keys[ask.kind]
        return keys[-1] if len(keys) >= ask.rows else None

    def ids(self) -> dict[str, set[UUID]]:
        """Every thing and person among them, by kind."""
        ids = {kind: {key[2] for key in keys} for kind, keys in self.keys.items()}
        for saying in self.saying.values():
            for one in saying:
                ids.setdefault(one.kind, set()).add(one.id)
        return ids


def find_candidates(actor: Actor, words: tuple[str, ...], asks: Iterable[Ask]) -> Candidates:
    """The best candidates of each list that is asked for, in one statement."""
    asked = tuple(asks)
    values = {**_offered(actor), "words": words}
    for ask in asked:
        values |= _values(ask)
    shape = tuple((ask.kind, ask.below is not None) for ask in asked)
    found = Candidates()
    for row in _prepared(actor.shape, shape).rows(values):
        part, hits, at, thing_id, mask, about_id = tuple(row)
        if about_id is not None and part == PERSON:
            found.own_words[about_id] |= mask
        elif about_id is not None:
            found.saying[about_id].append(Saying(part, thing_id, mask))
        else:
            found.keys[part].append((hits, at, thing_id))
    for keys in found.keys.values():
        keys.sort(reverse=True)
    return found


def _offered(actor: Actor) -> dict[str, Any]:
    return {name: value for name, value in actor.places.items() if name != "team_id"}


def _values(ask: Ask) -> dict[str, Any]:
    values: dict[str, Any] = {f"rows_{ask.kind}": ask.rows}
    if ask.below:
        names = (f"{name}_{ask.kind}" for name in ("hits", "at", "id"))
        values |= dict(zip(names, ask.below, strict=True))
    return values


@lru_cache(maxsize=200)
def _prepared(shape: tuple[str, int, int], asked: tuple[tuple[str, bool], ...]) -> Prepared:
    """The candidates for all readers of one shape who ask for the same lists."""
    nobody = Actor.stand_in(shape)
    values: dict[str, Any] = {**_offered(nobody), "words": _WORDS}
    found = _Found(nobody)
    selects: list[Rows] = []
    for number, (kind, is_later_page) in enumerate(asked):
        below = (910_000_001 + number, datetime(1901 + number, 2, 3, tzinfo=UTC), uuid4())
        ask = Ask(kind, 920_000_001 + number, below if is_later_page else None)
        values |= _values(ask)
        selects += _people(found, ask) if kind == PERSON else [_things(found, ask)]
    return Prepared(union_all(*selects), values)


class _Found:
    """The search functions, each called once in a statement however often it is read."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._made: dict[str, CTE] = {}

    def of(self, function: str) -> CTE:
        """Where the words are: `person_id`, `id`, `happened_at`, `word`."""
        if function not in self._made:
            words = cast(literal(list(_WORDS), ARRAY(Text)), ARRAY(Text))
            call = getattr(func, function)(words, *people.offered_to(self._actor)).table_valued(
                column("person_id", Uuid),
                column("id", Uuid),
                column("happened_at", TIMESTAMP(timezone=True)),
                column("word", Integer),
            )
            self._made[function] = select(call).cte(function)
        return self._made[function]


def _mask(found: Any) -> Any:
    return func.bit_or(literal(1, Integer).op("<<")(found.c.word), type_=Integer)


def _best(found: Any, key: Any, ask: Ask) -> Rows:
    mask, at = _mask(found), func.max(found.c.happened_at)
    hits = func.bit_count(cast(mask, BIT(32)))
    columns = (hits.label("hits"), at.label("at"), key.label("id"), mask.label("words"))
    statement = select(*columns).group_by(key)
    if ask.below:
        statement = statement.having(tuple_(hits, at, key) < tuple_(*ask.below))
    return statement.order_by(hits.desc(), at.desc(), key.desc()).limit(ask.rows)


def _named(part: str, best: Any) -> Rows:
    code = cast(literal(part), Text).label("part")
    nobody = cast(null(), Uuid).label("about_id")
    return select(code, best.c.hits, best.c.at, best.c.id, best.c.words, nobody)


def _things(found: _Found, ask: Ask) -> Rows:
    """The things of one kind."""
    made = found.of(BY_CODE[ask.kind].function)
    return _named(ask.kind, _best(made, made.c.id, ask).subquery(f"best_{ask.kind}"))


def _people(found: _Found, ask: Ask) -> list[Rows]:
    """The people whom the words are about, scattered as they may be, and the things that say so."""
    parts = {PERSON: found.of("seek_persons")}
    parts |= {source.code: found.of(source.function) for source in SOURCES if source.is_about_one}
    together = union_all(*(select(part) for part in parts.values())).cte("about_people")
    best = _best(together, together.c.person_id, ask).cte("best_people")
    saying = (_saying(code, part, best) for code, part in parts.items())
    return [_named(PERSON, best), *saying]


def _saying(part: str, made: CTE, best: CTE) -> Rows:
    at = cast(null(), TIMESTAMP(timezone=True))
    about = made.c.person_id
    return (
        select(cast(literal(part), Text), cast(null(), Integer), at, made.c.id, _mask(made), about)
        .join(best, best.c.id == about)
        .group_by(made.c.id, about)
    )


def read(actor: Actor, ids: Mapping[str, Collection[UUID]]) -> Mapping[str, Mapping[UUID, PartRow]]:
    """Those of these people and things that the actor may read, by kind, in one statement."""
    wanted = {kind: tuple(some) for kind, some in sorted(ids.items()) if some}
    found: dict[str, dict[UUID, PartRow]] = {kind: {} for kind in ids}
    if wanted:
        prepared, parts = _prepared_rows(actor.shape, tuple(wanted))
        values = {f"ids_{kind}": some for kind, some in wanted.items()}
        for row in prepared.rows({**actor.places, **values}):
            kind, part = parts.read(row)
            found[kind][part.key] = part
    return found


@lru_cache(maxsize=200)
def _prepared_rows(shape: tuple[str, int, int], kinds: tuple[str, ...]) -> tuple[Prepared, Parts]:
    nobody = Actor.stand_in(shape)
    ids = {f"ids_{kind}": (uuid4(),) for kind in kinds}
    parts = Parts({kind: _readable(nobody, kind, ids[f"ids_{kind}"]) for kind in kinds})
    return Prepared(parts.statement, {**nobody.places, **ids}), parts


def _readable(actor: Actor, kind: str, ids: tuple[UUID, ...]) -> Rows:
    key: Column = Person.id if kind == PERSON else BY_CODE[kind].id
    rows = people.named_rows(actor) if kind == PERSON else BY_CODE[kind].rows(actor)
    wanted = key == any_(literal(list(ids), ARRAY(Uuid)))
    return rows.add_columns(key.label("key")).where(wanted)
