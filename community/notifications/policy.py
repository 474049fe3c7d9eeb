"""Whose notices are whose."""

from typing import Any

from sqlalchemy import ColumnElement, and_

from community.core import clock
from community.identity.models import Actor
from community.notifications.models import Notice


def visible(actor: Actor) -> ColumnElement[bool]:
    """Only the addressee reads a notice; not before its hold has passed, nor once it is withdrawn."""
    mine: Any = and_(
        Notice.team_id == actor.team_id,
        Notice.member_id == actor.member_id,
        Notice.visible_at <= clock.now(),
        Notice.withdrawn_at.is_(None),
    )
    return mine  # type: ignore[no-any-return]
