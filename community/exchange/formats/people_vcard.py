"""A person here as the record that a card is written from, and that reading it would give."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from community.exchange.formats.record import Birthday, Labelled, PersonRecord, Phone, RawProperty


def read_person(
    person: Mapping[str, Any], uid: str, fields: Mapping[str, str] = MappingProxyType({})
) -> PersonRecord:
    """`person` as `people_csv.write_people` takes it. Notes stay here: a card is handed on.

    Of several positions the present one is named. `fields` are those of the team's own that go out, by
    key with their names.
    """
    job: Mapping[str, Any] = next((held for held in person["positions"] if not held["to_on"]), {})
    extra = person["extra"]
    return PersonRecord(
        line=1,
        name=person["name"],
        call_name=person["call_name"],
        sort_name=person["sort_name"],
        emails=tuple(Labelled(each["value"], each["label"]) for each in person["emails"]),
        phones=tuple(
            Phone(each["value"], each["label"], each["e164"]) for each in person["phones"]
        ),
        links=tuple(Labelled(each["value"], each["label"]) for each in person["links"]),
        organisation=job.get("organisation", ""),
        position=job.get("title", ""),
        birthday=_birthday(person),
        tags=tuple(person["tags"]),
        external_id=uid,
        fields={
            name: str(person["fields"][key])
            for key, name in fields.items()
            if key in person["fields"]
        },
        connected_on=_day(extra.get("connected_on")),
        met_on=_day(extra.get("met_on")),
        extra=tuple(
            RawProperty(name, value, params, group)
            for name, value, params, group in extra.get("vcard", ())
        ),
    )


def _birthday(person: Mapping[str, Any]) -> Birthday | None:
    month, day, year = (person[f"birthday_{part}"] for part in ("month", "day", "year"))
    return None if month is None else Birthday(month, day, year)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
