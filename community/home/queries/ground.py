"""Common ground: what the reader and a person share, from what the reader may see alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Text,
    Uuid,
    and_,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from community.core import db
from community.core.aliases import shared_alias
from community.core.i18n import gettext as _
from community.core.paging import Rows
from community.identity.models import Actor
from community.people import queries as people
from community.people.models import Fact, Organisation, Person, Position, Relation
from community.people.policy import listed, visible, visible_items, visible_organisations
from community.relationships import queries as ties
from community.relationships.models import Tie

SHOWN = 20
# Facts that two people can share word for word.
SHARED = ("place", "language", "interest", "skill")
_me, _they, _third = (shared_alias(Person) for _number in range(3))
_mine, _theirs = shared_alias(Position), shared_alias(Position)
_of_me, _of_them = shared_alias(Fact), shared_alias(Fact)


@dataclass(frozen=True)
class Shared:
    """One thing in common. `id` is the organisation or the person it names, where there is one."""

    kind: str
    text: str
    id: UUID | None

    @property
    def words(self) -> str:
        """The same, as one says it to the reader."""
        sentences = {
            "organisation": _("You were both at %(name)s.", name=self.text),
            "person": _("You both know %(name)s.", name=self.text),
            "tag": _("You both have the tag %(name)s.", name=self.text),
        }
        return sentences.get(self.kind) or _("Said of you both: %(text)s", text=self.text)


def find_ground(actor: Actor, person_id: UUID) -> list[Shared]:
    """What the actor and a person (a canonical id) share, in one statement; nothing with oneself."""
    if actor.is_me(person_id):
        return []
    rows = db.session().execute(ground_rows(actor, person_id))
    return read_ground(rows)


def ground_rows(actor: Actor, person_id: UUID) -> Rows:
    """The rows of it."""
    parts = (_organisations, _people, _facts, _tags)
    found = union_all(*(part(actor, person_id, place) for place, part in enumerate(parts)))
    rows = found.subquery()
    return select(rows).order_by(rows.c.place, func.lower(rows.c.text)).limit(SHOWN)


def read_ground(rows: Iterable[Any]) -> list[Shared]:
    """Each thing once."""
    ordered = sorted(rows, key=lambda row: (row.place, row.text.casefold()))
    once = {(row.kind, row.text.casefold()): Shared(row.kind, row.text, row.id) for row in ordered}
    return list(once.values())


def _row(place: int, kind: Any, text: Any, thing_id: Any) -> Rows:
    code = cast(literal(kind), Text) if isinstance(kind, str) else kind
    return select(
        literal(place).label("place"),
        code.label("kind"),
        text.label("text"),
        cast(thing_id, Uuid).label("id"),
    )


def _organisations(actor: Actor, person_id: UUID, place: int) -> Rows:
    seen = aliased(Organisation)
    known = and_(seen.id == _theirs.organisation_id, visible_organisations(actor, seen))
    same = and_(_mine.organisation_id == _theirs.organisation_id, exists().where(known))
    named = and_(
        func.lower(_mine.organisation) == func.lower(_theirs.organisation), _mine.organisation != ""
    )
    shown = select(seen.id).where(known).scalar_subquery()
    return (
        _row(place, "organisation", _theirs.organisation, shown)
        .select_from(_theirs)
        .join(_mine, and_(_mine.team_id == _theirs.team_id, or_(same, named)))
        .where(_theirs.team_id == actor.team_id, _theirs.person_id == person_id)
        .where(_mine.person_id == actor.person_id)
        .distinct()
    )


def _people(actor: Actor, person_id: UUID, place: int) -> Rows:
    """Whom both stand in a relation to, or know by their ties."""
    ends = select(Person.id).where(
        Person.team_id == actor.team_id, Person.canonical_id.in_((actor.person_id, person_id))
    )
    relations = (
        people.relation_rows(actor)
        .where(or_(Relation.person_id.in_(ends), Relation.other_id.in_(ends)))
        .cte("ground_relations")
    )
    tied = ties.tie_rows(actor).where(Tie.author_id.in_(ends)).cte("ground_ties")
    known = union(
        select(relations.c.one_id.label("who"), relations.c.two_id.label("whom")),
        select(relations.c.two_id, relations.c.one_id),
        select(tied.c.holder_id, tied.c.person_id),
    ).cte("ground_known")
    of_me, of_them = known.alias("of_me"), known.alias("of_them")
    return (
        _row(place, "person", _third.name, _third.id)
        .select_from(_third)
        .join(of_me, and_(of_me.c.whom == _third.id, of_me.c.who == actor.person_id))
        .join(of_them, and_(of_them.c.whom == _third.id, of_them.c.who == person_id))
        .where(listed(actor, _third))
        .where(_third.id.not_in((actor.person_id, person_id)))
    )


def _facts(actor: Actor, person_id: UUID, place: int) -> Rows:
    return (
        _row(place, _of_them.kind, _of_them.text, null())
        .select_from(_of_them)
        .join(
            _of_me,
            and_(
                _of_me.team_id == _of_them.team_id,
                _of_me.kind == _of_them.kind,
                func.lower(_of_me.text) == func.lower(_of_them.text),
            ),
        )
        .where(
            _of_them.kind.in_(SHARED), _of_them.person_id.in_(people.same_person(actor, person_id))
        )
        .where(visible_items(actor, _of_them), _of_them.deleted_at.is_(None))
        .where(_of_me.person_id.in_(actor.person_ids))
        .where(visible_items(actor, _of_me), _of_me.deleted_at.is_(None))
        .distinct()
    )


def _tags(actor: Actor, person_id: UUID, place: int) -> Rows:
    mine = select(func.lower(func.unnest(_me.tags))).where(
        _me.team_id == actor.team_id, _me.id == actor.person_id
    )
    theirs = (
        select(func.unnest(_they.tags).label("tag"))
        .where(_they.id == person_id, visible(actor, _they))
        .subquery("their_tags")
    )
    return (
        _row(place, "tag", theirs.c.tag, null())
        .select_from(theirs)
        .where(func.lower(theirs.c.tag).in_(mine))
    )
