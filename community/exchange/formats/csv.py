"""People from any CSV file: Google, Outlook, a spreadsheet of one's own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

from community.exchange.formats.cleaning import clean_cell, clean_line
from community.exchange.formats.dates import DateOrder, order_of
from community.exchange.formats.draft import Draft
from community.exchange.formats.errors import FormatError
from community.exchange.formats.jobs import read_jobs
from community.exchange.formats.mapping import (
    LABELLED,
    OWN,
    check_mapping,
    guess_mapping,
    guess_source,
)
from community.exchange.formats.record import Parsed, Row
from community.exchange.formats.tables import Table, open_table, unique_columns

# How Google joins several values of one kind in a cell.
_JOINED = " ::: "
_DATES = ("birthday", "connected_on", "met_on")
_SAMPLE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the cells of each row are read."""

    targets: tuple[tuple[int, str], ...]
    width: int
    order: DateOrder | None
    region: str | None


def open_csv(
    data: bytes,
    mapping: Mapping[str, str] | None = None,
    *,
    encoding: str | None = None,
    order: DateOrder | None = None,
    default_region: str | None = None,
    fields: Mapping[str, str] = MappingProxyType({}),
) -> Parsed:
    """Check the file and say how it would be read; FormatError if it must be refused.

    Without `mapping` one is guessed, and may be empty: the columns can then be shown to choose
    from, and every row is an error. `order` reads 3/4/1980; without it the column is asked.
    """
    table = open_table(data, encoding)
    header = next(_body(table, 0), None)
    if header is None:
        raise FormatError("header_missing")
    columns = unique_columns(header[1])
    chosen = (
        guess_mapping(columns, fields)
        if mapping is None
        else check_mapping(columns, mapping, fields)
    )
    targets = tuple((columns.index(column), target) for column, target in chosen.items())
    targets = tuple(sorted(targets))
    plan = _Plan(targets, len(columns), order or _order(table, targets), default_region)
    return Parsed(
        source=guess_source(columns),
        columns=columns,
        total=table.total - 1,
        encoding=table.encoding,
        read=lambda: _read(table, plan),
        mapping=chosen,
        delimiter=table.delimiter,
    )


def preview_cells(parsed: Parsed, data: bytes, rows: int = 5) -> list[list[str]]:
    """The first rows as they stand, for choosing what each column is."""
    table = Table(data, parsed.encoding, parsed.delimiter, parsed.total + 1)
    return [cells for _line, cells in islice(_body(table), rows)]


def _body(table: Table, skip: int = 1) -> Iterator[tuple[int, list[str]]]:
    return islice(table.rows(), skip, None)


def _order(table: Table, targets: tuple[tuple[int, str], ...]) -> DateOrder | None:
    """Day or month first, as the first rows tell for every date column together."""
    at = [index for index, target in targets if target in _DATES]
    if not at:
        return None
    rows = islice(_body(table), _SAMPLE_ROWS)
    return order_of([row[index] for _line, row in rows for index in at if index < len(row)])


def _read(table: Table, plan: _Plan) -> Iterator[Row]:
    for line, cells in _body(table):
        if not any(cell.strip() for cell in cells):
            continue
        draft = Draft(line, plan.region, plan.order)
        if any(cell.strip() for cell in cells[plan.width :]):
            yield from draft.skip("too_many_cells")
            continue
        _fill(draft, cells, plan.targets)
        yield from draft.finish()


def _fill(draft: Draft, cells: list[str], targets: tuple[tuple[int, str], ...]) -> None:
    """Every mapped cell of a row into the draft; names last, from their parts."""
    single: dict[str, str] = {}
    labels: dict[str, str] = {}
    # After the details, which may hold the same addresses with their parts apart.
    addresses: list[tuple[str, str]] = []
    for index, target in targets:
        cell = clean_cell(cells[index]) if index < len(cells) else ""
        kind, _colon, label = target.partition(":")
        if kind == "address":
            addresses.append((cell, label or labels.pop(kind, "")))
        elif kind in LABELLED:
            _add_labelled(draft, kind, cell, label or labels.pop(kind, ""))
        elif kind == OWN:
            draft.set_field(label, cell)
        elif kind.endswith("_label"):
            labels[kind.removesuffix("_label")] = cell
        elif cell:
            single.setdefault(kind, cell)
    _fill_single(draft, single)
    draft.add_details(single.get("details", ""))
    for cell, label in addresses:
        for value in cell.split(_JOINED):
            draft.add_address(value, label)


def _add_labelled(draft: Draft, kind: str, cell: str, label: str) -> None:
    add = {"email": draft.add_email, "phone": draft.add_phone, "url": draft.add_link}[kind]
    values = cell.split(_JOINED)
    labels = [each.strip() for each in label.split(_JOINED.strip())]
    if len(labels) != len(values):
        labels = [label] * len(values)
    for value, own_label in zip(values, labels, strict=True):
        add(value, own_label)


def _fill_single(draft: Draft, single: dict[str, str]) -> None:
    parts = ("prefix", "first_name", "middle_name", "last_name", "suffix")
    whole = " ".join(single.get(part, "") for part in parts)
    named = single.get("first_name") or single.get("last_name")
    draft.name = draft.line_of("name", single.get("name") or (whole if named else ""))
    draft.call_name = draft.line_of("call_name", single.get("call_name", ""))
    draft.sort_name = draft.line_of("sort_name", single.get("sort_name", ""))
    draft.organisation = draft.line_of("organisation", single.get("organisation", ""))
    draft.position = draft.line_of("position", single.get("position", ""))
    for job in read_jobs(single.get("positions", "")):
        draft.add_job(job.organisation, job.title, job.from_on, job.to_on)
    draft.external_id = draft.line_of("external_id", single.get("external_id", "")) or None
    draft.set_birthday(single.get("birthday", ""))
    draft.set_date("connected_on", single.get("connected_on", ""))
    draft.set_date("met_on", single.get("met_on", ""))
    draft.add_note(single.get("note", ""))
    for tag in _tags(single.get("tags", "")):
        draft.add_tag(tag)


def _tags(cell: str) -> list[str]:
    """Tags between ` ::: `, semicolons or commas; Google's own groups begin with a star."""
    for joint in (_JOINED.strip(), ";", ","):
        if joint in cell:
            words = cell.split(joint)
            break
    else:
        words = [cell]
    return [word for word in map(clean_line, words) if word and not word.startswith("* ")]
