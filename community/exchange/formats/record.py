"""What every reader yields: a person as the file told it, or what is wrong with a row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as made_by
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from community.exchange.formats.errors import MESSAGES, render
from community.people.formats.extras import Extra, read_extra

MARK = "urn:uuid:"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A normalised address or link, with the label it had ("work", "home", or any words)."""

    value: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as it was written; `e164` where it could be understood."""

    value: str
    label: str = ""
    e164: str | None = None


@dataclass(frozen=True, slots=True)
class Birthday:
    month: int
    day: int
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What somebody does, or (`to_on`) did, and where."""

    organisation: str = ""
    title: str = ""
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """What the importer wrote about the person elsewhere: a row of `table`, as plain JSON values."""

    table: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RawProperty:
    """A vCard property kept as it stood, still escaped; `params` begins with ';' or is empty."""

    name: str
    value: str
    params: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """One person of a file. `line` is where the row or card begins.

    `organisation` and `position` are what they do now; `jobs` are all the positions, where a file
    tells more than that. `fields` hold the team's own, by key.
    """

    line: int
    name: str
    call_name: str = ""
    sort_name: str = ""
    emails: tuple[Labelled, ...] = ()
    phones: tuple[Phone, ...] = ()
    links: tuple[Labelled, ...] = ()
    organisation: str = ""
    position: str = ""
    birthday: Birthday | None = None
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    external_id: str | None = None
    connected_on: date | None = None
    met_on: date | None = None
    extra: tuple[RawProperty, ...] = ()
    jobs: tuple[Job, ...] = ()
    fields: Mapping[str, str] = made_by(default_factory=dict)
    own: tuple[Own, ...] = ()

    @property
    def positions(self) -> tuple[Job, ...]:
        """What they do and did, as far as the file tells."""
        if self.jobs or not (self.organisation or self.position):
            return self.jobs
        return (Job(self.organisation, self.position),)

    @property
    def mark(self) -> str | None:
        """What one is known by again who comes without id and mail: everything that says who it is.

        Names alone never say that two are one, but the very same row does.
        """
        if self.external_id or self.emails:
            return None
        told: list[Any] = [self.name, self.call_name, self.organisation, self.position]
        told += [sorted(each.value for each in self.links), sorted(p.value for p in self.phones)]
        told += [asdict(self.birthday) if self.birthday else None]
        return f"{MARK}{uuid5(NAMESPACE_URL, repr(told))}"

    def to_data(self) -> dict[str, Any]:
        """Plain JSON values, to stage the record between jobs."""
        data = {name: getattr(self, name) for name in self.__slots__}
        for part in ("emails", "phones", "links", "extra", "jobs", "own"):
            data[part] = [_plain(each) for each in data[part]]
        data["birthday"] = _plain(self.birthday) if self.birthday else None
        for day in (*data["jobs"], data):
            for key in ("from_on", "to_on", "connected_on", "met_on"):
                if day.get(key) is not None:
                    day[key] = day[key].isoformat()
        return {**data, "fields": dict(self.fields), "mark": self.mark}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "PersonRecord":
        """The record `to_data` gave."""
        made = {name: value for name, value in data.items() if name != "mark"}
        made["emails"] = tuple(Labelled(**each) for each in data["emails"])
        made["phones"] = tuple(Phone(**each) for each in data["phones"])
        made["links"] = tuple(Labelled(**each) for each in data["links"])
        made["birthday"] = Birthday(**data["birthday"]) if data["birthday"] else None
        made["extra"] = tuple(RawProperty(**each) for each in data["extra"])
        made["jobs"] = tuple(
            Job(each["organisation"], each["title"], _day(each["from_on"]), _day(each["to_on"]))
            for each in data["jobs"]
        )
        made["own"] = tuple(Own(**each) for each in data["own"])
        for key in ("tags", "notes"):
            made[key] = tuple(data[key])
        for key in ("connected_on", "met_on"):
            made[key] = _day(data[key])
        return cls(**made)


def _plain(value: Any) -> dict[str, Any]:
    """A small dataclass as its fields: some thousand of them are written at a time."""
    return {name: getattr(value, name) for name in value.__slots__}


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


def read_unheld(data: Mapping[str, Any]) -> list[Extra]:
    """What a person has no field for, of a record as it is staged (`to_data`)."""
    days = {name: data[name] for name in ("connected_on", "met_on") if data[name]}
    properties = [[p["name"], p["value"], p["params"], p["group"]] for p in data["extra"] or ()]
    links = [each["value"] for each in data["links"] or ()]
    return read_extra({**days, "vcard": properties}, links, [data["organisation"]])


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that was skipped, or (`skipped` false) a field left out of a row that was kept."""

    line: int
    field: str | None
    code: str
    params: dict[str, str | int] = made_by(default_factory=dict)
    skipped: bool = False

    @property
    def template(self) -> str:
        return MESSAGES[self.code]

    @property
    def message(self) -> str:
        return render(self.code, self.params)


@dataclass(frozen=True, slots=True)
class PastRecord:
    """One thing that was: a `note`, or help `given` or `received`; whom it names is sought here."""

    line: int
    what: str
    name: str
    email: str
    external_id: str
    happened_on: date
    text: str
    kind: str = "other"

    def to_data(self) -> dict[str, Any]:
        """Plain JSON values, to stage the record between jobs."""
        return {**asdict(self), "happened_on": self.happened_on.isoformat()}


Row = PersonRecord | PastRecord | RowError


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file that was checked whole and can be read row by row, again and again.

    Making one raises FormatError for a file that must be refused; iterating it never raises,
    so an import cannot stop half way because of its file. Errors of a row come before its
    record. `total` counts rows or cards; `ignored` counts properties that are not kept.
    """

    source: str
    columns: tuple[str, ...]
    total: int
    encoding: str
    read: Callable[[], Iterator[Row]]
    mapping: Mapping[str, str] = made_by(default_factory=dict)
    delimiter: str = ""
    ignored: Mapping[str, int] = made_by(default_factory=dict)

    def __iter__(self) -> Iterator[Row]:
        return self.read()

    @property
    def records(self) -> Iterator[PersonRecord]:
        return (row for row in self if isinstance(row, PersonRecord))

    @property
    def errors(self) -> Iterator[RowError]:
        return (row for row in self if isinstance(row, RowError))
