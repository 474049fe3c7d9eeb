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
from community.exchange.matching.jobs import (
    POSITION_PARTS,
    Held,
    new_positions,
    organisations_of,
    planned,
)
from community.exchange.matching.own import (
    NOTHING,
    NOTHING_YET,
    OWN,
    Around,
    Mine,
    plan_fields,
    plan_own,
)

Value = TypeVar("Value")

# Columns of the person, in `written` and `before`; the lists beside it are LISTS.
COLUMNS = (
    "name",
    "call_name",
    "sort_name",
    "sort_key",
    "sought",
    "birthday_month",
    "birthday_day",
    "birthday_year",
    "tags",
    "extra",
)
LISTS = ("emails", "phones", "links", "positions")
# What a comparison may say of a row, beside what was wrong with it as it was read.
REASONS = (
    "field_refused",
    "field_unknown",
    "id_of_another",
    "joined",
    "keeps_own",
    "not_yours",
    "seen_by_others",
)
# Fields that are the importer's own and leave the person as it is.
BESIDE = frozenset((*OWN, "external_id"))


@dataclass(frozen=True, slots=True)
class Standing:
    """A person as they stand here.

    `imported` names the fields whose present value the same source's earlier import wrote.
    `closed` says why nothing may be added to them; empty when it may. `fields` are those of the
    team's own that hold something.
    """

    id: UUID
    version: int
    columns: Mapping[str, Any]
    emails: tuple[str, ...] = ()
    phones: tuple[tuple[str, str | None], ...] = ()
    links: tuple[str, ...] = ()
    positions: tuple[Held, ...] = ()
    external_ids: frozenset[str] = frozenset()
    mine: Mine = NOTHING_YET
    fields: frozenset[UUID] = frozenset()
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
            sort_name=first.sort_name or other.sort_name,
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
            jobs=_united(first.jobs, other.jobs, lambda each: each),
            fields={**other.fields, **first.fields},
            own=(*first.own, *(each for each in other.own if each not in first.own)),
        )
    return first


def plan_new(record: PersonRecord, external_ids: Iterable[str], around: Around = NOTHING) -> Plan:
    """Somebody nobody here is."""
    person_id = db.new_id()
    columns = {
        **dict.fromkeys(COLUMNS),
        "name": record.name,
        "call_name": record.call_name,
        "sort_name": record.sort_name,
        **_birthday(record.birthday),
        "tags": list(record.tags),
        "extra": _extra(record),
    }
    custom, problems = plan_fields(record.fields, (), around)
    written: dict[str, Any] = {
        "emails": _labelled(record.emails, 0),
        "phones": _phones(record.phones, 0),
        "links": _labelled(record.links, 0),
        "positions": [planned(job) for job in record.positions],
        "custom": custom,
        **plan_own(record, NOTHING_YET, around),
        "external_ids": [_named(value) for value in external_ids],
    }
    index(
        columns, [each["value"] for each in written["emails"]], organisations_of(record.positions)
    )
    fields = [
        name
        for name in ("name", "call_name", "sort_name", "birthday", "tags", "extra")
        if _has(columns, name)
    ]
    fields += [name for name in (*LISTS, *OWN) if written[name]]
    fields += ["fields"] if custom else []
    fields += ["external_id"] if written["external_ids"] else []
    written |= {"person": {"id": str(person_id), **columns}, "fields": fields, **_marks()}
    return Plan("new", written=written, reasons=problems)


def plan_update(
    record: PersonRecord,
    external_ids: Iterable[str],
    standing: Standing,
    today: date,
    around: Around = NOTHING,
) -> Plan:
    """Somebody who is here already: what the file adds, and what it brings up to date."""
    written: dict[str, Any] = {
        **plan_own(record, standing.mine, around, standing.id),
        "external_ids": [
            _named(value) for value in external_ids if value not in standing.external_ids
        ],
    }
    fields = [name for name in OWN if written[name]]
    plan = Plan("unchanged", standing.id, standing.version, written=written)
    if standing.closed:
        plan.outcome = "update" if fields else "skipped"
        plan.reasons.append({"field": None, "code": standing.closed, "params": {}})
    else:
        fields = _fill(plan, record, standing, today, around) + fields
        plan.outcome = "update" if fields else "unchanged"
    fields += ["external_id"] if written["external_ids"] else []
    written |= {"fields": fields, **_marks()}
    return plan


def _fill(
    plan: Plan, record: PersonRecord, standing: Standing, today: date, around: Around
) -> list[str]:
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
        **new_positions(
            record, standing.positions, today, is_imported="positions" in standing.imported
        ),
    }
    plan.written["custom"], problems = plan_fields(record.fields, standing.fields, around)
    plan.reasons += problems
    fields += [name for name in ("emails", "phones", "links") if plan.written[name]]
    fields += ["positions"] if any(plan.written[part] for part in POSITION_PARTS) else []
    fields += ["fields"] if plan.written["custom"] else []
    if set(fields) & {"name", "call_name", "sort_name", "emails", "positions"}:
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
    for name in ("name", "call_name", "sort_name"):
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


def index(columns: dict[str, Any], emails: Iterable[str], organisations: Iterable[str]) -> None:
    """Set the forms a person is sorted and sought by, as Person.rename and index_names do."""
    columns["sort_key"] = sort_key(columns["sort_name"] or columns["name"])
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
