"""What a record of the file makes or changes: the plan that is staged, shown, and published.

A plan is JSON: `written` holds the person's columns, the rows added beside it with their ids,
and the names of the fields; `before` the columns as they were. The publishing statements read
nothing else.

An update fills what is empty and adds new values. It never replaces what somebody typed: only
what the same source's earlier import wrote and nobody changed since.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from community.core import db
from community.core.text import fold, sort_key
from community.exchange.formats.limits import MAX_VALUES
from community.exchange.formats.record import Birthday, Labelled, PersonRecord, Phone

Value = TypeVar("Value")

# Columns of the person, in `written` and `before`; the lists beside it are LISTS.
COLUMNS = (
    "name",
    "call_name",
    "sort_key",
    "sought",
    "birthday_month",
    "birthday_day",
    "birthday_year",
    "tags",
    "extra",
)
LISTS = ("emails", "phones", "links", "positions")
POSITION_PARTS = ("positions", "titled", "ended")
# What a comparison may say of a row, beside what was wrong with it as it was read.
REASONS = ("id_of_another", "joined", "keeps_own", "not_yours", "seen_by_others")
# Fields that are the importer's own and leave the person as it is.
BESIDE = frozenset(("notes", "external_id"))


@dataclass(frozen=True, slots=True)
class Held:
    """A position somebody has, or (`ended`) had."""

    id: UUID
    organisation: str
    title: str
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A person as they stand here.

    `imported` names the fields whose present value the same source's earlier import wrote.
    `closed` says why nothing may be added to them; empty when it may. `notes` are the
    importer's own.
    """

    id: UUID
    version: int
    columns: Mapping[str, Any]
    emails: tuple[str, ...] = ()
    phones: tuple[tuple[str, str | None], ...] = ()
    links: tuple[str, ...] = ()
    positions: tuple[Held, ...] = ()
    external_ids: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()
    closed: str = ""


@dataclass(slots=True)
class Plan:
    """What becomes of one row of the file."""

    outcome: str
    person_id: UUID | None = None
    version: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    written: dict[str, Any] = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)


def join_records(records: Sequence[PersonRecord]) -> PersonRecord:
    """Rows of one person as one: the first leads, the others fill and add."""
    first, *others = records
    for other in others:
        job = first if first.organisation or first.position else other
        first = replace(
            first,
            call_name=first.call_name or other.call_name,
            emails=_united(first.emails, other.emails, lambda each: each.value),
            phones=_united(first.phones, other.phones, _number),
            links=_united(first.links, other.links, lambda each: each.value),
            organisation=job.organisation,
            position=job.position,
            birthday=_fuller(first.birthday, other.birthday),
            tags=_united(first.tags, other.tags, fold),
            notes=_united(first.notes, other.notes, str),
            connected_on=first.connected_on or other.connected_on,
            met_on=first.met_on or other.met_on,
            extra=first.extra or other.extra,
        )
    return first


def plan_new(record: PersonRecord, external_ids: Iterable[str]) -> Plan:
    """Somebody nobody here is."""
    person_id = db.new_id()
    columns = {
        **dict.fromkeys(COLUMNS),
        "name": record.name,
        "call_name": record.call_name,
        **_birthday(record.birthday),
        "tags": list(record.tags),
        "extra": _extra(record),
    }
    positions = [_position(record)] if record.organisation or record.position else []
    written: dict[str, Any] = {
        "emails": _labelled(record.emails, 0),
        "phones": _phones(record.phones, 0),
        "links": _labelled(record.links, 0),
        "positions": positions,
        "notes": [_note(body) for body in record.notes],
        "external_ids": [_named(value) for value in external_ids],
    }
    index(columns, [each["value"] for each in written["emails"]], [record.organisation])
    fields = [
        name for name in ("name", "call_name", "birthday", "tags", "extra") if _has(columns, name)
    ]
    fields += [name for name in (*LISTS, "notes") if written[name]]
    fields += ["external_id"] if written["external_ids"] else []
    written |= {"person": {"id": str(person_id), **columns}, "fields": fields, **_marks()}
    return Plan("new", written=written)


