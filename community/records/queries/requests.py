"""Requests as lists and to work on, and the questions put to authors."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, or_, select

from community.core import db, paging
from community.core.aliases import shared_alias
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.identity.models import Actor, Membership
from community.ledger.models import Give
from community.people.models import ACHIEVEMENT, Fact, Moment, Note, Person
from community.people.queries import readable as readable_persons
from community.people.queries import same_person
from community.records.models import OPEN, WARNED_BEFORE, ReleaseQuestion, SubjectRequest
from community.records.policy import anybody_of, asked_of, visible
from community.records.queries.concerns import Subject
from community.records.queries.holdings import readable

_ITEMS: tuple[Any, ...] = (Note, Fact)
_subject, _asker = shared_alias(Person), shared_alias(Person)


def _rows(actor: Actor) -> Rows:
    """Requests with the names their reader may know."""
    seen = _subject.id.in_(readable_persons(actor)) | (_subject.id == actor.person_id)
    return (
        select(
            SubjectRequest,
            func.coalesce(_subject.name, "").label("person_name"),
            func.coalesce(_asker.name, "").label("asked_by"),
            _subject.erased_at,
        )
        .select_from(SubjectRequest)
        .outerjoin(
            _subject,
            (_subject.team_id == SubjectRequest.team_id)
            & (_subject.id == SubjectRequest.person_id)
            & (seen | _subject.erased_at.is_not(None)),
        )
        .outerjoin(
            _asker,
            (_asker.team_id == SubjectRequest.team_id)
            & (_asker.id == SubjectRequest.asked_by_id)
            & (_asker.id.in_(readable_persons(actor)) | _asker.erased_at.is_not(None)),
        )
        .where(visible(actor))
    )


def get_request_row(actor: Actor, request_id: UUID) -> Row[Any]:
    """One request with its names."""
    found = db.session().execute(_rows(actor).where(SubjectRequest.id == request_id)).one_or_none()
    if found is None:
        raise _nothing()
    return found


def get_request(actor: Actor, request_id: UUID) -> SubjectRequest:
    """One request to change, locked."""
    found = db.session().scalar(
        select(SubjectRequest)
        .where(visible(actor), SubjectRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise _nothing()
    return found


def _nothing() -> NotFound:
    return NotFound(_("There is no such request, or it is not yours to see."))


def find_requests(
    actor: Actor, request: PageRequest, *, person_id: UUID | None = None
) -> Page[Row[Any]]:
    """Requests, newest first; of one person where it is said."""
    statement = _rows(actor)
    if person_id is not None:
        statement = statement.where(SubjectRequest.person_id.in_(same_person(actor, person_id)))
    statement = paging.after(statement, request, [SubjectRequest.id], [UUID], descending=True)
    rows = db.session().execute(statement).all()
    return paging.page(rows, request, lambda row: (row.SubjectRequest.id,))


def find_own(actor: Actor) -> Sequence[Row[Any]]:
    """The requests about oneself, newest first."""
    statement = _rows(actor).where(SubjectRequest.person_id == actor.person_id)
    return db.session().execute(statement.order_by(SubjectRequest.id.desc()).limit(50)).all()


def find_open(actor: Actor, person_id: UUID, kind: str) -> SubjectRequest | None:
    """The request of this kind that still waits."""
    return db.session().scalar(
        select(SubjectRequest)
        .where(SubjectRequest.team_id == actor.team_id)
        .where(SubjectRequest.person_id.in_(same_person(actor, person_id)))
        .where(SubjectRequest.kind == kind, SubjectRequest.state.in_(OPEN))
    )


def find_due(as_of: datetime) -> Sequence[UUID]:
    """The requests that must be answered within days."""
    return (
        db.session()
        .scalars(
            select(SubjectRequest.id)
            .where(SubjectRequest.team_id == db.current_team_id(), SubjectRequest.state.in_(OPEN))
            .where(SubjectRequest.due_at <= as_of + WARNED_BEFORE)
            .order_by(SubjectRequest.id)
        )
        .all()
    )


def find_keepers(roles: Sequence[str]) -> Sequence[UUID]:
    """The memberships of these roles."""
    return (
        db.session()
        .scalars(
            select(Membership.id)
            .where(Membership.team_id == db.current_team_id(), Membership.role.in_(roles))
            .where(Membership.state == "active")
            .order_by(Membership.id)
        )
        .all()
    )


def find_hidden(actor: Actor, subject: Subject) -> list[tuple[str, UUID, UUID]]:
    """What is told about the person that not the whole team reads: (kind, id, author).

    Also what the actor reads, and what is theirs: no reader hands out for its author. What was
    told in confidence is left out: its author cannot show it to more people either.
    """
    anybody = anybody_of(actor)
    notes = (
        select(Note.id, Note.author_id)
        .where(Note.team_id == subject.team_id, Note.person_id.in_(subject.person_ids))
        .where(Note.deleted_at.is_(None), Note.author_id.not_in(subject.person_ids))
        .where(Note.id.not_in(readable("note", anybody)), Note.in_confidence.is_(False))
    )
    facts = (
        select(Fact.id, Fact.author_id)
        .where(Fact.team_id == subject.team_id, Fact.person_id.in_(subject.person_ids))
        .where(Fact.deleted_at.is_(None), Fact.author_id.not_in(subject.person_ids))
        .where(Fact.id.not_in(readable("fact", anybody)), Fact.in_confidence.is_(False))
    )
    moments = (
        select(Moment.id, Moment.author_id)
        .where(Moment.team_id == subject.team_id, Moment.person_id.in_(subject.person_ids))
        .where(Moment.deleted_at.is_(None), Moment.author_id.not_in(subject.person_ids))
        .where(Moment.id.not_in(readable(ACHIEVEMENT, anybody)))
    )
    gives = (
        select(Give.id, Give.logged_by_id)
        .where(Give.team_id == subject.team_id)
        .where(or_(Give.giver_id.in_(subject.person_ids), Give.receiver_id.in_(subject.person_ids)))
        .where(Give.logged_by_id.not_in(subject.person_ids))
        .where(Give.id.not_in(readable("give", anybody)))
    )
    persons = (
        select(Person.id, Person.author_id)
        .where(Person.team_id == subject.team_id, Person.id.in_(subject.person_ids))
        .where(Person.deleted_at.is_(None), Person.author_id.not_in(subject.person_ids))
        .where(Person.id.not_in(readable("person", anybody)))
    )
    found: list[tuple[str, UUID, UUID]] = []
    for kind, statement in (
        ("note", notes),
        ("fact", facts),
        (ACHIEVEMENT, moments),
        ("give", gives),
        ("person", persons),
    ):
        found += [(kind, row[0], row[1]) for row in db.session().execute(statement)]
    return found


def find_members_of(person_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Person → membership, of those who are in the team now."""
    rows = db.session().execute(
        select(Person.id, Membership.id)
        .join(
            Membership,
            (Membership.team_id == Person.team_id) & (Membership.id == Person.membership_id),
        )
        .where(Person.team_id == db.current_team_id(), Person.id.in_(person_ids))
        .where(Membership.state == "active")
    )
    return {row[0]: row[1] for row in rows}


