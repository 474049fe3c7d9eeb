"""What a file adds of the importer's own (notes, facts and the like), and of the team's own fields."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from community.core import db
from community.core.text import fold
from community.exchange.formats.limits import MAX_KEY
from community.exchange.formats.own_things import OWN_TABLES
from community.exchange.formats.record import PersonRecord

OWN = tuple(OWN_TABLES)
_ONCE = ("preferences", "ties")
Problems = list[dict[str, Any]]
# The field's id, and what it holds: a text, or an id of the file that names a person.
Read = Callable[[str, str], "Value"]


class Refused(ValueError):
    """A value that a field cannot hold: the code and the parameters of the reason."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Value:
    """What one of the team's fields is to hold."""

    field_id: UUID
    value: str = ""
    other: str = ""


def _no_fields(key: str, _said: str) -> Value:
    raise Refused("field_unknown", value=key[:80])


@dataclass(frozen=True, slots=True)
class Around:
    """What of the team a plan is made against: its fields, its words for relations, who here the ids
    stand for that the file names people by, the ids of its own people, and the importer."""

    read_field: Read = _no_fields
    kinds: Mapping[str, UUID] = field(default_factory=dict)
    others: Mapping[str, UUID] = field(default_factory=dict)
    in_file: Collection[str] = ()
    me: Collection[UUID] = ()


NOTHING = Around()


@dataclass(frozen=True, slots=True)
class Mine:
    """What the importer wrote about somebody here already."""

    notes: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    preferences: bool = False
    ties: bool = False
    relations: frozenset[tuple[str, UUID | None, str, UUID]] = frozenset()


NOTHING_YET = Mine()


def plan_own(
    record: PersonRecord, mine: Mine, around: Around, person_id: UUID | None = None
) -> dict[str, list[dict[str, Any]]]:
    """The rows to be added, by table; each thing that is here already is left out."""
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in OWN}
    rows["notes"] = [_row({"body": body}) for body in record.notes if body not in mine.notes]
    for each in record.own:
        made = _row(each.values)
        if each.table == "relations":
            made = _related(made, around)
        if _is_new(each.table, made, mine, around, person_id):
            rows[each.table].append(made)
    return {table: found[:1] if table in _ONCE else found for table, found in rows.items()}


def _row(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": str(db.new_id()), **values}


def _related(row: dict[str, Any], around: Around) -> dict[str, Any]:
    """A word of the other team's own is the same word of this one's, or stays a word."""
    named = row.pop("kind_name")
    if row["kind"]:
        return {**row, "kind_id": None}
    kind_id = around.kinds.get(fold(named))
    if kind_id is None:
        return {**row, "kind": "other", "kind_id": None, "word": row["word"] or named}
    return {**row, "kind_id": str(kind_id)}


def _is_new(
    table: str, row: Mapping[str, Any], mine: Mine, around: Around, person_id: UUID | None
) -> bool:
    if table == "notes":
        return row["body"] not in mine.notes
    if table == "facts":
        return row["text"] not in mine.facts
    if table == "ties":
        return not mine.ties and person_id not in around.me
    if table == "preferences":
        return not mine.preferences
    other_id = around.others.get(row["other"])
    if other_id is None:
        return row["other"] in around.in_file
    kind_id = UUID(row["kind_id"]) if row["kind_id"] else None
    sign = (row["kind"], kind_id, row["word"], other_id)
    return other_id != person_id and sign not in mine.relations


def plan_fields(
    fields: Mapping[str, str], held: Collection[UUID], around: Around
) -> tuple[list[dict[str, Any]], Problems]:
    """The values to be added to fields that hold nothing yet, and what of them cannot be."""
    rows: list[dict[str, Any]] = []
    problems: Problems = []
    taken = set(held)
    for key, said in fields.items():
        try:
            found = around.read_field(key, said)
        except Refused as error:
            problems.append({"field": "fields", "code": error.code, "params": error.params})
            continue
        if found.field_id not in taken:
            taken.add(found.field_id)
            values = {"field_id": str(found.field_id), "value": found.value, "other": found.other}
            rows.append(_row(values))
    return rows, problems


def names_of(record: PersonRecord) -> Iterator[str]:
    """The ids by which a record names other people."""
    yield from (each.values["other"] for each in record.own if each.values.get("other"))
    yield from (said for said in record.fields.values() if len(said) <= MAX_KEY)
