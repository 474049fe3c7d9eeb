"""People as a table that a spreadsheet opens and our own import reads back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from community.core.csv_writing import write_csv
from community.exchange.formats.jobs import write_jobs
from community.exchange.formats.limits import KIB, MAX_CELL
from community.people.formats.extras import read_address

COLUMNS = (
    "Name",
    "Nickname",
    "Sort As",
    "Email Label",
    "Email",
    "Phone Label",
    "Phone",
    "Website Label",
    "Website",
    "Organization",
    "Position",
    "All Positions",
    "Birthday",
    "Tags",
    "Address",
    "Connected On",
    "Met On",
    "Further Details",
    "Id",
)
# Several values of a kind in one cell, as Google joins them.
_JOINT = " ::: "
# Characters of card properties in one cell; a longer cell would not be read back.
_ROOM = MAX_CELL - KIB


def write_people(
    people: Iterable[Mapping[str, Any]], fields: Mapping[str, str] = MappingProxyType({})
) -> Iterator[bytes]:
    """Chunks of the file. Each person: name, call_name, sort_name, emails, phones, links, positions, tags,
    birthday_month, _day, _year, extra, id and the team's own fields; the lists as the API has them.

    `fields` are the team's own by key, with the name of the column of each.
    """
    header = (*COLUMNS, *fields.values())
    return write_csv(header, ((*_row(person), *_custom(person, fields)) for person in people))


def _custom(person: Mapping[str, Any], fields: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(str(person["fields"].get(key, "")) for key in fields)


def _row(person: Mapping[str, Any]) -> tuple[str, ...]:
    current = [held for held in person["positions"] if not held["to_on"]]
    job: Mapping[str, Any] = current[0] if current else {}
    return (
        person["name"],
        person["call_name"],
        person["sort_name"],
        *(cell for part in ("emails", "phones", "links") for cell in _labelled(person[part])),
        job.get("organisation", ""),
        job.get("title", ""),
        _positions(person["positions"]),
        _birthday(person),
        _JOINT.join(person["tags"]),
        *_extra(person["extra"]),
        str(person["id"]),
    )


def _labelled(values: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """What each is for, where that is said of one of them, and the values."""
    labels = [each["label"] for each in values]
    return _JOINT.join(labels) if any(labels) else "", _JOINT.join(v["value"] for v in values)


def _positions(held: Sequence[Mapping[str, Any]]) -> str:
    """All of them, where the two columns before do not say everything."""
    return (
        write_jobs(held) if len(held) > 1 or any(p["from_on"] or p["to_on"] for p in held) else ""
    )


def _extra(extra: Mapping[str, Any]) -> tuple[str, ...]:
    """Addresses to read, days, and every property of a card that was kept as it stood.

    The last is for reading back: nothing of a card is lost, and the parts of an address stay apart.
    """
    properties = extra.get("vcard", ())
    addresses = (read_address(value) for name, value, *_rest in properties if name == "ADR")
    lines, room = [], _ROOM
    for name, value, params, group in properties:
        line = f"{group}{'.' if group else ''}{name}{params}:{value}"
        room -= len(line) + 1
        if room >= 0:
            lines.append(line)
    return (
        _JOINT.join(filter(None, addresses)),
        extra.get("connected_on", ""),
        extra.get("met_on", ""),
        "\n".join(lines),
    )


def _birthday(person: Mapping[str, Any]) -> str:
    month, day, year = (person[f"birthday_{part}"] for part in ("month", "day", "year"))
    if month is None:
        return ""
    return f"{year:04}-{month:02}-{day:02}" if year else f"--{month:02}-{day:02}"
