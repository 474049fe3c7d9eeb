"""What changed in people's lives between one import and the next."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, false, select
from sqlalchemy.orm import aliased

from community.core import db, paging
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest
from community.exchange.models import ImportBatch, ImportRow
from community.identity.models import Actor
from community.people import policy as people_policy
from community.people.models import Person

_NEWS = ImportRow.written["news"]


def find_news(
    actor: Actor, batch: ImportBatch, request: PageRequest, states: Sequence[str] = ()
) -> Page[Row[Any]]:
    """The news of a published import about whom the actor sees: `person_id name news line seq`."""
    named = aliased(Person)
    statement = (
        select(ImportRow.line, ImportRow.seq, Person.id.label("person_id"), Person.name)
        .add_columns(_NEWS.label("news"))
        .join(named, (named.team_id == ImportRow.team_id) & (named.id == ImportRow.person_id))
        .join(Person, (Person.team_id == named.team_id) & (Person.id == named.canonical_id))
        .where(ImportRow.team_id == actor.team_id, ImportRow.batch_id == batch.id)
        .where(ImportRow.outcome == "update", ImportRow.written.has_key("news"))
        .where(people_policy.visible(actor))
    )
    if batch.state != "done":
        statement = statement.where(false())
    if states:
        statement = statement.where(_NEWS["state"].astext.in_(states))
    page = paging.after(statement, request, (ImportRow.line, ImportRow.seq), (int, int))
    rows = db.session().execute(page).all()
    return paging.page(rows, request, lambda row: (row.line, row.seq))


def get_news_row(actor: Actor, batch: ImportBatch, person_id: UUID) -> ImportRow:
    """The row with the news about one person, locked."""
    named = aliased(Person)
    found = db.session().scalar(
        select(ImportRow)
        .join(named, (named.team_id == ImportRow.team_id) & (named.id == ImportRow.person_id))
        .where(ImportRow.team_id == actor.team_id, ImportRow.batch_id == batch.id)
        .where(ImportRow.outcome == "update", ImportRow.written.has_key("news"))
        .where(named.canonical_id == person_id)
        .order_by(ImportRow.line)
        .limit(1)
        .with_for_update(of=ImportRow)
    )
    if found is None or batch.state != "done":
        raise NotFound(_("There is no such news in this import."))
    return found
