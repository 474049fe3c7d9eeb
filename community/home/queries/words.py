"""The statement of full-text search: candidates by their words, and of them what the actor may read.

The database's functions say in which rows the words are, without LIMIT and with other people's
private rows left out; `visible(actor)` decides on the rest, here. So what is cut off never depends
on what is hidden. The order speaks of a thing's own words and day alone: of no word's frequency.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
    cast,
    column,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from community.core.paging import Rows
from community.core.prepared import Prepared
from community.core.unions import PartRow, Parts
from community.home.queries.sources import BY_CODE, SOURCES, Source
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
class Answer:
    """Rows by part: what may be read, by `kind`, and `edge_<kind>` with the last candidate."""

    rows: Mapping[str, list[PartRow]]

    def edge(self, ask: Ask) -> Key | None:
        """The last candidate's key; None when there are no more below."""
        for row in self.rows.get(f"edge_{ask.kind}", ()):
            if row.candidates >= ask.rows:
                return row.hits, row.at, row.id
        return None


def read(actor: Actor, words: tuple[str, ...], asks: Iterable[Ask]) -> Answer:
    """Read the lists that are asked for, in one statement."""
    asked = tuple(asks)
    values = {**actor.places, "words": words}
    for ask in asked:
        values |= _values(ask)
    shape = tuple((ask.kind, ask.below is not None) for ask in asked)
    prepared, parts = _prepared(actor.shape, shape)
    found: dict[str, list[PartRow]] = {}
    for row in prepared.rows(values):
        code, part = parts.read(row)
        found.setdefault(code, []).append(part)
    return Answer(found)


def _values(ask: Ask) -> dict[str, Any]:
    values: dict[str, Any] = {f"rows_{ask.kind}": ask.rows}
    if ask.below:
        names = (f"{name}_{ask.kind}" for name in ("hits", "at", "id"))
        values |= dict(zip(names, ask.below, strict=True))
    return values


@lru_cache(maxsize=200)
def _prepared(
    shape: tuple[str, int, int], asked: tuple[tuple[str, bool], ...]
) -> tuple[Prepared, Parts]:
    """The statement for all readers of one shape who ask for the same lists."""
    nobody = Actor.stand_in(shape)
    values: dict[str, Any] = {**nobody.places, "words": _WORDS}
    found = _Found(nobody)
    selects: dict[str, Rows] = {}
    for number, (kind, is_later_page) in enumerate(asked):
        below = (910_000_001 + number, datetime(1901 + number, 2, 3, tzinfo=UTC), uuid4())
        ask = Ask(kind, 920_000_001 + number, below if is_later_page else None)
        values |= _values(ask)
        make = _people if kind == PERSON else _things
        selects |= make(nobody, found, ask)
    parts = Parts(selects)
    return Prepared(parts.statement, values), parts


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


def _best(found: Any, key: Any, ask: Ask, name: str) -> CTE:
    hits, at = func.count(found.c.word.distinct()), func.max(found.c.happened_at)
    words = func.array_agg(found.c.word.distinct(), type_=ARRAY(Integer))
    columns = (hits.label("hits"), at.label("at"), key.label("id"), words.label("words"))
    statement = select(*columns).group_by(key)
    if ask.below:
        statement = statement.having(tuple_(hits, at, key) < tuple_(*ask.below))
    order = (hits.desc(), at.desc(), key.desc())
    return statement.order_by(*order).limit(ask.rows).cte(name)


def _edge(best: CTE) -> Rows:
    counted = func.count().over().label("candidates")
    last = (best.c.hits, best.c.at, best.c.id)
    return select(counted, *last).order_by(*(column.asc() for column in last)).limit(1)


def _things(actor: Actor, found: _Found, ask: Ask) -> dict[str, Rows]:
    """The things of one kind."""
    source = BY_CODE[ask.kind]
    made = found.of(source.function)
    best = _best(made, made.c.id, ask, f"best_{ask.kind}")
    return {
        ask.kind: _readable(actor, source, best),
        f"edge_{ask.kind}": _edge(best),
    }


def _readable(actor: Actor, source: Source, best: CTE) -> Rows:
    keys = (best.c.hits.label("key_hits"), best.c.at.label("key_at"), best.c.id.label("key_id"))
    return source.rows(actor).add_columns(*keys, best.c.words).join(best, best.c.id == source.id)


def _people(actor: Actor, found: _Found, ask: Ask) -> dict[str, Rows]:
    """The people whom the words are about, scattered as they may be, and the things that say so."""
    own = found.of("seek_persons")
    sources = [source for source in SOURCES if source.is_about_one]
    about = [found.of(source.function) for source in sources]
    together = union_all(select(own), *(select(each) for each in about)).cte("about_people")
    best = _best(together, together.c.person_id, ask, "best_people")
    theirs = (
        select(func.array_agg(aggregate_order_by(own.c.word, own.c.word), type_=ARRAY(Integer)))
        .where(own.c.person_id == best.c.id)
        .scalar_subquery()
    )
    named = people.named_rows(actor).add_columns(theirs.label("words"))
    selects: dict[str, Rows] = {
        PERSON: named.join(best, best.c.id == Person.id),
        f"edge_{PERSON}": _edge(best),
    }
    for source, made in zip(sources, about, strict=True):
        selects[f"about_{source.code}"] = _saying(actor, source, made, best)
    return selects


def _saying(actor: Actor, source: Source, made: CTE, best: CTE) -> Rows:
    words = func.array_agg(made.c.word.distinct(), type_=ARRAY(Integer))
    chosen = (
        select(made.c.id, made.c.person_id.label("about_id"), words.label("words"))
        .join(best, best.c.id == made.c.person_id)
        .group_by(made.c.id, made.c.person_id)
        .subquery(f"saying_{source.code}")
    )
    return (
        source.rows(actor)
        .add_columns(chosen.c.about_id, chosen.c.words)
        .join(chosen, chosen.c.id == source.id)
    )
