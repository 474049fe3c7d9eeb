"""The pages of data rights: one's own, those of requests, and those of a person."""

from community.records.portal import context, many, merging, mine, people, requests
from community.records.portal.frame import blp

__all__ = ["blp", "context", "many", "merging", "mine", "people", "requests"]
