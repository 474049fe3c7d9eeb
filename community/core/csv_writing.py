"""CSV for people who open it in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_ROWS = 200


def safe_cell(value: object) -> str:
    """The text of a cell; an apostrophe before what a spreadsheet would run as a formula.

    Numbers are written as they are: -3 is not a formula. Reading it back takes the mark off.
    """
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    text = str(value).replace("\0", "")
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark (Excel reads it wrongly without one), in chunks."""
    buffer = io.StringIO(newline="")
    # Every cell quoted: a spreadsheet that splits at semicolons must not find a formula inside one.
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    buffer.write("\ufeff")
    writer.writerow([safe_cell(cell) for cell in header])
    for number, row in enumerate(rows, 1):
        writer.writerow([safe_cell(cell) for cell in row])
        if number % _ROWS == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
