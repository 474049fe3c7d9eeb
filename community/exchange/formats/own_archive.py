"""People from the file that *Everything I may see* makes: `data.json` of its zip.

People keep our ids as external ids, so that reading it where it came from changes nothing. Of the
notes, facts and the like only those of whoever made the file are read (`own_things`).
"""

import io
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from community.exchange.formats.cleaning import clean_line
from community.exchange.formats.draft import Draft
from community.exchange.formats.errors import FormatError
from community.exchange.formats.json_scan import Scanner
from community.exchange.formats.limits import MAX_FILE, MAX_PROPERTIES, MAX_ROWS, MIB
from community.exchange.formats.own_things import OWN_TABLES, day_of, id_of, read_own, text_of
from community.exchange.formats.record import Parsed, Row
from community.exchange.formats.zips import names_of, open_zip

DATA = "data.json"
# Read whole, so that it and what is made of it stay within an import's memory.
MAX_DATA = 24 * MIB
MAX_WEIGHT = 96 * MIB
MAX_UNPACKED = 96 * MIB
_NAMES = re.compile(r"data\.json|index\.html|tables/[a-z0-9_]{1,63}\.csv")
_MAGIC = b"PK\x03\x04"
_LISTS = ("person_emails", "person_phones", "person_links", "positions", "custom_values")


def is_zip(data: bytes) -> bool:
    """Whether the file is a zip of any kind."""
    return data.startswith(_MAGIC)


