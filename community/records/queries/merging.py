"""Persons as a merge reads them, the merges that stand, and who must not lose sight of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, or_, select, text
from sqlalchemy.orm import selectinload

from community.core import db, paging
from community.core.aliases import shared_alias
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.identity.models import Actor, Membership
from community.people import policy as people_policy
from community.people import queries as people_queries
from community.people.models import CustomField, CustomValue, Person
from community.records.matching.merging import KEYS, Side, value_key
from community.records.models import Merge

_Kept = shared_alias(Person, name="kept")
_Merged = shared_alias(Person, name="merged")
_Named = shared_alias(Person, name="named")
_Meant = shared_alias(Person, name="meant")
_ORDERS = {"positions": "from_on DESC NULLS LAST, id", "custom_values": "field_id, id"}


def find_sides(team_id: UUID, persons: Sequence[Person]) -> list[Side]:
    """These persons with their rows as they stand in the tables."""
    ids = [person.id for person in persons]
    rows: dict[UUID, dict[str, list[dict[str, Any]]]] = {
        person_id: {table: [] for table in KEYS} for person_id in ids
    }
    for table in KEYS:
        order = _ORDERS.get(table, "position, id")
        found = text(
            f"SELECT person_id, to_jsonb(t) AS row FROM {table} t"
            f" WHERE team_id = :team_id AND person_id = ANY(:ids) ORDER BY {order}"
        )
        for row in db.session().execute(found, {"team_id": team_id, "ids": ids}):
            rows[row.person_id][table].append(row.row)
    return [Side(_fields(person), list(person.tags), rows[person.id]) for person in persons]


def find_seen_others(actor: Actor, sides: Iterable[Side]) -> set[str]:
    """Whom the fields of these persons name, as far as the actor sees them."""
    rows = [row for side in sides for row in side.rows.get("custom_values", ())]
    named = {UUID(row["other_id"]) for row in rows if row["other_id"]}
    return {str(one) for one in people_queries.find_seen(actor, named)} if named else set()


def _fields(person: Person) -> dict[str, Any]:
    born = [person.birthday_month, person.birthday_day, person.birthday_year]
    return {
        "id": str(person.id),
        "name": person.name,
        "call_name": person.call_name,
        "sort_name": person.sort_name,
        "birthday": born if person.birthday_month is not None else None,
        "picture_id": str(person.picture_id) if person.picture_id else None,
        "extra": person.extra or {},
        "archived_at": person.archived_at.isoformat() if person.archived_at else None,
    }


def find_yielding(actor: Actor, kept_id: UUID, other_id: UUID, keys: Sequence[str]) -> list[str]:
    """What the kept one's fields of these keys hold, as `matching.merging.value_key` names it.

    Where the actor sees a value of each: what is hidden is neither chosen nor lost.
    """
    held = (
        select(CustomField.key, CustomValue)
        .join(CustomValue, and_(_here(CustomValue), CustomValue.field_id == CustomField.id))
        .outerjoin(_Named, and_(_here(_Named), _Named.id == CustomValue.other_id))
        .outerjoin(_Meant, and_(_here(_Meant), _Meant.id == _Named.canonical_id))
        .where(_here(CustomField), CustomField.key.in_(keys))
        .where(CustomValue.person_id.in_((kept_id, other_id)))
        .where(or_(CustomValue.other_id.is_(None), people_policy.visible(actor, _Meant)))
    )
    found: dict[str, dict[UUID, CustomValue]] = {}
    for key, value in db.session().execute(held):
        found.setdefault(key, {})[value.person_id] = value
    pairs = [
        (value_key(_row(both[kept_id])), value_key(_row(both[other_id])))
        for both in found.values()
        if kept_id in both and other_id in both
    ]
    return [mine for mine, theirs in pairs if mine != theirs]


def _here(model: Any) -> ColumnElement[bool]:
    here: ColumnElement[bool] = model.team_id == db.current_team_id()
    return here


def _row(value: CustomValue) -> dict[str, Any]:
    other = str(value.other_id) if value.other_id else None
    return {"field_id": str(value.field_id), "value": value.value, "other_id": other}


def visible_merges(actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of the merges one knows of: between two persons whom one sees.

    Whoever entered the merged one sees it in any case, also when the other was deleted since. Whoever
    entered the kept one, or is it, sees that somebody was merged into them, if not whom.
    """
    mine = _Merged.author_id == actor.person_id
    seen = people_policy.visible(actor, _Kept)
    theirs = or_(_Kept.author_id == actor.person_id, _Kept.id == actor.person_id)
    return and_(
        Merge.team_id == actor.team_id,
        or_(and_(people_policy.visible(actor, _Merged), or_(seen, mine)), and_(seen, theirs)),
    )


