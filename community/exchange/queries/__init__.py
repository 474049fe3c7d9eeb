"""Every SELECT of imports: batches and their rows, who of a file is here, what undo may touch."""

from community.exchange.queries.batches import (
    count_open,
    count_outcomes,
    find_batch,
    find_batches,
    find_importer,
    find_names,
    find_problems,
    find_rows,
    find_unplaced,
    get_batch,
    get_content,
    readable,
)

__all__ = [
    "count_open",
    "count_outcomes",
    "find_batch",
    "find_batches",
    "find_importer",
    "find_names",
    "find_problems",
    "find_rows",
    "find_unplaced",
    "get_batch",
    "get_content",
    "readable",
]
