"""What a member reads of what is here about them, and who opened it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, case, select

from community.core import db, paging
from community.core.aliases import shared_alias
from community.core.paging import MAX_LIMIT, Page, PageRequest
from community.home.queries.timeline import find_timeline
from community.home.queries.timeline_kinds import TimelineItem
from community.identity.models import Actor
from community.journal.models import OpenedBy
from community.people.models import Person
from community.people.policy import visible
from community.records import queries as held
from community.records.queries import HeldItem

_named, _reader = shared_alias(Person), shared_alias(Person)


def find_about_me(actor: Actor, request: PageRequest) -> Page[TimelineItem]:
    """What is shared about the actor, as far as they see it; not what they keep to themselves."""
    return find_timeline(
        actor,
        actor.person_id,
        request,
        keep=lambda item: item.audience != "private" or not actor.is_me(item.by_id),
    )


def find_beside(actor: Actor) -> Sequence[HeldItem]:
    """What of no timeline is shared about the actor: how to speak with them, relations, how others met them.

    The latest hundred; all of it is read by `/people/{id}/holdings` with one's own id.
    """
    kinds = ("preference", "relation", "tie")
    page = held.find_items(actor, actor.person_id, PageRequest(MAX_LIMIT), kinds=kinds)
    return [
        item for item in page.items if item.audience != "private" or not actor.is_me(item.author_id)
    ]


def find_openings(actor: Actor, request: PageRequest) -> Page[Row[Any]]:
    """On which days who opened what is here about the actor: `day`, `id`, `reader_id`, `name`.

    Only what the actor sees can be opened so. Whom they may not know has no name and no id.
    """
    seen = visible(actor, _reader)
    opened = (
        select(
            OpenedBy.day,
            _reader.id,
            case((seen, _reader.id), else_=None).label("reader_id"),
            case((seen, _reader.name), else_="").label("name"),
        )
        .join(_named, and_(_named.team_id == OpenedBy.team_id, _named.id == OpenedBy.reader_id))
        .join(_reader, and_(_reader.team_id == _named.team_id, _reader.id == _named.canonical_id))
        .where(OpenedBy.team_id == actor.team_id, OpenedBy.person_id == actor.person_id)
        .distinct()
    )
    order, reads = (OpenedBy.day, _reader.id), (date.fromisoformat, UUID)
    page = paging.after(opened, request, order, reads, descending=True)
    rows = db.session().execute(page).all()
    return paging.page(rows, request, lambda row: (row.day.isoformat(), row.id))
