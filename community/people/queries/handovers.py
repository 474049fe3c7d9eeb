"""Hand-overs: who left whom to whom, and with which words."""

from uuid import UUID

from sqlalchemy import Select, select

from community.identity.models import Actor
from community.people.models import Handover
from community.people.policy import visible_handovers


def readable_handovers(actor: Actor) -> Select[UUID]:
    """The ids of the hand-overs the actor may read."""
    return select(Handover.id).where(visible_handovers(actor))