def plan_update(
    record: PersonRecord, external_ids: Iterable[str], standing: Standing, today: date
) -> Plan:
    """Somebody who is here already: what the file adds, and what it brings up to date."""
    written: dict[str, Any] = {
        "notes": [_note(body) for body in record.notes if body not in standing.notes],
        "external_ids": [
            _named(value) for value in external_ids if value not in standing.external_ids
        ],
    }
    fields = ["notes"] if written["notes"] else []
    plan = Plan("unchanged", standing.id, standing.version, written=written)
    if standing.closed:
        plan.outcome = "update" if fields else "skipped"
        plan.reasons.append({"field": None, "code": standing.closed, "params": {}})
    else:
        fields = _fill(plan, record, standing, today) + fields
        plan.outcome = "update" if fields else "unchanged"
    fields += ["external_id"] if written["external_ids"] else []
    written |= {"fields": fields, **_marks()}
    return plan


def _fill(plan: Plan, record: PersonRecord, standing: Standing, today: date) -> list[str]:
    """Everything but notes and ids into the plan; the names of the fields that change."""
    columns = dict(standing.columns)
    fields = _write_columns(columns, record, standing)
    emails = [each for each in record.emails if each.value not in standing.emails]
    phones = _new_phones(record.phones, standing.phones)
    links = [each for each in record.links if each.value not in standing.links]
    plan.written |= {
        "emails": _labelled(emails, len(standing.emails)),
        "phones": _phones(phones, len(standing.phones)),
        "links": _labelled(links, len(standing.links)),
        **_new_positions(record, standing, today),
    }
    fields += [name for name in ("emails", "phones", "links") if plan.written[name]]
    fields += ["positions"] if any(plan.written[part] for part in POSITION_PARTS) else []
    if set(fields) & {"name", "call_name", "emails", "positions"}:
        held = [held.organisation for held in standing.positions]
        mails = [*standing.emails, *(each.value for each in emails)]
        index(columns, mails, [*held, *(p["organisation"] for p in plan.written["positions"])])
    if fields:
        plan.before["person"] = dict(standing.columns)
        plan.written["person"] = {"id": str(standing.id), **columns}
    return fields


def _write_columns(columns: dict[str, Any], record: PersonRecord, standing: Standing) -> list[str]:
    """Names, birthday, tags and what has no field; the names of those that change."""
    fields = []
    for name in ("name", "call_name"):
        given, here = getattr(record, name), columns[name]
        if given and given != here and (not here or name in standing.imported):
            columns[name] = given
            fields.append(name)
    if record.birthday and _may_be_born(record.birthday, standing):
        columns |= _birthday(record.birthday)
        fields.append("birthday")
    here = {fold(tag) for tag in columns["tags"]}
    if more := [tag for tag in record.tags if fold(tag) not in here]:
        columns["tags"] = [*columns["tags"], *more]
        fields.append("tags")
    kept, mine = columns["extra"], "extra" in standing.imported
    told = {
        name: value
        for name, value in _extra(record).items()
        if name not in kept or (mine and _tells_more(name, value, kept[name]))
    }
    if told:
        columns["extra"] = {**kept, **told}
        fields.append("extra")
    return fields


def _tells_more(name: str, given: Any, here: Any) -> bool:
    """Whether it differs in more than the moment a card was written (REV)."""
    if name != "vcard":
        return bool(given != here)
    return [each for each in given if each[0] != "REV"] != [e for e in here if e[0] != "REV"]


def _may_be_born(given: Birthday, standing: Standing) -> bool:
    here = [standing.columns[name] for name in ("birthday_month", "birthday_day", "birthday_year")]
    told = [given.month, given.day, given.year]
    if here == told:
        return False
    if here[0] is None or (here[:2] == told[:2] and here[2] is None):
        return True
    # A file that leaves the year out does not take it away.
    return "birthday" in standing.imported and (here[:2] != told[:2] or given.year is not None)


