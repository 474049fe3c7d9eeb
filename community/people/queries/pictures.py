"""Pictures of persons, for those who see the person."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Row, Select, Uuid, and_, any_, literal, select

from community.core import db
from community.core.aliases import shared_alias
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.prepared import Prepared
from community.identity.models import Actor
from community.people.models import Person, Picture
from community.people.policy import UNDO_FOR, listed, visible
from community.people.queries.persons import canonical, same_person

_named = shared_alias(Person)
Found = TypeVar("Found")


def readable_pictures(actor: Actor) -> Select[UUID]:
    """The ids of the pictures that somebody whom the actor sees is shown with."""
    return select(Picture.id).join(Person, _shown()).where(listed(actor))


def _shown() -> Any:
    return and_(Person.team_id == Picture.team_id, Person.picture_id == Picture.id)


def get_picture(actor: Actor, picture_id: UUID, *, small: bool = False) -> bytes:
    """The picture that somebody is shown with; NotFound for one that nobody the actor sees has."""
    content = Picture.small if small else Picture.content
    statement = (
        select(content)
        .join(Person, _shown())
        .where(listed(actor), Picture.id == picture_id)
        .limit(1)
    )
    return _one(db.session().scalar(statement))


def get_picture_of(actor: Actor, person_id: UUID, *, small: bool = False) -> Row[bytes, UUID, int]:
    """`content`, `picture_id` and the person's `version`; a merged id answers the person it became."""
    content = Picture.small if small else Picture.content
    statement = (
        select(content.label("content"), Picture.id.label("picture_id"), Person.version)
        .join(Person, _shown())
        .where(visible(actor), Person.id == canonical(actor, person_id))
    )
    return _one(db.session().execute(statement).one_or_none())


def find_pictures(actor: Actor, person_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Who of these people has a picture, and which one; of those whom the actor sees."""
    if not person_ids:
        return {}
    values = {**actor.places, "ids": tuple(person_ids)}
    found = _prepared_pictures(actor.shape).rows(values)
    return {row[0]: row[1] for row in map(tuple, found)}


@lru_cache(maxsize=100)
def _prepared_pictures(shape: tuple[str, int, int]) -> Prepared:
    nobody, ids = Actor.stand_in(shape), (uuid4(),)
    statement = (
        select(_named.id, Person.picture_id)
        .join(Person, and_(Person.team_id == _named.team_id, Person.id == _named.canonical_id))
        .where(visible(nobody), visible(nobody, _named), Person.picture_id.is_not(None))
        .where(_named.id == any_(literal(list(ids), ARRAY(Uuid))))
    )
    return Prepared(statement, {**nobody.places, "ids": ids})


def get_earlier_picture(actor: Actor, person_id: UUID, picture_id: UUID, at: datetime) -> UUID:
    """A picture that this (canonical) person was shown with until lately, and may be again."""
    statement = select(Picture.id).where(
        Picture.team_id == actor.team_id,
        Picture.id == picture_id,
        Picture.person_id.in_(same_person(actor, person_id)),
        Picture.unused_since.is_(None) | (Picture.unused_since > at - UNDO_FOR),
    )
    return _one(db.session().scalar(statement))


def _one(found: Found | None) -> Found:
    if found is None:
        raise NotFound(_("There is no such picture, or it is not yours to see."))
    return found
