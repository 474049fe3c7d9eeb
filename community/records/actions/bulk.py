"""One act on many people, and undoing it as one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from community.accounts.actions import circles
from community.core import clock, db
from community.core.errors import NotAllowed, NotFound, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.people import actions as people_actions
from community.people.queries import Filter
from community.records import policy, queries
from community.records.models import UNDO_FOR, BulkAct

MOST = 5_000
"""How many people one act may be done to."""
UNDONE_BY = {"tag": "untag", "untag": "tag", "archive": "unarchive", "unarchive": "archive"}


@dataclass(frozen=True)
class Chosen:
    """Whom an act is for: these people, or all in a filter of the list."""

    person_ids: Sequence[UUID] = ()
    wanted: Filter | None = None


def act_on_many(
    actor: Actor, act: str, chosen: Chosen, *, tag: str = "", circle_id: UUID | None = None
) -> BulkAct:
    """Do it to those of the chosen whom the actor may change; the others are left and counted.

    Whoever is hidden from the actor is in no count.
    """
    if not policy.can_act_on_many(actor):
        raise NotAllowed(_("Guests do not look after the list of people."))
    ids = _found(actor, chosen)
    if act == "circle":
        changed, skipped = _seat(actor, _needed(circle_id), ids)
    else:
        if act in ("tag", "untag") and not tag.strip():
            raise RuleBroken(_("Write a tag."), code="no_tag", field="tag")
        changed, skipped = people_actions.change_many(actor, act, ids, tag=tag.strip())
    done = BulkAct(id=db.new_id(), author_id=actor.person_id, act=act, circle_id=circle_id)
    done.tag, done.changed_ids, done.skipped = tag.strip(), changed, skipped
    db.add(done)
    db.flush()
    return done


def _found(actor: Actor, chosen: Chosen) -> list[UUID]:
    if chosen.wanted is None:
        ids = queries.find_listed(actor, chosen.person_ids)
        if not ids:
            raise RuleBroken(_("Choose at least one person."), code="nobody", field="person_ids")
        return ids
    ids = queries.find_filtered(actor, chosen.wanted, MOST + 1)
    if len(ids) > MOST:
        text = _("These are more than %(max)d people. Narrow the list first.", max=MOST)
        raise RuleBroken(text, code="too_many", field="filter")
    return ids


def _needed(circle_id: UUID | None) -> UUID:
    if circle_id is None:
        raise RuleBroken(_("Choose a circle."), code="no_circle", field="circle_id")
    return circle_id


def _seat(actor: Actor, circle_id: UUID, ids: Sequence[UUID]) -> tuple[list[UUID], int]:
    """Circles are of members: everybody else among the chosen is left out."""
    members = queries.find_members_of(ids)
    seated = queries.find_seated(circle_id)
    new = [person_id for person_id in ids if person_id in members]
    new = [person_id for person_id in new if members[person_id] not in seated]
    mine = [person_id for person_id in new if not actor.is_me(person_id)]
    if not mine:
        # The circle's own rules answer who may not, also where there is nobody to let in.
        circles.check_may_seat(actor, circle_id)
    for person_id in mine:
        circles.add_to_circle(actor, circle_id, person_id)
    return mine, len([one for one in ids if one not in members]) + len(new) - len(mine)


def undo_act(actor: Actor, act_id: UUID) -> BulkAct:
    """Take back what one act changed, where nobody changed it since; once, for 30 days."""
    done = queries.get_bulk_act(actor, act_id)
    if clock.now() - done.created_at > UNDO_FOR:
        raise NotFound(_("There is no such act, or it cannot be undone any more."))
    _UNDO.get(done.act, _undo_change)(actor, done)
    db.session().execute(
        delete(BulkAct)
        .where(BulkAct.team_id == actor.team_id, BulkAct.id == done.id)
        .execution_options(synchronize_session=False)
    )
    return done


def _undo_change(actor: Actor, done: BulkAct) -> None:
    ids = queries.find_listed(actor, done.changed_ids)
    people_actions.change_many(actor, UNDONE_BY[done.act], ids, tag=done.tag)


def _undo_seats(actor: Actor, done: BulkAct) -> None:
    assert done.circle_id is not None
    members, seated = queries.find_members_of(done.changed_ids), queries.find_seated(done.circle_id)
    for person_id, member_id in members.items():
        if member_id in seated:
            circles.take_from_circle(actor, done.circle_id, person_id)


_UNDO: dict[str, Callable[[Actor, BulkAct], Any]] = {"circle": _undo_seats}


def forget_acts(as_of: datetime) -> int:
    """What can be undone no more is not kept. Returns how many."""
    over = (
        delete(BulkAct)
        .where(BulkAct.team_id == db.current_team_id(), BulkAct.created_at < as_of - UNDO_FOR)
        .execution_options(synchronize_session=False)
    )
    return db.row_count(db.session().execute(over))
