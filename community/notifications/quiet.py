"""Quiet hours: when a member wants no mail, in their own zone; they may pass midnight."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo


def wait(hours: Mapping[str, Any] | None, at: datetime, zone: str) -> timedelta:
    """How long mail that is ready at this moment has to wait; nothing outside the quiet hours.

    `hours` is `{"starts": "22:00", "ends": "07:00"}`, on the wall clock of the zone.
    """
    if not hours or hours["starts"] == hours["ends"]:
        return timedelta(0)
    local = at.astimezone(ZoneInfo(zone))
    starts, ends = time.fromisoformat(hours["starts"]), time.fromisoformat(hours["ends"])
    now = local.time().replace(tzinfo=None)
    quiet = starts <= now < ends if starts < ends else now >= starts or now < ends
    if not quiet:
        return timedelta(0)
    day = local.date() if now < ends else local.date() + timedelta(days=1)
    return datetime.combine(day, ends, local.tzinfo).astimezone(at.tzinfo) - at
