"""What an export holds: row by row, the declared columns of what its author may hand out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    Table,
    and_,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from community.core import db
from community.identity.models import Actor
from community.journal import policy as journal_policy
from community.people import queries as people_queries
from community.people.models import CustomField, Person, RelationKind
from community.people.policy import visible as visible_person
from community.records import policy
from community.records.queries import concerns
from community.records.queries.concerns import Subject

ROWS = 50_000
# What a row says by reference to a word of the team's own: as what, and of which table.
_THINGS: dict[str, tuple[str, Any]] = {
    "field_id": ("field", CustomField),
    "kind_id": ("kind_named", RelationKind),
}
# Whom rows name that are about somebody else; only a person, by now, is what one met another through.
_BESIDES = {"custom_values": ("other_id",), "ties": ("met_through_id",)}
_ALSO = frozenset(("met_through_id",))


@dataclass(frozen=True)
class Wanted:
    """What is taken out: about whom (None: everything one may see), and what authors agreed to.

    `is_asked` is for a person who asked: what the whole team reads, whoever has the file made, and
    how much more there is that is somebody's own.
    """

    subject: Subject | None
    is_self: bool = False
    is_asked: bool = False
    agreed: Mapping[str, Sequence[UUID]] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    """The rows of one table, and how many more there are that are not handed out."""

    table: str
    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    withheld: int = 0


def find_held(actor: Actor, wanted: Wanted) -> Iterator[Held]:
    """Table by table, what the export holds."""
    reader = policy.anybody_of(actor) if wanted.is_asked else actor
    names = _Names(reader)
    for table in concerns.personal():
        columns = _columns(table, wanted)
        if not columns:
            continue
        scope = _scope(table, wanted)
        if scope is None:
            continue
        allowed = _allowed(reader, table, wanted)
        rows = names.shown(table, columns, _rows(table, columns, scope & allowed))
        is_told = wanted.is_asked and concerns.concerns(table).seen is not None
        withheld = _count(table, scope, allowed) if is_told else 0
        if rows or withheld:
            yield Held(str(table.name), columns, rows, withheld)


def _columns(table: Table, wanted: Wanted) -> list[str]:
    """What is taken out of a row; of everything one may see, only words: pictures are too much.

    What is between those whom a row is about goes to them alone, and not to all its readers.
    """
    columns = concerns.exported_columns(table)
    if not (wanted.is_self or wanted.is_asked):
        columns = [name for name in columns if not table.c[name].info["between"]]
    if wanted.subject is not None:
        return columns
    return [name for name in columns if not isinstance(table.c[name].type, LargeBinary)]


def count_held(actor: Actor, subject: Subject) -> dict[str, int]:
    """How many rows about the person there are in each table that the actor may hand out.

    In one statement; what others keep for themselves is in no count.
    """
    wanted = Wanted(subject)
    parts = [
        select(literal(table.name).label("name"), func.count().label("rows"))
        .select_from(table)
        .where(concerns.about(table, subject), _allowed(actor, table, wanted))
        for table in concerns.personal()
        if concerns.exported_columns(table) and not concerns.is_account(table)
    ]
    rows = db.session().execute(union_all(*parts))
    return {row.name: row.rows for row in rows if row.rows}


def _scope(table: Table, wanted: Wanted) -> ColumnElement[bool] | None:
    """The rows that are spoken of; None where the table is none of this export's."""
    subject = wanted.subject
    if subject is None:
        seen = concerns.concerns(table).seen
        return (
            None if seen is None or seen[0] == "import" else table.c.team_id == db.current_team_id()
        )
    if concerns.is_account(table) and not wanted.is_self:
        return None
    if wanted.is_self and concerns.concerns(table).seen is None:
        # What nobody else decides about is theirs by their own id: not by one merged into it.
        subject = replace(subject, person_ids=(subject.person_id,))
    written = concerns.by(table, subject) if wanted.is_self else None
    about = concerns.about(table, subject)
    return about if written is None else or_(about, written)


