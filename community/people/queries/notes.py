"""Notes about people."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, Select, func, select

from community.core import db, paging
from community.core.aliases import shared_alias
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.core.prepared import Prepared
from community.identity.models import Actor
from community.identity.policy import in_team, is_disputed
from community.people.models import Note, NoteVersion, Person
from community.people.policy import subject_reads, visible_notes, visible_versions
from community.people.queries.persons import same_person

_STAND_IN_EDGE = datetime(1901, 2, 3, 4, 5, 6, 7, UTC)
_writer, _shown, _about, _subject = (shared_alias(Person) for _name in range(4))


def note_rows(actor: Actor) -> Rows:
    """The notes the actor may read, with who wrote them and whom they are about."""
    return (
        select(
            Note.id,
            _subject.id.label("person_id"),
            Note.person_id.label("about_id"),
            _subject.name.label("person_name"),
            in_team(_subject).label("person_is_member"),
            _subject.membership_id.label("subject_membership_id"),
            is_disputed(Note).label("is_disputed"),
            subject_reads(_subject).label("subject_reads"),
            Note.body,
            Note.source,
            Note.in_confidence,
            Note.happened_at,
            Note.created_at,
            Note.updated_at,
            Note.version,
            Note.author_id,
            Note.audience,
            Note.audience_people,
            Note.circle_id,
            func.coalesce(func.nullif(_shown.name, ""), "").label("author_name"),
        )
        .join(_writer, (_writer.team_id == Note.team_id) & (_writer.id == Note.author_id))
        .join(_shown, (_shown.team_id == _writer.team_id) & (_shown.id == _writer.canonical_id))
        .join(_about, (_about.team_id == Note.team_id) & (_about.id == Note.person_id))
        .join(_subject, (_subject.team_id == _about.team_id) & (_subject.id == _about.canonical_id))
        .where(visible_notes(actor))
    )


def find_notes(actor: Actor, person_id: UUID, request: PageRequest) -> Page[Row[Any]]:
    """What the actor may read about a person (a canonical id), newest happening first."""
    prepared = _prepared_page(actor.shape, request.cursor is not None)
    rows = prepared.rows(_values(actor, person_id, request))
    return paging.page(rows, request, lambda row: (row.happened_at, row.id))


def _values(actor: Actor, person_id: UUID, request: PageRequest) -> dict[str, Any]:
    values = {**actor.places, "person_id": person_id, "rows": request.limit + 1}
    if request.cursor:
        edge = paging.decode(request.cursor, (paging.read_moment, UUID))
        values["edge"], values["edge_id"] = edge
    return values


@lru_cache(maxsize=100)
def _prepared_page(shape: tuple[str, int, int], is_later_page: bool) -> Prepared:
    """The statement of a page for all actors of one shape."""
    nobody, person_id = Actor.stand_in(shape), uuid4()
    cursor = paging.encode(_STAND_IN_EDGE, uuid4()) if is_later_page else None
    request = PageRequest(987_654_321, cursor)
    statement = note_rows(nobody).where(Note.person_id.in_(same_person(nobody, person_id)))
    order, reads = (Note.happened_at, Note.id), (paging.read_moment, UUID)
    page = paging.after(statement, request, order, reads, descending=True)
    return Prepared(page, _values(nobody, person_id, request))


def get_note_row(actor: Actor, note_id: UUID) -> Row[Any]:
    """One note as it is shown."""
    rows = _prepared_note(actor.shape).rows({**actor.places, "note_id": note_id})
    if not rows:
        raise NotFound(_("There is no such note, or it is not yours to see."))
    return rows[0]


@lru_cache(maxsize=100)
def _prepared_note(shape: tuple[str, int, int]) -> Prepared:
    nobody, note_id = Actor.stand_in(shape), uuid4()
    statement = note_rows(nobody).where(Note.id == note_id)
    return Prepared(statement, {**nobody.places, "note_id": note_id})


def get_note(actor: Actor, note_id: UUID) -> Note:
    """One note to change, locked."""
    statement = select(Note).where(visible_notes(actor), Note.id == note_id)
    found = db.session().scalar(
        statement.with_for_update(of=Note).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(_("There is no such note, or it is not yours to see."))
    return found


def get_own_note(actor: Actor, note_id: UUID) -> Note:
    """The actor's own note, deleted or not, locked: to restore it."""
    found = db.session().scalar(
        select(Note)
        .where(Note.team_id == actor.team_id, Note.id == note_id)
        .where(Note.author_id.in_(actor.person_ids))
        .with_for_update(of=Note)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(_("There is no such note, or it is not yours to see."))
    return found


def find_versions(actor: Actor, note_id: UUID, request: PageRequest) -> Page[Row[Any]]:
    """What a note said before, as far as the actor was among its readers by then; latest first."""
    statement = (
        select(
            NoteVersion.id,
            NoteVersion.number,
            NoteVersion.body,
            NoteVersion.happened_at,
            NoteVersion.created_at,
            NoteVersion.replaced_at,
            NoteVersion.author_id,
            NoteVersion.audience,
            NoteVersion.audience_people,
            NoteVersion.circle_id,
        )
        .join(Note, (Note.team_id == NoteVersion.team_id) & (Note.id == NoteVersion.note_id))
        .where(visible_versions(actor), Note.id == note_id)
    )
    page = paging.after(statement, request, [NoteVersion.number], [int], descending=True)
    return paging.page(db.session().execute(page).all(), request, lambda row: [row.number])


def readable_versions(actor: Actor) -> Select[UUID]:
    """The ids of the earlier versions of notes that the actor may read."""
    joined = (Note.team_id == NoteVersion.team_id) & (Note.id == NoteVersion.note_id)
    return select(NoteVersion.id).join(Note, joined).where(visible_versions(actor))
