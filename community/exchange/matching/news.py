"""What a file says that is new about somebody here: another job than the one they had."""

from collections.abc import Mapping
from typing import Any

from community.core.text import fold
from community.exchange.matching.plans import Standing

# What became of a piece of news: nobody said yet, they moved on, they do both.
STATES = ("offered", "accepted", "dismissed")


def news_of(parts: Mapping[str, Any], standing: Standing) -> dict[str, Any] | None:
    """What is new, for the row: the position the file adds, and those held until then.

    None where the file adds no position, or theirs is the first one known.
    """
    if not parts["positions"]:
        return None
    now = next((each for each in parts["positions"] if not each["to_on"]), None)
    if now is None:
        return None
    organisation = fold(now["organisation"])
    was = [
        {"id": str(held.id), "organisation": held.organisation, "title": held.title}
        for held in standing.positions
        if not held.ended
    ]
    if not was:
        return None
    kind = "role" if any(fold(held["organisation"]) == organisation for held in was) else "job"
    return {"state": STATES[0], "kind": kind, "was": was, "is": now}
