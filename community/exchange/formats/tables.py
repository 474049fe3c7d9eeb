"""A CSV file as checked rows: encoding, delimiter, quotes and sizes, before any meaning."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from community.exchange.formats import encodings, limits
from community.exchange.formats.cleaning import clean_line
from community.exchange.formats.errors import FormatError
from community.exchange.formats.quotes import quote_misplaced_at, quote_opened_at

DELIMITERS = (",", ";", "\t")
_SAMPLE_LINES = 30
_SAMPLE_CHARS = 64 * limits.KIB
# Comes after the last line. A quote still open there swallows it.
_END = "\x00end"

NumberedRow = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A file every row of which can be read; `total` and `rows` count the header too."""

    data: bytes
    encoding: str
    delimiter: str
    total: int

    def rows(self) -> Iterator[NumberedRow]:
        """Rows that are not blank, each with the line it begins on."""
        return _rows(_text(self.data, self.encoding), self.delimiter)


def open_table(data: bytes, encoding: str | None = None) -> Table:
    """Check the file whole; FormatError, within a second, for what must be refused."""
    limits.check_size(data)
    encoding = encodings.check(data, encoding) if encoding else encodings.detect(data)
    delimiter = _delimiter(data, encoding)
    total, spans_lines = _check_rows(data, encoding, delimiter)
    if spans_lines:
        line = quote_misplaced_at(_text(data, encoding), delimiter)
        if line:
            raise FormatError("quote_misplaced", line[0], other=line[1])
    if not total:
        raise FormatError("file_empty")
    return Table(data, encoding, delimiter, total)


def unique_columns(header: list[str]) -> tuple[str, ...]:
    """Names to map by: none empty, none twice."""
    names: list[str] = []
    taken: set[str] = set()
    for number, cell in enumerate(header, 1):
        base = clean_line(cell)[: limits.MAX_NAME] or f"Column {number}"
        name, again = base, 2
        while name in taken:
            name, again = f"{base} ({again})", again + 1
        taken.add(name)
        names.append(name)
    return tuple(names)


def _text(data: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding, newline="")


def _rows(text: Iterator[str], delimiter: str) -> Iterator[NumberedRow]:
    reader = csv.reader(text, delimiter=delimiter)
    begins = 1
    for row in reader:
        if begins == 1 and _is_separator_hint(row):
            row = []
        if any(row):
            yield begins, row
        begins = reader.line_num + 1


def _is_separator_hint(row: list[str]) -> bool:
    """Excel's first line `sep=;`."""
    return bool(row) and row[0].lower().startswith("sep=") and len("".join(row)) <= len("sep=;")


def _check_rows(data: bytes, encoding: str, delimiter: str) -> tuple[int, bool]:
    """Count the rows; whether one of them spans lines. FormatError beyond a limit."""
    guard = _Guard(_text(data, encoding))
    total, spans_lines = 0, False
    for begins, row in _rows_and_end(guard, delimiter, data, encoding):
        spans_lines = spans_lines or guard.lines - begins > 0
        total += 1
        if len(row) > limits.MAX_COLUMNS:
            raise FormatError("too_many_columns", begins, limit=limits.MAX_COLUMNS)
        if total > limits.MAX_ROWS + 1:
            limits.refuse_rows(begins)
        if any(len(cell) > limits.MAX_CELL for cell in row):
            raise FormatError("cell_too_long", begins, limit=limits.MAX_CELL // limits.KIB)
    return total, spans_lines


def _rows_and_end(
    guard: "_Guard", delimiter: str, data: bytes, encoding: str
) -> Iterator[NumberedRow]:
    """The rows before the end mark; FormatError where a quote swallowed the mark."""
    begins, row = 1, [""]
    reader = csv.reader(guard, delimiter=delimiter)
    try:
        for row in reader:
            if guard.ended:
                break
            if begins == 1 and _is_separator_hint(row):
                row = []
            if any(row) or len(row) > limits.MAX_COLUMNS:
                yield begins, row
            guard.size = 0
            begins = reader.line_num + 1
    except csv.Error:
        row = []
    if row != [_END]:
        opened = quote_opened_at(_from_line(data, encoding, begins), delimiter)
        if opened is not None:
            raise FormatError("quote_unclosed", begins + opened)
        raise FormatError("cell_too_long", begins, limit=limits.MAX_CELL // limits.KIB)


def _from_line(data: bytes, encoding: str, line: int) -> Iterator[str]:
    return islice(_text(data, encoding), line - 1, None)


class _Guard:
    """Physical lines with the end mark after them; `size` is reset by the reader of rows."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        self.ended = False
        self.lines = 0
        self.size = 0

    def __iter__(self) -> "_Guard":
        return self

    def __next__(self) -> str:
        line = next(self._text, None)
        if line is None:
            if self.ended:
                raise StopIteration
            self.ended = True
            return _END
        self.lines += 1
        self.size += len(line)
        if self.size > limits.MAX_RECORD:
            raise FormatError("record_too_long", self.lines, limit=limits.MAX_RECORD // limits.KIB)
        return line


def _delimiter(data: bytes, encoding: str) -> str:
    """The one of comma, semicolon and tab that splits the first lines most evenly."""
    text = _text(data, encoding).read(_SAMPLE_CHARS)
    sample = list(islice(io.StringIO(text, newline=""), _SAMPLE_LINES))
    first = sample[0].strip().lower() if sample else ""
    if len(first) == len("sep=;") and first.startswith("sep=") and first[-1] in DELIMITERS:
        return first[-1]
    return max(DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: list[str], delimiter: str) -> tuple[int, int]:
    """Rows as wide as the commonest width above one, and that width."""
    try:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if len(row) > 1]
    except csv.Error:
        return (0, 0)
    return max(((widths.count(width), width) for width in set(widths)), default=(0, 0))
