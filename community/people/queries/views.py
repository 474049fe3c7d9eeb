"""Saved lists of people."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select

from community.core import db, paging
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.identity.models import Actor
from community.people.models import SavedView
from community.people.policy import visible_views

_SHOWN = 100


def find_views(actor: Actor, request: PageRequest) -> Page[SavedView]:
    """One's own saved lists and those that others share, newest first."""
    statement: Rows = select(SavedView).where(visible_views(actor))
    statement = paging.after(statement, request, [SavedView.id], [UUID], descending=True)
    rows = db.session().scalars(statement).all()
    return paging.page(rows, request, lambda view: (view.id,))


def find_named_views(actor: Actor) -> Sequence[SavedView]:
    """The same by name, for the page of the list."""
    statement = select(SavedView).where(visible_views(actor))
    return db.session().scalars(statement.order_by(SavedView.name).limit(_SHOWN)).all()


def get_view(actor: Actor, view_id: UUID, *, lock: bool = False) -> SavedView:
    """One saved list."""
    statement = select(SavedView).where(visible_views(actor), SavedView.id == view_id)
    found = db.session().scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound(_("There is no such list, or it is not yours to see."))
    return found


def count_views(actor: Actor) -> int:
    """How many the actor saved."""
    own = select(func.count()).where(
        SavedView.team_id == actor.team_id, SavedView.author_id.in_(actor.person_ids)
    )
    return db.session().scalar(own) or 0


def readable_views(actor: Actor) -> Select[UUID]:
    """The ids of the lists the actor may see."""
    return select(SavedView.id).where(visible_views(actor))
