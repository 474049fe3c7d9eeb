"""Every SELECT of imports: batches and their rows, who of a file is here, what undo may touch."""

from community.exchange.queries.batches import (
    count_open,
    count_outcomes,
    find_batch,
    find_batches,
    find_importer,
    find_named,
    find_names,
    find_problems,
    find_remembered,
    find_rows,
    find_unplaced,
    get_batch,
    get_content,
    get_first_error,
    readable,
)
from community.exchange.queries.changes import Changes, find_changes, find_cursor_of_now

__all__ = [
    "Changes",
    "count_open",
    "count_outcomes",
    "find_batch",
    "find_batches",
    "find_changes",
    "find_cursor_of_now",
    "find_importer",
    "find_named",
    "find_names",
    "find_problems",
    "find_remembered",
    "find_rows",
    "find_unplaced",
    "get_batch",
    "get_content",
    "get_first_error",
    "readable",
]
