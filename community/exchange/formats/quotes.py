"""Where a broken quotation mark of a CSV file was opened; only read once something is wrong."""

import csv
from collections.abc import Iterator


def quote_opened_at(lines: Iterator[str], delimiter: str) -> int | None:
    """Offset of the line, from the first of `lines`, whose quote is open at the end.

    `lines` begins with a row; None if that row ends with every quote closed.
    """
    opened: int | None = None
    for offset, line in enumerate(lines):
        at = 0
        while True:
            if opened is not None:
                at = _after_closing(line, at)
                if at < 0:
                    break
                opened = None
                at = _next_cell(line, at, delimiter)
            elif line.startswith('"', at):
                opened = offset
                at += 1
            else:
                at = _next_cell(line, at, delimiter)
            if at < 0:
                return None
    return opened


def _after_closing(line: str, at: int) -> int:
    """Where the text after the closing quote begins, -1 if this line does not close it."""
    while True:
        at = line.find('"', at)
        if at < 0 or not line.startswith('""', at):
            return at if at < 0 else at + 1
        at += 2


def _next_cell(line: str, at: int, delimiter: str) -> int:
    """Where the next cell of this line begins, -1 if the row ends here."""
    found = line.find(delimiter, at)
    return -1 if found < 0 else found + 1


def quote_misplaced_at(lines: Iterator[str], delimiter: str) -> tuple[int, int] | None:
    """First and last line of a cell over several lines that goes on after its closing quote.

    That is what an opening quote too many looks like: it runs to the next quote of another row.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            if next(reader, None) is None:
                return None
        except csv.Error:
            if reader.line_num > begins:
                return begins, reader.line_num
        begins = reader.line_num + 1
