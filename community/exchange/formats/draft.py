"""A person being read: cleans each value, keeps the good ones, notes what it left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from community.core.addresses import normalise_email
from community.core.card_text import escape
from community.core.phones import normalise
from community.exchange.formats import limits
from community.exchange.formats.cleaning import clean_line, clean_text
from community.exchange.formats.dates import (
    DateError,
    DateOrder,
    parse_birthday,
    parse_date,
)
from community.exchange.formats.labels import normalise_label
from community.exchange.formats.links import normalise_url
from community.exchange.formats.record import (
    Birthday,
    Job,
    Labelled,
    Own,
    PersonRecord,
    Phone,
    RawProperty,
    Row,
    RowError,
)
from community.exchange.formats.vcard_lines import BINARY
from community.exchange.formats.vcard_values import parse_property
from community.people.formats.extras import read_address

_SHOWN = 80
# Properties that are fields, or frame a card: never among what has no field.
_ELSEWHERE = {
    "BEGIN",
    "END",
    "VERSION",
    "PRODID",
    "FN",
    "EMAIL",
    "TEL",
    "URL",
    "NOTE",
    "CATEGORIES",
}
_ELSEWHERE |= set(BINARY)


@dataclass(slots=True)
class Draft:
    """Collects one row or card. `finish` yields its errors, then the record if there is one."""

    line: int
    region: str | None = None
    order: DateOrder | None = None
    name: str = ""
    call_name: str = ""
    sort_name: str = ""
    organisation: str = ""
    position: str = ""
    external_id: str | None = None
    emails: dict[str, Labelled] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    links: dict[str, Labelled] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    extra: list[RawProperty] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    own: list[Own] = field(default_factory=list)
    birthday: Birthday | None = None
    connected_on: date | None = None
    met_on: date | None = None
    errors: list[RowError] = field(default_factory=list)

    def problem(
        self, field_name: str | None, code: str, value: str | None = None, **params: int
    ) -> None:
        """Note a field that was left out."""
        shown = {} if value is None else {"value": clean_line(value)[:_SHOWN]}
        self.errors.append(RowError(self.line, field_name, code, {**params, **shown}))

    def line_of(self, field_name: str, value: str, limit: int = limits.MAX_NAME) -> str:
        """One cleaned line, or nothing where it is too long."""
        text = clean_line(value)
        if len(text) > limit:
            self.problem(field_name, "too_long", limit=limit)
            return ""
        return text

    def add_email(self, value: str, label: str = "") -> None:
        if not clean_line(value):
            return
        address = normalise_email(value.strip().removeprefix("mailto:"))
        if address is None:
            self.problem("emails", "email_malformed", value)
        elif address not in self.emails and self._room("emails", len(self.emails)):
            self.emails[address] = Labelled(address, normalise_label(label))

    def add_phone(self, value: str, label: str = "") -> None:
        number = self.line_of("phones", value, limits.MAX_PHONE)
        if not number:
            return
        e164 = normalise(number, self.region)
        key = e164 or number
        if key not in self.phones and self._room("phones", len(self.phones)):
            self.phones[key] = Phone(number, normalise_label(label), e164)

    def add_link(self, value: str, label: str = "") -> None:
        if not clean_line(value):
            return
        url = normalise_url(value)
        if url is None:
            self.problem("links", "url_malformed", value)
        elif url not in self.links and self._room("links", len(self.links)):
            self.links[url] = Labelled(url, normalise_label(label))

    def add_address(self, value: str, label: str = "") -> None:
        """A postal address on one or more lines, kept as the property of a card."""
        lines = [line.strip(" ,") for line in clean_text(value).split("\n")]
        text = self.line_of("extra", ", ".join(filter(None, lines)), limits.MAX_ADDRESS)
        known = {read_address(prop.value) for prop in self.extra if prop.name == "ADR"}
        if text and text not in known and self._room("extra", len(self.extra)):
            label = normalise_label(label).replace('"', "")
            self.extra.append(
                RawProperty("ADR", f";;{escape(text)};;;;", f';TYPE="{label}"' if label else "")
            )

    def add_details(self, value: str) -> None:
        """Properties of a card that no column holds, one a line, as our own table writes them."""
        for line in filter(None, clean_text(value).split("\n")[: limits.MAX_PROPERTIES]):
            found = parse_property(line)
            if found is None:
                self.problem("extra", "line_malformed", line)
            elif found.name not in _ELSEWHERE:
                self.extra.append(found.raw)

    def add_tag(self, value: str) -> None:
        tag = self.line_of("tags", value, limits.MAX_LABEL)
        if tag and tag.casefold() not in self.tags and self._room("tags", len(self.tags)):
            self.tags[tag.casefold()] = tag

    def add_note(self, value: str) -> None:
        text = clean_text(value)
        if len(text) > limits.MAX_NOTE:
            self.problem("notes", "too_long", limit=limits.MAX_NOTE)
        elif text and text not in self.notes and self._room("notes", len(self.notes)):
            self.notes.append(text)

    def add_job(
        self, organisation: str, title: str, from_on: date | None = None, to_on: date | None = None
    ) -> None:
        """A position among several; the first that lasts is what they do now."""
        job = Job(
            self.line_of("organisation", organisation),
            self.line_of("position", title),
            from_on,
            to_on,
        )
        if from_on and to_on and to_on < from_on:
            job = replace(job, from_on=None)
        if not (job.organisation or job.title) or job in self.jobs:
            return
        if self._room("positions", len(self.jobs)):
            self.jobs.append(job)
            if to_on is None and not (self.organisation or self.position):
                self.organisation, self.position = job.organisation, job.title

    def set_field(self, key: str, value: str) -> None:
        """What a field of the team's own holds, as text; whether it can is looked at where it is known."""
        text = clean_text(value)
        if len(text) > limits.MAX_CUSTOM:
            self.problem("fields", "too_long", limit=limits.MAX_CUSTOM)
        elif text and self._room("fields", len(self.fields)):
            self.fields.setdefault(key, text)

    def add_own(self, found: Own | None) -> None:
        """What the importer wrote elsewhere; a few hundred of them are many."""
        if found is not None and found not in self.own and len(self.own) < limits.MAX_OWN:
            self.own.append(found)

    def set_birthday(self, value: str) -> None:
        try:
            self.birthday = parse_birthday(clean_line(value), self.order) or self.birthday
        except DateError as error:
            self.problem("birthday", error.code, value)

    def set_date(self, field_name: Literal["connected_on", "met_on"], value: str) -> None:
        try:
            found = parse_date(clean_line(value), self.order)
        except DateError as error:
            self.problem(field_name, error.code, value)
            return
        if found:
            setattr(self, field_name, found)

    def skip(self, code: str, **params: int) -> Iterator[Row]:
        """The one error of a row nobody is made from."""
        yield RowError(self.line, None, code, dict(params), skipped=True)

    def finish(self) -> Iterator[Row]:
        name = self.name or self.call_name
        if not name:
            named = [error for error in self.errors if error.field == "name"]
            yield replace(named[0], skipped=True) if named else self._nameless()
            return
        yield from self.errors
        yield PersonRecord(
            line=self.line,
            name=name,
            call_name=self.call_name if self.call_name != name else "",
            sort_name=self.sort_name if self.sort_name != name else "",
            emails=tuple(self.emails.values()),
            phones=tuple(self.phones.values()),
            links=tuple(self.links.values()),
            organisation=self.organisation,
            position=self.position,
            birthday=self.birthday,
            tags=tuple(self.tags.values()),
            notes=tuple(self.notes),
            external_id=self.external_id or None,
            connected_on=self.connected_on,
            met_on=self.met_on,
            extra=tuple(self.extra),
            jobs=tuple(self.jobs) if _tells_more(self.jobs) else (),
            fields=dict(self.fields),
            own=tuple(self.own),
        )

    def _nameless(self) -> RowError:
        return RowError(self.line, "name", "no_name", skipped=True)

    def _room(self, field_name: str, used: int) -> bool:
        if used < limits.MAX_VALUES:
            return True
        full = RowError(self.line, field_name, "too_many_values", {"limit": limits.MAX_VALUES})
        if full not in self.errors:
            self.errors.append(full)
        return False


def _tells_more(jobs: Sequence[Job]) -> bool:
    """Whether there is more to say of positions than what one of them is called."""
    return len(jobs) > 1 or any(job.from_on or job.to_on for job in jobs)