def find_agreed(request_id: UUID) -> dict[str, list[UUID]]:
    """What authors agreed to hand out for a request, by kind; not what they deleted since, or put under
    confidence: that binds whoever was told, also to what they said before."""
    taken_back = [
        exists().where(
            item.team_id == ReleaseQuestion.team_id,
            item.id == ReleaseQuestion.thing_id,
            or_(item.deleted_at.is_not(None), item.in_confidence),
        )
        for item in _ITEMS
    ]
    rows = db.session().execute(
        select(ReleaseQuestion.thing_kind, ReleaseQuestion.thing_id).where(
            ReleaseQuestion.team_id == db.current_team_id(),
            ReleaseQuestion.request_id == request_id,
            ReleaseQuestion.answer == "shared",
            *(~each for each in taken_back),
        )
    )
    found: dict[str, list[UUID]] = {}
    for kind, thing_id in rows:
        found.setdefault(kind, []).append(thing_id)
    return _without_deleted(found)


def _without_deleted(agreed: dict[str, list[UUID]]) -> dict[str, list[UUID]]:
    """A moment that its author deleted since is not theirs to receive any more."""
    there = select(Moment.id).where(
        Moment.team_id == db.current_team_id(),
        Moment.id.in_(agreed.get(ACHIEVEMENT, ())),
        Moment.deleted_at.is_(None),
    )
    if ACHIEVEMENT in agreed:
        agreed[ACHIEVEMENT] = list(db.session().scalars(there))
    return agreed


