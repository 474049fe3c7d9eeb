"""Stating, changing, confirming, sharing and deleting facts about people."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from community.core import clock, db
from community.core.errors import NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import policy, queries
from community.people.actions import writing
from community.people.actions.confidence import keep_confidence, resolve_confident
from community.people.actions.disputes import answer_dispute, refuse_again
from community.people.actions.persons import check_version
from community.people.actions.telling import subject_reads, tell_subject, untell
from community.people.models import WISHES, Fact

_FIELDS = ("kind", "text", "source", "certainty", "recheck_on", "by_on")


def add_fact(
    actor: Actor,
    person_id: UUID,
    *,
    visibility: Mapping[str, Any] | None = None,
    in_confidence: bool = False,
    **given: Any,
) -> Fact:
    """State something about a person one sees; private unless the author's default or choice is wider."""
    if not policy.can_add_note(actor):
        raise NotAllowed(_("Guests cannot write about people."))
    person = queries.get_person(actor, person_id)
    refuse_again(actor, person.id, given["text"])
    fact = Fact(person_id=person.id, author_id=actor.person_id, id=db.new_id(), **given)
    fact.in_confidence = in_confidence
    fact.see(resolve_confident(actor, visibility, in_confidence, default=actor.default_audience))
    _check_day(fact)
    db.add(fact)
    db.flush()
    journal.record(actor, "add", "fact", fact.id, about_id=person.id)
    writing.note_change(actor, person.id, ["facts"], person.version)
    tell_subject(actor, fact, was_read=False)
    return fact


def note_learned(actor: Actor, person_id: UUID, said: str) -> Fact | None:
    """What a contact taught one about somebody, as a fact for oneself alone; nothing where that is empty."""
    if not said:
        return None
    alone: dict[str, Any] = {"audience": "private", "people": [], "circle_id": None}
    return add_fact(actor, person_id, kind="other", text=said, visibility=alone)


def edit_fact(actor: Actor, fact_id: UUID, *, version: int | None = None, **given: Any) -> Fact:
    """Change what it says, or who may see it; the author's alone."""
    fact = _own(actor, fact_id)
    check_version(fact.version, version)
    was_read = given.get("visibility") is not None and subject_reads(fact)
    values = {name: given[name] for name in _FIELDS if name in given}
    if "text" in values and values["text"] != fact.text:
        refuse_again(actor, fact.person_id, values["text"], but=fact.id)
    changed = fact.change(values)
    if fact.kind not in WISHES and "by_on" not in given:
        changed += fact.change({"by_on": None})
    _check_day(fact)
    changed += keep_confidence(actor, fact, given)
    if changed:
        db.flush()
        journal.record(actor, "edit", "fact", fact.id, about_id=fact.person_id, fields=changed)
    if "visibility" in changed:
        tell_subject(actor, fact, was_read=was_read)
    if "text" in changed or ("visibility" in changed and fact.audience == "private"):
        answer_dispute(actor, fact)
    return fact


def confirm_fact(actor: Actor, fact_id: UUID, *, recheck_on: date | None = None) -> Fact:
    """Say that it is still true, and when to look again (never, without a day)."""
    fact = _own(actor, fact_id)
    if recheck_on is not None and recheck_on <= clock.today(actor.zone):
        raise RuleBroken(_("Choose a day to come."), code="in_the_past", field="recheck_on")
    fact.confirm(clock.now(), recheck_on)
    db.flush()
    journal.record(actor, "confirm", "fact", fact.id, about_id=fact.person_id)
    return fact


def delete_fact(actor: Actor, fact_id: UUID, *, version: int | None = None) -> Fact:
    """Hide a fact; its author can bring it back."""
    fact = _own(actor, fact_id)
    check_version(fact.version, version)
    fact.delete(clock.now())
    db.flush()
    untell(fact)
    journal.record(actor, "delete", "fact", fact.id, about_id=fact.person_id)
    answer_dispute(actor, fact)
    return fact


def restore_fact(actor: Actor, fact_id: UUID) -> Fact:
    """Undo the deletion of a fact of one's own."""
    fact = queries.get_own_fact(actor, fact_id)
    if fact.deleted_at is not None:
        fact.restore()
        db.flush()
        journal.record(actor, "restore", "fact", fact.id, about_id=fact.person_id)
        tell_subject(actor, fact, was_read=False)
    return fact


def _own(actor: Actor, fact_id: UUID) -> Fact:
    fact = queries.get_fact(actor, fact_id)
    if not policy.can_change_note(actor, fact):
        raise NotAllowed(_("Only the author of a fact can change it."))
    return fact


def _check_day(fact: Fact) -> None:
    if fact.by_on is not None and fact.kind not in WISHES:
        raise RuleBroken(
            _("Only a goal or a hope has a day by which."), code="not_a_wish", field="by_on"
        )
