"""What one may do to ways in: tokens grant no more than the giver has; circles have keepers."""

from collections.abc import Iterable
from uuid import UUID

from community.accounts.models import SCOPES, SECOND_FACTOR_DEFAULT
from community.identity.models import Actor


def grantable_scopes(actor: Actor) -> tuple[str, ...]:
    """The scopes the actor may put into a token: all in the portal, their own by a token.

    `admin` reaches what only owners and stewards do, so that nobody else gets it.
    """
    scopes = (
        SCOPES if actor.role in ("owner", "steward") else tuple(s for s in SCOPES if s != "admin")
    )
    return tuple(s for s in scopes if not actor.scopes or s in actor.scopes)


def can_grant(actor: Actor, scopes: Iterable[str]) -> bool:
    """Whether a token may be made with these scopes."""
    return set(scopes) <= set(grantable_scopes(actor))


def can_make_circles(actor: Actor) -> bool:
    """Circles are begun by owners and stewards."""
    return actor.role in ("owner", "steward")


def can_change_circle(actor: Actor, circle_id: UUID) -> bool:
    """Owners, stewards and the circle's keepers say who is in it."""
    return can_make_circles(actor) or circle_id in actor.kept_circle_ids


def must_have_factor(actor: Actor) -> bool:
    """Whether the team asks a second factor of the actor. The sample team asks nobody."""
    asked = actor.settings.get("second_factor") or SECOND_FACTOR_DEFAULT
    if actor.is_demo or asked == "nobody":
        return False
    return asked == "everybody" or actor.role in ("owner", "steward")
