"""What was before: notes and help of earlier years as a table, one thing a row."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from community.core.addresses import normalise_email
from community.exchange.formats import limits
from community.exchange.formats.cleaning import clean_cell, clean_line, clean_text
from community.exchange.formats.dates import DateError, DateOrder, order_of, parse_date
from community.exchange.formats.errors import FormatError
from community.exchange.formats.record import Parsed, PastRecord, Row, RowError
from community.exchange.formats.tables import Table, open_table, unique_columns

MAX_ROWS = 2_000
_HEADERS = {
    "what": "what|was",
    "name": "person|name|who|wer|kontakt|contact",
    "email": "email|e-mail|mail",
    "external_id": "id|external id|uid",
    "on": "date|on|day|when|happened on|datum|tag|wann",
    "text": "text|note|story|body|notiz|words",
    "kind": "kind|art",
}
_EXACT = {header: field for field, words in _HEADERS.items() for header in words.split("|")}
_WHATS = {
    "note": "note|notiz|",
    "given": "given|gave|i helped|helped|help given|gegeben|geholfen|ich habe geholfen",
    "received": "received|got|thanks|thank you|help received|erhalten|bekommen|dank|danke",
}
_WHAT = {word: what for what, words in _WHATS.items() for word in words.split("|")}
# What a header may be long at the most; the file is read whole only where it may be one.
_HEAD = 16 * limits.KIB
_WHOM = ("name", "email", "external_id")


def is_past(data: bytes) -> bool:
    """Whether a table has the columns What, a date, a text and whom it is about."""
    head = data[:_HEAD].replace(b"\0", b"").lower()
    if not any(word.encode() in head for word in _HEADERS["what"].split("|")):
        return False
    try:
        _line, header = next(open_table(data).rows(), (0, []))
    except FormatError:
        return False
    found = {_EXACT.get(clean_line(cell).lower()) for cell in header}
    return {"what", "on", "text"} <= found and bool(found & set(_WHOM))


def open_past(
    data: bytes,
    mapping: Mapping[str, str] | None = None,
    *,
    encoding: str | None = None,
    order: DateOrder | None = None,
) -> Parsed:
    """Check the file; FormatError where it must be refused or a column is missing."""
    table = open_table(data, encoding)
    _line, header = next(table.rows(), (0, []))
    columns = unique_columns(header)
    chosen = {c: _EXACT[c.lower()] for c in columns if c.lower() in _EXACT}
    if mapping is not None:
        chosen = {column: field for column, field in mapping.items() if field}
    places = {field: columns.index(c) for c, field in chosen.items() if c in columns}
    if not {"on", "text"} <= set(places) or not set(places) & set(_WHOM):
        raise FormatError("past_columns_missing")
    if table.total - 1 > MAX_ROWS:
        raise FormatError("too_many_past", limit=MAX_ROWS)
    dates = [cells[places["on"]] for _n, cells in _body(table) if places["on"] < len(cells)]
    used = order or order_of(dates)
    return Parsed(
        source="past",
        columns=columns,
        total=table.total - 1,
        encoding=table.encoding,
        read=lambda: _read(table, places, used),
        mapping=chosen,
        delimiter=table.delimiter,
    )


def _body(table: Table) -> Iterator[tuple[int, list[str]]]:
    return islice(table.rows(), 1, None)


def _read(table: Table, places: Mapping[str, int], order: DateOrder | None) -> Iterator[Row]:
    for line, cells in _body(table):
        if not any(cell.strip() for cell in cells):
            continue
        values = {
            field: clean_cell(cells[at]) if at < len(cells) else "" for field, at in places.items()
        }
        yield _record(line, values, order)


def _record(line: int, values: Mapping[str, str], order: DateOrder | None) -> Row:
    """One thing that was, or what is wrong with its row: half a memory is none."""
    said = values.get("what", "")
    what = _WHAT.get(clean_line(said).lower())
    text = clean_text(values["text"])
    email = values.get("email", "")
    problem = RowError(line, None, "", skipped=True)
    if what is None:
        return replace(problem, field="what", code="what_unknown", params={"value": said[:80]})
    if not text:
        return replace(problem, field="text", code="text_missing")
    if len(text) > limits.MAX_NOTE:
        return replace(problem, field="text", code="too_long", params={"limit": limits.MAX_NOTE})
    if email and normalise_email(email) is None:
        return replace(problem, field="email", code="email_malformed", params={"value": email[:80]})
    try:
        day = parse_date(clean_line(values["on"]), order)
    except DateError as error:
        shown = clean_line(values["on"])[:80]
        return replace(problem, field="on", code=error.code, params={"value": shown})
    if day is None:
        return replace(problem, field="on", code="day_missing")
    return PastRecord(
        line=line,
        what=what,
        name=clean_line(values.get("name", ""))[: limits.MAX_NAME],
        email=normalise_email(email) or "",
        external_id=clean_line(values.get("external_id", ""))[: limits.MAX_KEY],
        happened_on=day,
        text=text,
        kind=clean_line(values.get("kind", "")).lower() or "other",
    )
