"""Who reads the audit, and what of it: owners, and nothing about things they may not see.

The audit of a thing says as much as the thing's place in a list does: that it is there, whose it
is and whom it is about. So features whose things have an audience register what a reader may see.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_

from community.identity.models import Actor
from community.identity.policy import can_change_team
from community.journal.models import JournalEntry

Readable = Callable[[Actor], Select[Any]]
PERSON = "person"
# Things of the team itself, which have no audience. A kind that is neither here nor registered
# is shown to nobody.
OF_THE_TEAM = (
    "agreement",
    "api_token",
    "audit",
    "circle",
    "custom_field",
    "export",
    "gives",
    "invitation",
    "membership",
    "people",
    "relation_kind",
    "subject_request",
    "team",
    "user",
)
_READABLE: dict[str, Readable] = {}


def register(thing_kind: str, readable: Readable) -> None:
    """Show entries of this kind only where `readable(actor)` selects the thing's id."""
    _READABLE[thing_kind] = readable


def readable(thing_kind: str, actor: Actor) -> Select[Any]:
    """The ids of the things of a registered kind that the actor may see; KeyError for another."""
    return _READABLE[thing_kind](actor)


def can_read_audit(actor: Actor) -> bool:
    """The audit is the owners'."""
    return can_change_team(actor)


def visible(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause: acts on things, and about people, that the actor may see."""
    things = [
        and_(JournalEntry.thing_kind == kind, JournalEntry.thing_id.in_(readable(actor)))
        for kind, readable in _READABLE.items()
    ]
    thing = or_(JournalEntry.thing_kind.in_(OF_THE_TEAM), *things)
    about = or_(
        JournalEntry.about_id.is_(None), JournalEntry.about_id.in_(_READABLE[PERSON](actor))
    )
    return and_(JournalEntry.team_id == actor.team_id, thing, about)
