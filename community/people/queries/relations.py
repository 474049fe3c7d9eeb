"""Relations between people, each read from the side of the person it is shown with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, and_, or_, select, union

from community.core import db
from community.core.aliases import shared_alias
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Rows
from community.core.prepared import Prepared
from community.identity.models import Actor
from community.identity.policy import in_team
from community.people.formats.relations import kind_name
from community.people.models import REVERSE, Person, Relation, RelationKind
from community.people.policy import visible_relations
from community.people.queries.persons import same_person

_one, _one_shown, _two, _two_shown = (shared_alias(Person) for _number in range(4))
_kind, _back = shared_alias(RelationKind), shared_alias(RelationKind)


@dataclass(frozen=True)
class SeenRelation:
    """What `other_id` is to `person_id`, as its reader sees it from the side of the person."""

    id: UUID
    person_id: UUID
    person_name: str
    other_id: UUID
    other_name: str
    other_is_member: bool
    kind: str
    name: str
    reverse: str
    reverse_name: str
    word: str
    from_on: date | None
    to_on: date | None
    author_id: UUID
    audience: str
    audience_people: Sequence[UUID]
    circle_id: UUID | None
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def shown(self) -> str:
        """What they are to each other, in words: what was written, where no kind says it."""
        return self.word if self.word and self.kind == "other" else self.name


def relation_rows(actor: Actor) -> Rows:
    """Every relation the actor may see, with both people; `seen_relation` reads one."""
    return (
        select(
            *(column for column in Relation.__table__.c if column.name != "team_id"),
            _one_shown.id.label("one_id"),
            _one_shown.name.label("one_name"),
            in_team(_one_shown).label("one_is_member"),
            _two_shown.id.label("two_id"),
            _two_shown.name.label("two_name"),
            in_team(_two_shown).label("two_is_member"),
            _kind.name.label("kind_name"),
            _back.id.label("back_id"),
            _back.name.label("back_name"),
        )
        .select_from(Relation)
        .join(_one, and_(_one.team_id == Relation.team_id, _one.id == Relation.person_id))
        .join(
            _one_shown,
            and_(_one_shown.team_id == _one.team_id, _one_shown.id == _one.canonical_id),
        )
        .join(_two, and_(_two.team_id == Relation.team_id, _two.id == Relation.other_id))
        .join(
            _two_shown,
            and_(_two_shown.team_id == _two.team_id, _two_shown.id == _two.canonical_id),
        )
        .outerjoin(_kind, and_(_kind.team_id == Relation.team_id, _kind.id == Relation.kind_id))
        .outerjoin(_back, and_(_back.team_id == _kind.team_id, _back.id == _kind.reverse_id))
        .where(visible_relations(actor), _one_shown.id != _two_shown.id)
    )


def find_relations(actor: Actor, person_id: UUID) -> list[SeenRelation]:
    """A person's relations (a canonical id) from their side: what lasts first, then by name."""
    rows = _prepared(actor.shape).rows({**actor.places, "person_id": person_id})
    return ordered_relations(rows, person_id)


def ordered_relations(rows: Iterable[Any], person_id: UUID) -> list[SeenRelation]:
    """Rows of `relation_rows_of` from the side of the person, in their order."""
    found = [seen_relation(row, person_id) for row in rows]
    return sorted(found, key=lambda seen: (seen.to_on is not None, seen.shown, seen.other_name))


def relation_rows_of(actor: Actor, person_id: UUID) -> Rows:
    """Those of a person (a canonical id) that the actor may read."""
    same = same_person(actor, person_id)
    either = union(
        *(
            select(Relation.id).where(Relation.team_id == actor.team_id, side.in_(same))
            for side in (Relation.person_id, Relation.other_id)
        )
    )
    return relation_rows(actor).where(Relation.id.in_(either))


@lru_cache(maxsize=100)
def _prepared(shape: tuple[str, int, int]) -> Prepared:
    nobody, person_id = Actor.stand_in(shape), uuid4()
    statement = relation_rows_of(nobody, person_id)
    return Prepared(statement, {**nobody.places, "person_id": person_id})


def get_relation_row(actor: Actor, relation_id: UUID) -> SeenRelation:
    """One relation, from the side it was written from."""
    row = db.session().execute(relation_rows(actor).where(Relation.id == relation_id)).one_or_none()
    if row is None:
        raise _nothing()
    return _seen(row, from_two=False)


def seen_relation(row: Any, person_id: UUID) -> SeenRelation:
    """A row of `relation_rows`, from the side of one of its people (a canonical id)."""
    return _seen(row, from_two=row.two_id == person_id)


