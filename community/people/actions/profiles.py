"""Saying something of oneself: by the member alone, each part to whom they choose."""

from collections.abc import Mapping
from typing import Any

from community.core import db
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import queries
from community.people.actions.audiences import resolve_audience
from community.people.actions.persons import check_version
from community.people.models import ProfilePart


def set_profile(
    actor: Actor, given: Mapping[str, Mapping[str, Any] | None], *, version: int | None = None
) -> None:
    """Write these parts of my page: `text` and `visibility` of each; nothing takes a part away.

    A part is its member's alone unless their default or choice is wider. `version` is what they
    saw of a single part, 0 where it said nothing.
    """
    for part, said in given.items():
        _set_part(actor, part, said or {}, version)


def _set_part(actor: Actor, part: str, said: Mapping[str, Any], version: int | None) -> None:
    mine = queries.find_own_part(actor, part)
    check_version(mine.version if mine else 0, version)
    if not said.get("text"):
        if mine is not None:
            db.session().delete(mine)
            db.flush()
            journal.record(actor, "delete", "profile_part", mine.id, about_id=actor.person_id)
        return
    verb = "edit" if mine else "add"
    wanted = said.get("visibility")
    if mine is None:
        mine = ProfilePart(id=db.new_id(), author_id=actor.person_id, part=part)
        mine.see(
            resolve_audience(
                actor, wanted, default=actor.default_audience, field=f"{part}.visibility"
            )
        )
        db.add(mine)
    elif wanted is not None:
        mine.see(
            resolve_audience(
                actor, wanted, default="private", field=f"{part}.visibility", keep=mine.circle_id
            )
        )
    mine.text = said["text"]
    db.flush()
    journal.record(actor, verb, "profile_part", mine.id, about_id=actor.person_id)
