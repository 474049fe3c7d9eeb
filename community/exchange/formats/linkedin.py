"""LinkedIn's Connections.csv, as the data export gives it.

Some lines of notes stand above the header; the mail is empty unless the person allowed it; a
closed account leaves a row with a date and nothing else. The key of a person is the profile's
address.
"""

from collections.abc import Iterator
from itertools import islice

from community.exchange.formats import limits
from community.exchange.formats.cleaning import clean_cell, clean_line
from community.exchange.formats.draft import Draft
from community.exchange.formats.errors import FormatError
from community.exchange.formats.links import linkedin_key
from community.exchange.formats.record import Parsed, Row
from community.exchange.formats.tables import Table, open_table, unique_columns

_NOTES = 50
_FIELDS = {
    "first name": "first_name",
    "last name": "last_name",
    "url": "url",
    "email address": "email",
    "company": "organisation",
    "position": "position",
    "connected on": "connected_on",
}


def open_linkedin(data: bytes, *, encoding: str | None = None) -> Parsed:
    """Check the file; FormatError if it must be refused or is not a Connections.csv."""
    table = open_table(data, encoding)
    above, header = _header(table)
    columns = unique_columns(header)
    mapping = {column: _FIELDS[column.lower()] for column in columns if column.lower() in _FIELDS}
    places = {target: columns.index(column) for column, target in mapping.items()}
    return Parsed(
        source="linkedin",
        columns=columns,
        total=table.total - above - 1,
        encoding=table.encoding,
        read=lambda: _read(table, above + 1, places),
        mapping=mapping,
        delimiter=table.delimiter,
    )


def is_linkedin(data: bytes) -> bool:
    """Whether a file that can be read has the columns that only LinkedIn writes together.

    Names and a company are in every address book; the day of the connection is not.
    """
    try:
        _above, header = _header(open_table(data))
    except FormatError:
        return False
    return "connected on" in {clean_line(cell).lower() for cell in header}


def _header(table: Table) -> tuple[int, list[str]]:
    """How many rows stand above the header, and the header."""
    for above, (_line, row) in enumerate(islice(table.rows(), _NOTES)):
        words = {clean_line(cell).lower() for cell in row}
        if {"first name", "last name"} <= words and words & {
            "url",
            "connected on",
            "company",
        }:
            return above, row
    raise FormatError("linkedin_header_missing")


def _read(table: Table, skip: int, places: dict[str, int]) -> Iterator[Row]:
    for line, cells in islice(table.rows(), skip, None):
        if not any(cell.strip() for cell in cells):
            continue
        values = {
            target: clean_cell(cells[index]) if index < len(cells) else ""
            for target, index in places.items()
        }
        yield from _person(Draft(line), values)


def _person(draft: Draft, values: dict[str, str]) -> Iterator[Row]:
    whole = f"{values.get('first_name', '')} {values.get('last_name', '')}"
    draft.name = draft.line_of("name", whole)
    draft.organisation = draft.line_of("organisation", values.get("organisation", ""))
    draft.position = draft.line_of("position", values.get("position", ""))
    draft.add_email(values.get("email", ""))
    draft.add_link(values.get("url", ""), "LinkedIn")
    draft.set_date("connected_on", values.get("connected_on", ""))
    for link in draft.links:
        key = linkedin_key(link)
        if key is not None and len(key) <= limits.MAX_KEY:
            draft.external_id = key
    return draft.finish()