def _new_positions(record: PersonRecord, standing: Standing, today: date) -> dict[str, Any]:
    """The position of the file beside those here.

    One that lacks its title gets it. Where the same source's earlier import wrote the only
    position somebody holds, they have moved on: it ends, and stays in their history.
    """
    parts: dict[str, Any] = {part: [] for part in POSITION_PARTS}
    if not record.organisation and not record.position:
        return parts
    open_ = [held for held in standing.positions if not held.ended]
    wanted = (fold(record.organisation), fold(record.position))
    at = [held for held in open_ if fold(held.organisation) == wanted[0]]
    if any(fold(held.title) == wanted[1] for held in at) or (at and not wanted[1]):
        return parts
    if any(wanted == (fold(held.organisation), fold(held.title)) for held in standing.positions):
        # What ended here is not begun anew by an older file.
        return parts
    untitled = next((held for held in at if not held.title), None)
    if untitled and record.organisation:
        parts["titled"] = [{"id": str(untitled.id), "title": record.position}]
        return parts
    parts["positions"] = [_position(record)]
    if len(open_) == 1 and "positions" in standing.imported:
        parts["ended"] = [{"id": str(open_[0].id), "to_on": today.isoformat()}]
    return parts


def index(columns: dict[str, Any], emails: Iterable[str], organisations: Iterable[str]) -> None:
    """Set the forms a person is sorted and sought by, as Person.rename and index_names do."""
    columns["sort_key"] = sort_key(columns["name"])
    words = [columns["name"], columns["call_name"], *emails, *organisations]
    columns["sought"] = fold(" ".join(words))


def _has(columns: Mapping[str, Any], name: str) -> bool:
    return bool(columns["birthday_month"] if name == "birthday" else columns[name])


def _birthday(birthday: Birthday | None) -> dict[str, int | None]:
    return {
        "birthday_month": birthday.month if birthday else None,
        "birthday_day": birthday.day if birthday else None,
        "birthday_year": birthday.year if birthday else None,
    }


def _extra(record: PersonRecord) -> dict[str, Any]:
    """What a person has no field for: dates of the connection, properties of a card."""
    found: dict[str, Any] = {}
    if record.connected_on:
        found["connected_on"] = record.connected_on.isoformat()
    if record.met_on:
        found["met_on"] = record.met_on.isoformat()
    if record.extra:
        found["vcard"] = [[p.name, p.value, p.params, p.group] for p in record.extra]
    return found


def _labelled(values: Iterable[Labelled], start: int) -> list[dict[str, Any]]:
    return [
        {"id": str(db.new_id()), "value": each.value, "label": each.label, "position": place}
        for place, each in enumerate(values, start)
    ]


def _phones(values: Iterable[Phone], start: int) -> list[dict[str, Any]]:
    values = list(values)
    rows = _labelled([Labelled(each.value, each.label) for each in values], start)
    return [{**row, "e164": each.e164} for row, each in zip(rows, values, strict=True)]


def _position(record: PersonRecord) -> dict[str, str]:
    return {
        "id": str(db.new_id()),
        "organisation": record.organisation,
        "title": record.position,
    }


def _note(body: str) -> dict[str, str]:
    return {"id": str(db.new_id()), "body": body}


def _named(value: str) -> dict[str, str]:
    return {"id": str(db.new_id()), "value": value}


def _marks() -> dict[str, str]:
    """Ids of the rows that tell of the act."""
    return {"change_id": str(db.new_id()), "entry_id": str(db.new_id())}


def _new_phones(given: Iterable[Phone], here: Iterable[tuple[str, str | None]]) -> list[Phone]:
    known = {key for value, e164 in here for key in (value, e164) if key}
    return [phone for phone in given if not {phone.value, phone.e164} & known]


def _number(phone: Phone) -> str:
    return phone.e164 or phone.value


def _fuller(one: Birthday | None, other: Birthday | None) -> Birthday | None:
    if one is None or other is None:
        return one or other
    alike = (one.month, one.day) == (other.month, other.day)
    return other if alike and one.year is None else one


def _united(
    one: tuple[Value, ...], other: tuple[Value, ...], key: Callable[[Value], Hashable]
) -> tuple[Value, ...]:
    seen = {key(each) for each in one}
    both = (*one, *(each for each in other if key(each) not in seen))
    return both[:MAX_VALUES]
