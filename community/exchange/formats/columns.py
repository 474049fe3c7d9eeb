"""A table's columns, a guess of what each holds, and its first cells: what one chooses from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType

from community.exchange.formats.csv import preview_cells
from community.exchange.formats.opening import TABLES, open_file
from community.exchange.formats.record import RowError

_LOOKED_AT = 500
_SAMPLE = 3


@dataclass(frozen=True, slots=True)
class Columns:
    """`is_ambiguous`: its dates do not tell whether 3/4 is in March or April."""

    names: tuple[str, ...] = ()
    guess: Mapping[str, str] = field(default_factory=dict)
    sample: tuple[tuple[str, ...], ...] = ()
    encoding: str = ""
    is_ambiguous: bool = False


def read_columns(
    content: bytes,
    kind: str,
    encoding: str | None,
    chosen: Mapping[str, str] | None,
    fields: Mapping[str, str] = MappingProxyType({}),
) -> Columns:
    """What a table holds; no columns for the kinds that know their own. FormatError as on opening.

    `chosen` is the mapping of an earlier choice, and stands for the guess.
    """
    parsed = open_file(content, kind, encoding=encoding, fields=fields)
    if kind not in TABLES:
        return Columns(encoding=parsed.encoding)
    if chosen and set(chosen) <= set(parsed.columns):
        parsed = open_file(content, kind, encoding=encoding, mapping=chosen, fields=fields)
    sample = tuple(
        tuple(cell[:200] for cell in row) for row in preview_cells(parsed, content, _SAMPLE)
    )
    is_ambiguous = any(
        isinstance(row, RowError) and row.code == "date_ambiguous"
        for row in islice(parsed, _LOOKED_AT)
    )
    return Columns(parsed.columns, parsed.mapping, sample, parsed.encoding, is_ambiguous)
