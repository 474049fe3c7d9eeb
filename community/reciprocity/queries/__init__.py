"""Reading what is between people, and whether what is kept of it is what the ledger says."""

from community.reciprocity.queries.checks import (
    LIVE,
    SUMS_OF_LIVE,
    find_day_differences,
    find_sum_differences,
    replayed_days,
)
from community.reciprocity.queries.pairs import (
    PairView,
    day_of,
    find_days,
    find_pairs,
    get_pair,
    number_of,
)
from community.reciprocity.queries.year import Month, find_year, months_until

__all__ = [
    "LIVE",
    "SUMS_OF_LIVE",
    "Month",
    "PairView",
    "day_of",
    "find_day_differences",
    "find_days",
    "find_pairs",
    "find_sum_differences",
    "find_year",
    "get_pair",
    "months_until",
    "number_of",
    "replayed_days",
]
