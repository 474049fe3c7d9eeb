"""What the pages above all features read: the timeline, Today, search over everything."""

from community.home.queries.about import find_about_me, find_openings
from community.home.queries.known import find_known
from community.home.queries.search import Hit, find_everything
from community.home.queries.timeline import KINDS, TimelineItem, find_timeline

__all__ = [
    "KINDS",
    "Hit",
    "TimelineItem",
    "find_about_me",
    "find_everything",
    "find_known",
    "find_openings",
    "find_timeline",
]