def _seen(row: Any, *, from_two: bool) -> SeenRelation:
    own = row.kind_id is not None
    kind = (str(row.kind_id), row.kind_name) if own else (row.kind, kind_name(row.kind))
    code = "" if own else REVERSE[row.kind]
    back = (str(row.back_id), row.back_name) if own else (code, kind_name(code))
    here, there = ("two", "one") if from_two else ("one", "two")
    named, reverse = (back, kind) if from_two else (kind, back)
    values = row._mapping
    return SeenRelation(
        id=row.id,
        person_id=values[f"{here}_id"],
        person_name=values[f"{here}_name"],
        other_id=values[f"{there}_id"],
        other_name=values[f"{there}_name"],
        other_is_member=values[f"{there}_is_member"],
        kind=named[0],
        name=named[1],
        reverse=reverse[0],
        reverse_name=reverse[1],
        **{name: values[name] for name in _PLAIN},
    )


_PLAIN = (
    "word",
    "from_on",
    "to_on",
    "author_id",
    "audience",
    "audience_people",
    "circle_id",
    "created_at",
    "updated_at",
    "version",
)


def get_relation(actor: Actor, relation_id: UUID) -> Relation:
    """One relation to change, locked."""
    shown = relation_rows(actor).where(Relation.id == relation_id).with_only_columns(Relation.id)
    return _locked(select(Relation).where(Relation.id.in_(shown)))


def get_own_relation(actor: Actor, relation_id: UUID) -> Relation:
    """The actor's own relation, removed or not, locked: to restore it."""
    return _locked(
        select(Relation).where(
            Relation.team_id == actor.team_id,
            Relation.id == relation_id,
            Relation.author_id.in_(actor.person_ids),
        )
    )


def _locked(statement: Select[Relation]) -> Relation:
    found = db.session().scalar(
        statement.with_for_update(of=Relation).execution_options(populate_existing=True)
    )
    if found is None:
        raise _nothing()
    return found


def has_relation(actor: Actor, relation: Relation) -> bool:
    """Whether the actor wrote the same of these two already, and it stands."""
    statement = select(Relation.id).where(
        Relation.team_id == actor.team_id,
        Relation.deleted_at.is_(None),
        Relation.author_id.in_(actor.person_ids),
        Relation.person_id.in_(_same(actor, relation.person_id)),
        Relation.other_id.in_(_same(actor, relation.other_id)),
        Relation.kind == relation.kind,
        Relation.kind_id.is_not_distinct_from(relation.kind_id),
        Relation.word == relation.word,
        Relation.from_on.is_not_distinct_from(relation.from_on),
        Relation.id != relation.id,
    )
    return db.session().scalar(statement.limit(1)) is not None


def _same(actor: Actor, person_id: UUID) -> Select[UUID]:
    """The ids that stand for whom an id means, be it a merged one's."""
    whom = select(_one.canonical_id).where(_one.team_id == actor.team_id, _one.id == person_id)
    return select(_two.id).where(
        _two.team_id == actor.team_id, _two.canonical_id == whom.scalar_subquery()
    )


def find_relation_kinds(actor: Actor, *, archived: bool | None = None) -> Sequence[RelationKind]:
    """The team's own kinds, by name; guests know of none but in a relation they read."""
    if actor.is_guest:
        return []
    statement = select(RelationKind).where(RelationKind.team_id == actor.team_id)
    if archived is not None:
        over = RelationKind.archived_at.is_not(None)
        statement = statement.where(over if archived else ~over)
    return db.session().scalars(statement.order_by(RelationKind.name, RelationKind.id)).all()


def get_relation_kind(actor: Actor, kind_id: UUID) -> tuple[RelationKind, RelationKind]:
    """A kind of the team's own and its reverse (itself where both are the same), locked."""
    pair = or_(RelationKind.id == kind_id, RelationKind.reverse_id == kind_id)
    rows = db.session().scalars(
        select(RelationKind)
        .where(RelationKind.team_id == actor.team_id, pair)
        .order_by(RelationKind.id)
        .with_for_update()
    )
    found = {row.id: row for row in rows}
    if kind_id not in found or actor.is_guest:
        raise NotFound(_("There is no such relation."))
    kind = found[kind_id]
    return kind, found[kind.reverse_id]


def readable_relations(actor: Actor) -> Select[UUID]:
    """The ids of the relations the actor may read; a removed one is its author's alone."""
    return select(Relation.id).where(visible_relations(actor))


def _nothing() -> NotFound:
    return NotFound(_("There is no such relation, or it is not yours to see."))
