"""Keyset paging: a page starts after the (sort value, id) of the last row of the one before."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from community.core.errors import BadRequest
from community.core.i18n import gettext as _

DEFAULT_LIMIT = 50
MAX_LIMIT = 100

Item = TypeVar("Item")
Rows = Select[*tuple[Any, ...]]
Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page and the cursor of the next; `next` is None on the last."""

    items: Sequence[Item]
    next: str | None


@dataclass(frozen=True)
class PageRequest:
    """What the reader asks for: how many rows, after which cursor."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    def __post_init__(self) -> None:
        """An empty cursor asks for the first page."""
        object.__setattr__(self, "cursor", self.cursor or None)


def encode(*values: Any) -> str:
    """The cursor of a row: opaque to clients."""
    return (
        base64.urlsafe_b64encode(
            orjson.dumps([str(v) if isinstance(v, UUID) else v for v in values])
        )
        .rstrip(b"=")
        .decode()
    )


def decode(cursor: str, parse: Sequence[Callable[[Any], Any]]) -> list[Any]:
    """Read a cursor; BadRequest when it is not one of ours."""
    try:
        raw = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(raw, list) or len(raw) != len(parse):
            raise ValueError
        return [read(value) for read, value in zip(parse, raw, strict=True)]
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise BadRequest(
            _("This cursor is not valid. Start again from the first page."), code="bad_cursor"
        ) from error


def after(
    statement: Rows,
    request: PageRequest,
    columns: Sequence[Column],
    parse: Sequence[Callable[[Any], Any]],
    *,
    descending: bool = False,
) -> Rows:
    """Order by the columns and keep the rows after the cursor, one more than the page holds."""
    if request.cursor:
        values = decode(request.cursor, parse)
        edge = tuple_(*columns)
        statement = statement.where(
            edge < tuple_(*values) if descending else edge > tuple_(*values)
        )
    order = [column.desc() if descending else column.asc() for column in columns]
    return statement.order_by(*order).limit(request.limit + 1)


def page(
    rows: Sequence[Item], request: PageRequest, key: Callable[[Item], Sequence[Any]]
) -> Page[Item]:
    """Cut the surplus row off and say where the next page starts."""
    if len(rows) <= request.limit:
        return Page(rows, None)
    kept = rows[: request.limit]
    return Page(kept, encode(*key(kept[-1])))


def read_text(value: Any) -> str:
    """A text part of a cursor."""
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    return value


def read_moment(value: Any) -> datetime:
    """An aware time part of a cursor."""
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError
    return at