def open_archive(data: bytes, *, default_region: str | None = None) -> Parsed:
    """Check the file; FormatError for any other zip, a workbook among them."""
    if len(data) > MAX_FILE:
        raise FormatError("file_too_large", limit=MAX_FILE // MIB)
    people = _people(data)
    return Parsed(
        source="archive",
        columns=(),
        total=len(people),
        encoding="utf-8",
        read=lambda: _read(people, default_region),
    )


def _people(data: bytes) -> list[str]:
    """The people of the file, packed."""
    file = io.BytesIO(data)
    try:
        names = names_of(file)
    except FormatError as error:
        raise FormatError("file_zipped") from error
    if "manifest.json" in names:
        raise FormatError("archive_elsewhere")
    if DATA not in names:
        raise FormatError("file_zipped")
    with open_zip(file, _NAMES, MAX_UNPACKED) as whole:
        text = _text(whole)
    try:
        return _scanned(Scanner(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise FormatError("archive_manifest") from error


def _text(whole: zipfile.ZipFile) -> str:
    if whole.getinfo(DATA).file_size > MAX_DATA:
        raise FormatError("archive_too_large", limit=MAX_DATA // MIB)
    content = whole.read(DATA)
    if _weight(content) > MAX_WEIGHT:
        raise FormatError("archive_too_much")
    return content.decode()


def _scanned(scanner: Scanner) -> list[str]:
    """Each person with what is theirs, as JSON: a few times smaller than what it stands for."""
    rows: _Rows | None = None
    maker: Any = None
    for key in scanner.names():
        if key == "made_by_id":
            maker = scanner.value()
        elif key == "tables":
            rows = _Rows(maker if isinstance(maker, str) else "")
            for table in scanner.names():
                for row in scanner.items():
                    rows.keep(table, row, scanner.said)
        else:
            scanner.value()
    scanner.end()
    if rows is None:
        raise ValueError
    return rows.packed()


class _Rows:
    """Takes the rows in; of what members write only what the maker wrote."""

    def __init__(self, maker: str) -> None:
        self._maker = maker
        self._people: list[tuple[str, str]] = []
        self._held: dict[str, list[str]] = defaultdict(list)

    def keep(self, table: str, row: Any, said: str) -> None:
        """One row, as it stands in the text; ValueError where it is none."""
        if not isinstance(row, dict):
            raise ValueError
        if "\\u" in said:
            # Half a character is none; orjson takes no such text.
            orjson.dumps(row)
        if table == "persons":
            self._people.append((text_of(row, "id"), said))
            if len(self._people) > MAX_ROWS:
                raise FormatError("too_many_rows", limit=MAX_ROWS)
            return
        is_mine = bool(self._maker) and id_of(row.get("author")) == self._maker
        if table in _LISTS or (table in OWN_TABLES and is_mine):
            self._held[id_of(row.get("person"))].append(f'["{table}",{said}]')

    def packed(self) -> list[str]:
        """One text a person."""
        return [
            f"[{person},[{','.join(self._held.pop(person_id, ()))}]]"
            for person_id, person in self._people
        ]


def _weight(content: bytes) -> int:
    """Bytes of memory that the values of a JSON text may come to, at the most; in no time.

    Every value stands behind one of these signs; one with names costs most.
    """
    values = content.count(b",") + content.count(b"[")
    return 64 * values + 240 * content.count(b"{")


def _read(people: Sequence[str], region: str | None) -> Iterator[Row]:
    """One person after the other; their number in the file stands for the line."""
    for number, packed in enumerate(people, 1):
        person, rows = json.loads(packed)
        own: dict[str, list[Mapping[str, Any]]] = {name: [] for name in (*_LISTS, *OWN_TABLES)}
        for table, row in rows:
            own[table].append(row)
        yield from _person(Draft(number, region), person, own)


def _person(
    draft: Draft, person: Mapping[str, Any], own: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[Row]:
    draft.name = draft.line_of("name", text_of(person, "name"))
    draft.call_name = draft.line_of("call_name", text_of(person, "call_name"))
    draft.sort_name = draft.line_of("sort_name", text_of(person, "sort_name"))
    draft.external_id = draft.line_of("external_id", text_of(person, "id")) or None
    for row in own["person_emails"]:
        draft.add_email(text_of(row, "value"), text_of(row, "label"))
    for row in own["person_phones"]:
        draft.add_phone(text_of(row, "value"), text_of(row, "label"))
    for row in own["person_links"]:
        draft.add_link(text_of(row, "value"), text_of(row, "label"))
    for row in own["positions"]:
        days = (_day(row, "from_on"), _day(row, "to_on"))
        draft.add_job(text_of(row, "organisation"), text_of(row, "title"), *days)
    for row in own["custom_values"]:
        named = row.get("field")
        key = text_of(named, "name") if isinstance(named, dict) else ""
        draft.set_field(clean_line(key), text_of(row, "value") or id_of(row.get("other")))
    for table in OWN_TABLES:
        for row in own[table]:
            draft.add_own(read_own(table, row))
    tags = person.get("tags")
    for tag in tags if isinstance(tags, list) else ():
        draft.add_tag(str(tag))
    draft.set_birthday(_birthday(person))
    _extra(draft, person.get("extra"))
    return draft.finish()


def _extra(draft: Draft, extra: Any) -> None:
    if not isinstance(extra, dict):
        return
    draft.set_date("connected_on", text_of(extra, "connected_on"))
    draft.set_date("met_on", text_of(extra, "met_on"))
    properties = extra.get("vcard")
    for each in properties[:MAX_PROPERTIES] if isinstance(properties, list) else ():
        if isinstance(each, list) and len(each) == 4 and all(isinstance(p, str) for p in each):
            name, value, params, group = each
            draft.add_details(f"{group}{'.' if group else ''}{name}{params}:{value}")


def _birthday(person: Mapping[str, Any]) -> str:
    month, day, year = (person.get(f"birthday_{part}") for part in ("month", "day", "year"))
    if not isinstance(month, int) or not isinstance(day, int):
        return ""
    return f"{year:04}-{month:02}-{day:02}" if isinstance(year, int) else f"--{month:02}-{day:02}"


def _day(row: Mapping[str, Any], name: str) -> date | None:
    said = day_of(row, name)
    return date.fromisoformat(said) if said else None
