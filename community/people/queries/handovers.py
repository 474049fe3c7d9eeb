"""Hand-overs: who left whom to whom, and with which words."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, select

from community.core import db, paging
from community.core.aliases import shared_alias
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.identity.models import Actor
from community.people.models import Handover, Person
from community.people.policy import visible_handovers
from community.people.queries.persons import same_person

_about, _person, _writer, _author, _taker, _to = (shared_alias(Person) for _number in range(6))


def _rows(actor: Actor) -> Rows:
    return (
        select(
            Handover.id,
            _person.id.label("person_id"),
            _person.name.label("person_name"),
            Handover.author_id,
            _author.name.label("author_name"),
            _to.id.label("to_id"),
            _to.name.label("to_name"),
            Handover.words,
            Handover.created_at,
        )
        .join(_about, and_(_about.team_id == Handover.team_id, _about.id == Handover.person_id))
        .join(_person, and_(_person.team_id == _about.team_id, _person.id == _about.canonical_id))
        .join(_writer, and_(_writer.team_id == Handover.team_id, _writer.id == Handover.author_id))
        .join(_author, and_(_author.team_id == _writer.team_id, _author.id == _writer.canonical_id))
        .join(_taker, and_(_taker.team_id == Handover.team_id, _taker.id == Handover.to_id))
        .join(_to, and_(_to.team_id == _taker.team_id, _to.id == _taker.canonical_id))
        .where(visible_handovers(actor))
    )


def find_handovers(actor: Actor, request: PageRequest) -> Page[Row[Any]]:
    """Those from and to the actor, latest first."""
    page = paging.after(_rows(actor), request, (Handover.id,), (UUID,), descending=True)
    return paging.page(db.session().execute(page).all(), request, lambda row: (row.id,))


def find_handovers_of(actor: Actor, person_id: UUID) -> Sequence[Row[Any]]:
    """Those of a person (a canonical id), latest first."""
    of_them = _rows(actor).where(Handover.person_id.in_(same_person(actor, person_id)))
    return db.session().execute(of_them.order_by(Handover.id.desc()).limit(20)).all()


def get_handover_row(actor: Actor, handover_id: UUID) -> Row[Any]:
    """One of them."""
    row = db.session().execute(_rows(actor).where(Handover.id == handover_id)).one_or_none()
    if row is None:
        raise _absent()
    return row


def get_handover(actor: Actor, handover_id: UUID) -> Handover:
    """One to take back, locked."""
    found = db.session().scalar(
        select(Handover)
        .where(visible_handovers(actor), Handover.id == handover_id)
        .with_for_update(of=Handover)
    )
    if found is None:
        raise _absent()
    return found


def readable_handovers(actor: Actor) -> Select[UUID]:
    """The ids of the hand-overs the actor may read."""
    return select(Handover.id).where(visible_handovers(actor))


def _absent() -> NotFound:
    return NotFound(_("There is no such hand-over, or it is not yours to see."))
