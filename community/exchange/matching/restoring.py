"""What of an update can be taken back: the fields nobody changed since."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from community.exchange.matching.plans import BESIDE, COLUMNS, LISTS

# Fields of the person and the columns that hold them.
SCALARS = {
    "name": ("name",),
    "call_name": ("call_name",),
    "sort_name": ("sort_name",),
    "birthday": ("birthday_month", "birthday_day", "birthday_year"),
    "tags": ("tags",),
    "extra": ("extra",),
}


# Lists of `written`, by the field that each is of.
_PARTS = {**{name: name for name in LISTS}, "custom": "fields"}


@dataclass(frozen=True, slots=True)
class Restoring:
    """The columns to set, the added rows to remove by list, and the fields that stay."""

    columns: Mapping[str, Any]
    fields: tuple[str, ...]
    kept: tuple[str, ...]
    removed: Mapping[str, list[str]] = field(default_factory=dict)
    reopened: tuple[Mapping[str, Any], ...] = ()
    untitled: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether the person is again what they were, search text included."""
        return not self.kept


def restore(
    before: Mapping[str, Any],
    written: Mapping[str, Any],
    now: Mapping[str, Any],
    later: set[str],
) -> Restoring:
    """Take back what `written` says was written, field by field.

    `later` names the fields that somebody changed since; a column that holds something else
    than was written stays as well.
    """
    fields = [name for name in written["fields"] if name not in BESIDE]
    kept = [name for name in fields if name in later or not _stands(name, written, now)]
    back = [name for name in fields if name not in kept]
    columns = dict(now)
    for name in back:
        columns |= {column: before["person"][column] for column in SCALARS.get(name, ())}
    if not kept and fields:
        columns = {column: before["person"][column] for column in COLUMNS}
    return Restoring(
        columns=columns,
        fields=tuple(back),
        kept=tuple(kept),
        removed={
            part: [each["id"] for each in written[part]]
            for part, name in _PARTS.items()
            if name in back
        },
        reopened=tuple(written["ended"]) if "positions" in back else (),
        untitled=tuple(written["titled"]) if "positions" in back else (),
    )


def _stands(name: str, written: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return all(written["person"][column] == now[column] for column in SCALARS.get(name, ()))
