"""Who reads the audit."""

from community.identity.models import Actor
from community.identity.policy import can_change_team


def can_read_audit(actor: Actor) -> bool:
    """The audit is the owners'."""
    return can_change_team(actor)
