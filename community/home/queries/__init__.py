"""What the pages above all features read: the timeline, Today, search over everything."""

from community.home.queries.about import find_about_me, find_beside, find_openings
from community.home.queries.around import find_around
from community.home.queries.commands import find_commands, find_options, find_recent
from community.home.queries.ground import Shared, find_ground
from community.home.queries.known import find_known
from community.home.queries.search import (
    SEARCH_KINDS,
    Hit,
    Mixed,
    check_cursor,
    find_hits,
    find_mixed,
    find_names,
)
from community.home.queries.timeline import find_timeline, read_edge
from community.home.queries.timeline_kinds import KINDS, TimelineItem

__all__ = [
    "KINDS",
    "SEARCH_KINDS",
    "Hit",
    "Mixed",
    "Shared",
    "TimelineItem",
    "check_cursor",
    "find_about_me",
    "find_around",
    "find_beside",
    "find_commands",
    "find_ground",
    "find_hits",
    "find_known",
    "find_mixed",
    "find_names",
    "find_openings",
    "find_options",
    "find_recent",
    "find_timeline",
    "read_edge",
]