def _merges(actor: Actor, *columns: Any) -> Rows:
    return (
        select(*columns)
        .select_from(Merge)
        .join(_Kept, and_(_Kept.team_id == Merge.team_id, _Kept.id == Merge.kept_id))
        .join(_Merged, and_(_Merged.team_id == Merge.team_id, _Merged.id == Merge.merged_id))
        .where(visible_merges(actor))
    )


def get_merge(actor: Actor, merge_id: UUID, *, lock: bool = False) -> Merge:
    """One merge that can still be undone, if the actor sees the two."""
    statement = _merges(actor, Merge).where(Merge.id == merge_id)
    if lock:
        statement = statement.with_for_update(of=Merge)
    found: Merge | None = db.session().scalar(statement)
    if found is None:
        raise NotFound(_("There is no such merge, or it cannot be undone any more."))
    return found


def _shown(actor: Actor) -> tuple[Any, ...]:
    """A merge with the names of the two; without the other one's id and name where it is hidden."""
    seen = people_policy.visible(actor, _Merged)
    return (
        Merge.id,
        Merge.kept_id,
        case((seen, Merge.merged_id)).label("merged_id"),
        Merge.author_id,
        Merge.created_at,
        _Kept.name.label("kept_name"),
        case((seen, _Merged.name), else_="").label("merged_name"),
    )


def get_merge_row(actor: Actor, merge_id: UUID) -> Row[Any]:
    """The same as it is shown, with the names of the two as far as they are seen."""
    found = (
        db.session()
        .execute(_merges(actor, *_shown(actor)).where(Merge.id == merge_id))
        .one_or_none()
    )
    if found is None:
        raise NotFound(_("There is no such merge, or it cannot be undone any more."))
    return found


def find_merges(actor: Actor, request: PageRequest) -> Page[Row[Any]]:
    """The merges that stand and can be undone, newest first."""
    statement = _merges(actor, *_shown(actor))
    statement = paging.after(statement, request, [Merge.id], [UUID], descending=True)
    rows = db.session().execute(statement).all()
    return paging.page(rows, request, lambda row: (row.id,))


def find_later(merge: Merge) -> Sequence[Merge]:
    """The merges into the same person that came after this one and stand, oldest first, locked."""
    return (
        db.session()
        .scalars(
            select(Merge)
            .where(Merge.team_id == merge.team_id, Merge.kept_id == merge.kept_id)
            .where(Merge.id > merge.id)
            .order_by(Merge.id)
            .with_for_update()
        )
        .all()
    )


def find_two(actor: Actor, ids: Sequence[UUID], *, parts: Sequence[str] = ()) -> dict[UUID, Person]:
    """Persons of the team by their own ids, visible or not, locked in the order of their ids."""
    statement = (
        select(Person)
        .where(Person.team_id == actor.team_id, Person.id.in_(ids))
        .order_by(Person.id)
        .options(*[selectinload(getattr(Person, part)) for part in parts])
        .with_for_update(of=Person)
        .execution_options(populate_existing=True)
    )
    return {person.id: person for person in db.session().scalars(statement)}


def find_standing_for(actor: Actor, person_id: UUID) -> list[UUID]:
    """The ids that stand for a person: its own and those merged into it."""
    statement = select(Person.id).where(
        Person.team_id == actor.team_id, Person.canonical_id == person_id
    )
    return list(db.session().scalars(statement.order_by(Person.id).with_for_update(of=Person)))


def find_over_merges(before: datetime) -> Sequence[UUID]:
    """The merges of the team that is set which can be undone no more."""
    statement = select(Merge.id).where(
        Merge.team_id == db.current_team_id(), Merge.created_at < before
    )
    return db.session().scalars(statement).all()


def names_guests(person_ids: Sequence[UUID]) -> bool:
    """Whether one of these persons is a guest: the team's things are not theirs to see."""
    if not person_ids:
        return False
    statement = (
        select(Person.id)
        .join(
            Membership,
            and_(Membership.team_id == Person.team_id, Membership.id == Person.membership_id),
        )
        .where(Person.team_id == db.current_team_id(), Person.id.in_(person_ids))
        .where(Membership.role == "guest", Membership.state == "active")
        .limit(1)
    )
    return db.session().scalar(statement) is not None
