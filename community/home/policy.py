"""What a member may do about what is here about them."""

from typing import Any

from community.identity.models import Actor
from community.people import policy as people


def can_dispute(actor: Actor, item: Any) -> bool:
    """Whether one may say of a thing in one's own timeline that it is not right.

    A give by whom it was for, while it waits; a note or a fact by whom it is about.
    """
    if item.kind == "give":
        return item.thing.i_received and not item.thing.no_reply and item.thing.state == "logged"
    return item.kind in ("note", "fact") and people.can_dispute(actor, item.thing)
