"""The same small change to many people, in one statement."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select, update

from community.core import clock, db
from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.core.text import fold
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import policy
from community.people.actions import writing
from community.people.models import Person
from community.people.queries.folding import folded

MOST_TAGS = 50
LONGEST_TAG = 60
ARCHIVING = ("archive", "unarchive")


def change_many(
    actor: Actor, act: str, person_ids: Sequence[UUID], *, tag: str = ""
) -> tuple[list[UUID], int]:
    """`tag`, `untag`, `archive` or `unarchive` those of these (visible) people who may be changed.

    Returns who is different now, and how many were left because they may not be changed.
    """
    if len(tag) > LONGEST_TAG:
        text = _("A tag has at most %(max)d characters.", max=LONGEST_TAG)
        raise RuleBroken(text, code="too_long", field="tag")
    db.flush()
    allowed = _allowed(actor, act, person_ids)
    values, is_needed = _CHANGES[act](tag)
    statement = (
        update(Person)
        .where(Person.team_id == actor.team_id, Person.id.in_(allowed), is_needed)
        .values(**values, updated_at=clock.now(), version=Person.version + 1)
        .returning(Person.id, Person.version)
        .execution_options(synchronize_session=False)
    )
    rows = db.session().execute(statement).all() if allowed else []
    for row in rows:
        _write_down(actor, act, row.id, row.version)
    db.session().expire_all()
    return [row.id for row in rows], len(set(person_ids)) - len(allowed)


def _allowed(actor: Actor, act: str, person_ids: Sequence[UUID]) -> list[UUID]:
    """Those among them whom the actor may change so, locked in the order of their ids."""
    if not person_ids:
        return []
    statement = select(Person.id).where(
        policy.listed(actor), policy.editable(actor), Person.id.in_(person_ids)
    )
    if act in ARCHIVING:
        # A member of the team stays in the lists.
        statement = statement.where(Person.membership_id.is_(None))
    return list(db.session().scalars(statement.order_by(Person.id).with_for_update(of=Person)))


def _write_down(actor: Actor, act: str, person_id: UUID, version: int) -> None:
    if act in ARCHIVING:
        journal.record(actor, act, "person", person_id)
        writing.note_change(actor, person_id, ["archived"], version)
        return
    journal.record(actor, "edit", "person", person_id, fields=["tags"])
    writing.note_change(actor, person_id, ["tags"], version)


Change = tuple[dict[str, Any], ColumnElement[bool]]


def _tag(tag: str) -> Change:
    room = func.coalesce(func.cardinality(Person.tags), 0) < MOST_TAGS
    # As a form does it: one tag, however its letters are written.
    one = func.unnest(Person.tags).column_valued("one")
    has = exists(select(one).where(folded(one) == fold(tag)))
    return {"tags": func.array_append(Person.tags, tag)}, and_(~has, room)


def _untag(tag: str) -> Change:
    return {"tags": func.array_remove(Person.tags, tag)}, Person.tags.contains([tag])


def _archive(_tag: str) -> Change:
    return {"archived_at": clock.now()}, Person.archived_at.is_(None)


def _unarchive(_tag: str) -> Change:
    return {"archived_at": None}, Person.archived_at.is_not(None)


_CHANGES = {"tag": _tag, "untag": _untag, "archive": _archive, "unarchive": _unarchive}
