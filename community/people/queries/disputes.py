"""Disputes: of items about the actor, and of items the actor wrote."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, case, func, or_, select, true, union_all

from community.core import db, paging
from community.core.aliases import shared_alias
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.identity.models import LIVE, Actor, Dispute
from community.people.models import Fact, Note, Person
from community.people.policy import visible_facts, visible_notes

Disputable = Note | Fact
DISPUTABLE: dict[str, type[Note] | type[Fact]] = {"note": Note, "fact": Fact}
_named_author, _author, _named_subject, _subject = (shared_alias(Person) for _name in range(4))


_written_by = func.coalesce(Note.author_id, Fact.author_id)


def _rows(actor: Actor) -> Rows:
    """A dispute with both names; what the item says where the actor may read it, else nothing."""
    return (
        select(
            Dispute.id,
            Dispute.kind,
            Dispute.thing_id,
            Dispute.reason,
            Dispute.state,
            Dispute.created_at,
            Dispute.updated_at,
            Dispute.answered_at,
            Dispute.ended_at,
            Dispute.version,
            _subject.id.label("subject_id"),
            _subject.name.label("subject_name"),
            _author.id.label("author_id"),
            func.coalesce(_author.name, "").label("author_name"),
            case(
                (visible_notes(actor), Note.body), (visible_facts(actor), Fact.text), else_=None
            ).label("body"),
        )
        .outerjoin(Note, _disputed(Note))
        .outerjoin(Fact, _disputed(Fact))
        .outerjoin(_named_author, _is(_named_author, _written_by))
        .outerjoin(_author, _is(_author, _named_author.canonical_id))
        .join(_named_subject, _is(_named_subject, Dispute.subject_id))
        .join(_subject, _is(_subject, _named_subject.canonical_id))
        .where(
            Dispute.team_id == actor.team_id,
            or_(
                Dispute.subject_id.in_(actor.person_ids),
                _written_by.in_(actor.person_ids),
            ),
        )
    )


def _disputed(item: Any) -> Any:
    return and_(
        item.team_id == Dispute.team_id,
        item.id == Dispute.thing_id,
        Dispute.kind == item.disputed_as,
    )


def _is(person: Any, person_id: Any) -> Any:
    return and_(person.team_id == Dispute.team_id, person.id == person_id)


def find_disputes(
    actor: Actor, request: PageRequest, *, live: bool | None = True, mine: bool = False
) -> Page[Row[Any]]:
    """The actor's disputes and those of what they wrote (`mine`: the actor's alone), newest first."""
    statement = _rows(actor)
    if live is not None:
        wanted = Dispute.state.in_(LIVE)
        statement = statement.where(wanted if live else ~wanted)
    if mine:
        statement = statement.where(Dispute.subject_id.in_(actor.person_ids))
    page = paging.after(statement, request, [Dispute.id], [UUID], descending=True)
    return paging.page(db.session().execute(page).all(), request, lambda row: [row.id])


def get_dispute_row(actor: Actor, dispute_id: UUID) -> Row[Any]:
    """One dispute, for its subject and for the author of what it is about."""
    statement = _rows(actor).where(Dispute.id == dispute_id)
    found = db.session().execute(statement).one_or_none()
    if found is None:
        raise NotFound(_("There is no such dispute, or it is not yours to see."))
    return found


def find_dispute_of(actor: Actor, kind: str, thing_id: UUID) -> Row[Any] | None:
    """The live dispute of an item, for its subject and its author."""
    statement = _rows(actor).where(
        Dispute.kind == kind, Dispute.thing_id == thing_id, Dispute.state.in_(LIVE)
    )
    return db.session().execute(statement).one_or_none()


def find_live(actor: Actor, kind: str, thing_id: UUID) -> Dispute | None:
    """The live dispute of an item, locked; ask first whether the actor has to do with it."""
    return db.session().scalar(
        select(Dispute)
        .where(Dispute.team_id == actor.team_id, Dispute.kind == kind)
        .where(Dispute.thing_id == thing_id, Dispute.state.in_(LIVE))
        .with_for_update(of=Dispute)
        .execution_options(populate_existing=True)
    )


def find_to_release(actor: Actor, kind: str, thing_id: UUID) -> Disputable | None:
    """An item whose subject ends their dispute, locked: read by nobody here, deleted or not."""
    model: Any = DISPUTABLE[kind]
    found: Disputable | None = db.session().scalar(
        select(model)
        .where(model.team_id == actor.team_id, model.id == thing_id)
        .with_for_update(of=model)
        .execution_options(populate_existing=True)
    )
    return found


def find_disputed_words(actor: Actor, person_id: UUID, *, but: UUID | None = None) -> Sequence[str]:
    """What the actor wrote about a person and they dispute, deleted items too; `but` one."""
    asked = select(Person.canonical_id).where(
        Person.team_id == actor.team_id, Person.id == person_id
    )
    same = select(Person.id).where(
        Person.team_id == actor.team_id, Person.canonical_id == asked.scalar_subquery()
    )
    said = [
        select(words)
        .join(Dispute, _disputed(item))
        .where(item.team_id == actor.team_id, Dispute.state.in_(LIVE))
        .where(item.author_id.in_(actor.person_ids), item.person_id.in_(same))
        .where(item.id != but if but is not None else true())
        for item, words in ((Note, Note.body), (Fact, Fact.text))
    ]
    return db.session().scalars(union_all(*said)).all()
