"""Use cases of accounts; the single-use links that other features mail are here by name."""

from community.accounts.actions.links import issue_link, link_url, open_link, revoke_links, use_link
from community.accounts.queries.links import find_link, link_token

__all__ = [
    "find_link",
    "issue_link",
    "link_token",
    "link_url",
    "open_link",
    "revoke_links",
    "use_link",
]
