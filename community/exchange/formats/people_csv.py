"""People as a table that a spreadsheet opens and our own import reads back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from community.exchange.formats.csv_writing import write_csv

COLUMNS = (
    "Name",
    "Nickname",
    "Email",
    "Phone",
    "Website",
    "Organization",
    "Position",
    "Birthday",
    "Tags",
    "Id",
)
# Several values of a kind in one cell, as Google joins them.
_JOINT = " ::: "


def write_people(people: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Chunks of the file. Each person: name, call_name, emails, phones, links, positions, tags,
    birthday_month, _day, _year and id; the lists as the API has them."""
    return write_csv(COLUMNS, (_row(person) for person in people))


def _row(person: Mapping[str, Any]) -> tuple[str, ...]:
    current = [held for held in person["positions"] if not held["to_on"]]
    job: Mapping[str, Any] = current[0] if current else {}
    return (
        person["name"],
        person["call_name"],
        *(
            _JOINT.join(each["value"] for each in person[part])
            for part in ("emails", "phones", "links")
        ),
        job.get("organisation", ""),
        job.get("title", ""),
        _birthday(person),
        _JOINT.join(person["tags"]),
        str(person["id"]),
    )


def _birthday(person: Mapping[str, Any]) -> str:
    month, day, year = (person[f"birthday_{part}"] for part in ("month", "day", "year"))
    if month is None:
        return ""
    return f"{year:04}-{month:02}-{day:02}" if year else f"--{month:02}-{day:02}"