def _allowed(reader: Actor, table: Table, wanted: Wanted) -> ColumnElement[bool]:
    """Of those, the rows that are handed out."""
    declared, subject = concerns.concerns(table), wanted.subject
    if declared.seen is None:
        # Nobody else's to receive: theirs, or, where they are not here to take it and asked for
        # it, the team's to hand out to them.
        is_for_them = wanted.is_asked and subject is not None and not subject.is_member
        return true() if wanted.is_self or is_for_them else false()
    kind, name = declared.seen
    ways = [table.c[name].in_(readable(kind, reader))]
    if wanted.agreed.get(kind):
        ways.append(table.c[name].in_(wanted.agreed[kind]))
    named = [_unnamed_or_seen(table.c[column], kind, reader) for kind, column in declared.also]
    return and_(or_(*ways), *named)


def _unnamed_or_seen(column: Any, kind: str, reader: Actor) -> ColumnElement[bool]:
    return or_(column.is_(None), column.in_(readable(kind, reader)))


def readable(kind: str, actor: Actor) -> Select[Any]:
    """What the actor may read of a kind. The audit shows more: also who was deleted since."""
    if kind == journal_policy.PERSON:
        return people_queries.readable(actor)
    return journal_policy.readable(kind, actor)


def named_besides(table: Table) -> set[str]:
    """What a row is shown with besides its own columns: whom and which of the team's words it names."""
    things = {_THINGS[name][0] for name in _THINGS if name in table.c}
    return things | {name.removesuffix("_id") for name in _BESIDES.get(table.name, ())}


def _rows(table: Table, columns: Sequence[str], where: ColumnElement[bool]) -> Sequence[Any]:
    declared = concerns.concerns(table)
    things = [name for name in _THINGS if name in table.c]
    names = dict.fromkeys(
        [*(name for name in ("id",) if name in table.c), *_people(table), *things, *columns]
    )
    statement = select(*(table.c[name] for name in names)).where(where)
    order = [column for column in table.primary_key if column.name != "team_id"]
    assert declared.about
    return db.session().execute(statement.order_by(*order).limit(ROWS + 1)).all()


def _people(table: Table) -> list[str]:
    """The columns that say whom a row is about, whom it names besides, and who wrote it."""
    declared = concerns.concerns(table)
    named = [
        *declared.about,
        *([declared.by] if declared.by else []),
        *_BESIDES.get(table.name, ()),
    ]
    return [name for name in dict.fromkeys(named) if name in _ALSO or table.c[name].info["person"]]


def _count(table: Table, scope: ColumnElement[bool], allowed: ColumnElement[bool]) -> int:
    hidden = select(func.count()).select_from(table).where(scope, not_(allowed))
    return db.session().scalar(hidden) or 0


class _Names:
    """The names of the people whom rows name, as far as the actor sees them."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.known: dict[UUID, dict[str, str] | None] = {}

    def shown(
        self, table: Table, columns: Sequence[str], rows: Sequence[Any]
    ) -> list[dict[str, Any]]:
        """Rows as an export says them: the exported columns, and people by name."""
        people = [name for name in _people(table) if name not in columns and name != "id"]
        self._learn({getattr(row, name) for row in rows for name in people})
        things = [name for name in _THINGS if name in table.c]
        for name in things:
            self._learn_things(name, {getattr(row, name) for row in rows})
        shown = []
        for row in rows:
            values = row._mapping
            ids = {"id": values["id"]} if "id" in values else {}
            named = {name.removesuffix("_id"): self.known.get(values[name]) for name in people}
            named |= {_THINGS[name][0]: self.known.get(values[name]) for name in things}
            shown.append({**ids, **named, **{name: values[name] for name in columns}})
        return shown

    def _learn_things(self, name: str, ids: set[UUID | None]) -> None:
        """What the team calls its own fields and relations."""
        model = _THINGS[name][1]
        statement = select(model.id, model.name).where(
            model.team_id == db.current_team_id(), model.id.in_(ids - {None})
        )
        for row in db.session().execute(statement) if ids - {None} else ():
            self.known[row.id] = {"id": str(row.id), "name": row.name}

    def _learn(self, ids: set[UUID | None]) -> None:
        new = [person_id for person_id in ids if person_id and person_id not in self.known]
        if not new:
            return
        self.known |= dict.fromkeys(new)
        named = aliased(Person)
        statement = (
            select(named.id.label("named_id"), Person.id, Person.name)
            .join(named, (named.team_id == Person.team_id) & (named.canonical_id == Person.id))
            .where(visible_person(self.actor), visible_person(self.actor, named), named.id.in_(new))
        )
        for row in db.session().execute(statement):
            self.known[row.named_id] = {"id": str(row.id), "name": row.name}