def count_answers(actor: Actor, request_id: UUID) -> dict[str, int]:
    """How many authors' things are asked about, shared and kept; never whose or which."""
    rows = db.session().execute(
        select(ReleaseQuestion.answer, func.count())
        .where(ReleaseQuestion.team_id == actor.team_id, ReleaseQuestion.request_id == request_id)
        .group_by(ReleaseQuestion.answer)
    )
    return {row[0]: row[1] for row in rows}


def find_questions(actor: Actor) -> Sequence[Row[Any]]:
    """The questions put to the actor that still count, with what they are about."""
    statement: Rows = (
        select(
            ReleaseQuestion.id,
            ReleaseQuestion.thing_kind,
            ReleaseQuestion.answer,
            func.coalesce(Note.body, Fact.text, Moment.title).label("body"),
            Give.kind.label("give_kind"),
            Give.happened_on,
            _subject.name.label("person_name"),
        )
        .join(
            SubjectRequest,
            (SubjectRequest.team_id == ReleaseQuestion.team_id)
            & (SubjectRequest.id == ReleaseQuestion.request_id),
        )
        .join(
            _subject,
            (_subject.team_id == SubjectRequest.team_id)
            & (_subject.id == SubjectRequest.person_id),
        )
        .outerjoin(
            Note,
            (Note.team_id == ReleaseQuestion.team_id)
            & (Note.id == ReleaseQuestion.thing_id)
            & Note.author_id.in_(actor.person_ids),
        )
        .outerjoin(
            Fact,
            (Fact.team_id == ReleaseQuestion.team_id)
            & (Fact.id == ReleaseQuestion.thing_id)
            & Fact.author_id.in_(actor.person_ids),
        )
        .outerjoin(
            Moment,
            (Moment.team_id == ReleaseQuestion.team_id)
            & (Moment.id == ReleaseQuestion.thing_id)
            & Moment.author_id.in_(actor.person_ids),
        )
        .outerjoin(
            Give,
            (Give.team_id == ReleaseQuestion.team_id) & (Give.id == ReleaseQuestion.thing_id),
        )
        .where(asked_of(actor), SubjectRequest.state.in_(OPEN))
        .where(_subject.id.in_(readable_persons(actor)))
        .order_by(ReleaseQuestion.id)
        .limit(200)
    )
    return db.session().execute(statement).all()


def get_question(actor: Actor, question_id: UUID) -> ReleaseQuestion:
    """One question of the actor's, while its request waits."""
    found = db.session().scalar(
        select(ReleaseQuestion)
        .join(
            SubjectRequest,
            (SubjectRequest.team_id == ReleaseQuestion.team_id)
            & (SubjectRequest.id == ReleaseQuestion.request_id),
        )
        .where(asked_of(actor), ReleaseQuestion.id == question_id, SubjectRequest.state.in_(OPEN))
        .with_for_update(of=ReleaseQuestion)
    )
    if found is None:
        raise NotFound(_("There is no such question, or it is over."))
    return found


def is_asked(actor: Actor, request_id: UUID) -> bool:
    """Whether something of the actor's is asked about for a request that waits."""
    found = (
        select(func.count())
        .select_from(ReleaseQuestion)
        .join(
            SubjectRequest,
            (SubjectRequest.team_id == ReleaseQuestion.team_id)
            & (SubjectRequest.id == ReleaseQuestion.request_id),
        )
    )
    waits = found.where(
        asked_of(actor), ReleaseQuestion.request_id == request_id, SubjectRequest.state.in_(OPEN)
    )
    return bool(db.session().scalar(waits))
