"""Reading gives: lists as plain rows with both names, one give with everything for an act."""

from community.ledger.queries.entries import (
    Entry,
    PersonRef,
    find_acts,
    find_entry_of_link,
    find_lapsing,
    find_partner,
    get_entry,
    seen,
)
from community.ledger.queries.lists import (
    GiveFilter,
    MySums,
    all_ids,
    find_give,
    find_gives,
    find_gives_by_id,
    find_lately,
    find_of_person,
    find_to_answer,
    find_unthanked,
    get_give,
    sum_mine,
)
from community.ledger.queries.rows import SeenGive
from community.ledger.queries.sums import (
    GIVER_COUNTS,
    find_drifted,
    lock_whole_ledger,
    sum_by_kind,
    views,
)

__all__ = [
    "GIVER_COUNTS",
    "Entry",
    "GiveFilter",
    "MySums",
    "PersonRef",
    "SeenGive",
    "all_ids",
    "find_acts",
    "find_drifted",
    "find_entry_of_link",
    "find_give",
    "find_gives",
    "find_gives_by_id",
    "find_lapsing",
    "find_lately",
    "find_of_person",
    "find_partner",
    "find_to_answer",
    "find_unthanked",
    "get_entry",
    "get_give",
    "lock_whole_ledger",
    "seen",
    "sum_by_kind",
    "sum_mine",
    "views",
]
