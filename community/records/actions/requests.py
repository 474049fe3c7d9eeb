"""What people ask about what is held on them: receive, prepare, complete, decline, withdraw."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from community.core import clock, db
from community.core.errors import Conflict, NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.core.text import fold
from community.identity.models import Actor
from community.journal import actions as journal
from community.notifications.actions import notify, settle
from community.records import notices, policy, queries
from community.records.actions import erasure
from community.records.actions.exports import make_export
from community.records.models import DUE_IN, ReleaseQuestion, SubjectRequest

THING = "subject_request"


def receive_request(
    actor: Actor, kind: str, *, person_id: UUID | None = None, words: str = ""
) -> SubjectRequest:
    """Note what somebody asks: oneself, or (stewards and owners) a person who said so to them.

    What is asked again while it waits is the request that there is.
    """
    about = actor.person_id if person_id is None else queries.get_person(actor, person_id).id
    if not actor.is_me(about) and not policy.can_prepare(actor):
        raise NotAllowed(_("Stewards and owners note what other people ask."))
    waiting = queries.find_open(actor, about, kind)
    if waiting is not None:
        return _add_words(waiting, words)
    asked = SubjectRequest(
        id=db.new_id(),
        person_id=about,
        asked_by_id=actor.person_id,
        kind=kind,
        words=words,
        due_at=clock.now() + DUE_IN,
    )
    try:
        with db.attempt():
            db.add(asked)
    except IntegrityError as error:
        raise Conflict(_("This was asked just now."), code="asked_already") from error
    journal.record(actor, "receive", THING, asked.id, about_id=about)
    _tell(asked, notices.REQUEST_RECEIVED, queries.find_keepers(policy.STEWARDS), but=actor)
    return asked


def _add_words(waiting: SubjectRequest, words: str) -> SubjectRequest:
    """The same is asked again: it is one request, with what is said now put below."""
    if words and words not in waiting.words:
        waiting.words = "\n\n".join(part for part in (waiting.words, words) if part)
        db.flush()
    return waiting


def prepare_request(actor: Actor, request_id: UUID) -> SubjectRequest:
    """Get it ready; for access, ask authors whether what not everybody reads may be handed out."""
    asked = queries.get_request(actor, request_id)
    if not policy.can_prepare(actor):
        raise NotAllowed(_("Stewards and owners prepare requests."))
    asked.prepare(by=actor.person_id, at=clock.now())
    db.flush()
    if asked.kind == "access":
        _ask_authors(actor, asked)
    journal.record(actor, "prepare", THING, asked.id, about_id=asked.person_id)
    settle(THING, asked.id, [notices.REQUEST_RECEIVED])
    _tell(asked, notices.REQUEST_PREPARED, queries.find_keepers(("owner",)), but=actor)
    return asked


def _ask_authors(actor: Actor, asked: SubjectRequest) -> None:
    hidden = queries.find_hidden(actor, queries.get_subject(actor, asked.person_id))
    members = queries.find_members_of([author_id for _kind, _id, author_id in hidden])
    for kind, thing_id, author_id in hidden:
        db.add(
            ReleaseQuestion(
                request_id=asked.id, thing_kind=kind, thing_id=thing_id, author_id=author_id
            )
        )
    _tell(asked, notices.RELEASE_ASKED, sorted(set(members.values())))


def answer_question(actor: Actor, question_id: UUID, *, share: bool) -> ReleaseQuestion:
    """The author says whether the person may have it; can be said anew until the request ends."""
    question = queries.get_question(actor, question_id)
    question.answer, question.answered_at = ("shared" if share else "kept"), clock.now()
    db.flush()
    # Whoever reads the audit must not learn who keeps something: the entry names nobody.
    journal.record(None, "answer", THING, question.request_id)
    return question


def complete_request(actor: Actor, request_id: UUID, *, name: str = "") -> SubjectRequest:
    """Answer it. Access makes the file to hand over; erasure, after the name was typed, erases."""
    asked = queries.get_request(actor, request_id)
    _only_owners(actor)
    asked.complete(by=actor.person_id, at=clock.now())
    db.flush()
    if asked.kind == "access":
        make_export(actor, "person", person_id=asked.person_id, request_id=asked.id)
    if asked.kind == "erasure":
        _erase(actor, asked, name)
    else:
        journal.record(actor, "complete", THING, asked.id, about_id=asked.person_id)
        _tell_asker(actor, asked)
    settle(THING, asked.id, notices.OF_THE_WORK)
    return asked


def erase_person(actor: Actor, person_id: UUID, *, name: str) -> SubjectRequest:
    """Erase somebody at once: the request is noted, prepared and completed in one."""
    _only_owners(actor)
    person = queries.get_person(actor, person_id)
    erasure.check_may_erase(queries.get_subject(actor, person.id))
    asked = queries.find_open(actor, person.id, "erasure")
    if asked is None:
        asked = receive_request(actor, "erasure", person_id=person.id)
    if asked.state == "received":
        asked = prepare_request(actor, asked.id)
    return complete_request(actor, asked.id, name=name)


def _erase(actor: Actor, asked: SubjectRequest, name: str) -> None:
    subject = queries.get_subject(actor, asked.person_id)
    if fold(name) != fold(queries.get_name(subject)):
        raise RuleBroken(
            _("This is not the name. Type it as it is written."), code="other_name", field="name"
        )
    erasure.erase(actor, subject)
    # What follows names nobody: the entry says that it was done, the request whom it was about.
    journal.record(actor, "erase", THING, asked.id)


def decline_request(actor: Actor, request_id: UUID, *, reason: str) -> SubjectRequest:
    """Refuse it, and say why."""
    asked = queries.get_request(actor, request_id)
    _only_owners(actor)
    asked.decline(by=actor.person_id, at=clock.now(), reason=reason)
    db.flush()
    journal.record(actor, "decline", THING, asked.id, about_id=asked.person_id)
    settle(THING, asked.id, notices.OF_THE_WORK)
    _tell_asker(actor, asked)
    return asked


def withdraw_request(actor: Actor, request_id: UUID) -> SubjectRequest:
    """Whoever asked, or noted it, takes it back."""
    asked = queries.get_request(actor, request_id)
    if actor.person_id not in (asked.person_id, asked.asked_by_id):
        raise NotAllowed(_("Only whoever asked takes a request back."))
    asked.withdraw(by=actor.person_id, at=clock.now())
    db.flush()
    journal.record(actor, "withdraw", THING, asked.id, about_id=asked.person_id)
    settle(THING, asked.id, notices.OF_THE_WORK)
    return asked


def remind(as_of: datetime) -> int:
    """Tell owners of requests that must be answered within days; once each. Returns how many."""
    due = queries.find_due(as_of)
    owners = queries.find_keepers(("owner",)) if due else ()
    for request_id in due:
        for member_id in owners:
            _notify(notices.REQUEST_DUE, request_id, member_id)
    return len(due)


def _only_owners(actor: Actor) -> None:
    if not policy.can_complete(actor):
        raise NotAllowed(_("Only owners answer requests and erase. You can prepare it."))


def _tell_asker(actor: Actor, asked: SubjectRequest) -> None:
    members = queries.find_members_of([asked.person_id])
    _tell(asked, notices.REQUEST_ANSWERED, list(members.values()), but=actor)


def _tell(
    asked: SubjectRequest, kind: str, member_ids: Sequence[UUID], *, but: Actor | None = None
) -> None:
    for member_id in member_ids:
        if but is None or member_id != but.member_id:
            _notify(kind, asked.id, member_id)


def _notify(kind: str, request_id: UUID, member_id: UUID) -> None:
    key = f"{kind}:{request_id}:{member_id}"
    notify(kind, member_id=member_id, thing_kind=THING, thing_id=request_id, key=key)
