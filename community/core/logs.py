"""What the logs say of an error: its kind and where it happened, and nothing that people wrote.

The text of an error often quotes the value that caused it: a note, an address, a link's secret.
So only errors whose texts are about the program or the machine keep them.
"""

import sys
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError

# Their texts name types, attributes, modules and files.
_TELLS = (AttributeError, ImportError, NotImplementedError, OSError, RuntimeError, TypeError)
_MOST_CAUSES = 10


def tell_error(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A processor of structlog: `exc_info` becomes `exception`, without what was written."""
    error = event.pop("exc_info", None)
    if error is True or isinstance(error, tuple):
        error = error[1] if isinstance(error, tuple) else sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["exception"] = "".join(_lines(error)).rstrip()
    return event


def _lines(error: BaseException) -> Iterator[str]:
    """The traceback of an error and of those that caused it, the first cause first."""
    chain: list[BaseException] = [error]
    while len(chain) < _MOST_CAUSES and (before := _cause(chain[-1])) is not None:
        chain.append(before)
    for one in reversed(chain):
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(one.__traceback__)
        yield f"{_told(one)}\n"


def _cause(error: BaseException) -> BaseException | None:
    if error.__cause__ is not None:
        return error.__cause__
    return None if error.__suppress_context__ else error.__context__


def _told(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    found = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(found, psycopg.Error):
        return f"{kind}: {_of_the_database(found)}"
    return f"{kind}: {error}" if isinstance(error, _TELLS) else kind


def _of_the_database(error: psycopg.Error) -> str:
    """The state and the names of what refused; texts and details may hold whole rows."""
    names = ("table_name", "column_name", "constraint_name")
    found = [f"{name}={value}" for name in names if (value := getattr(error.diag, name))]
    return " ".join([f"sqlstate={error.sqlstate}", *found])
