"""Noting how somebody wants to be spoken with, and putting a question about them aside."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from community.core import db
from community.core.errors import NotAllowed
from community.core.i18n import gettext as _
from community.identity.models import Actor, Visibility
from community.journal import actions as journal
from community.people import policy, queries
from community.people.actions.audiences import resolve_audience
from community.people.actions.persons import check_version
from community.people.actions.telling import subject_reads, tell_subject, untell
from community.people.models import Preference, PromptDismissal

_ONLY_ME: dict[str, Any] = {"audience": "private", "people": [], "circle_id": None}
FIELDS = ("channel", "best_hours", "to_raise", "to_avoid", "sensitivities")


def set_preferences(
    actor: Actor,
    person_id: UUID,
    *,
    version: int | None = None,
    visibility: Mapping[str, Any] | None = None,
    **given: str,
) -> UUID:
    """Note it for oneself, or for whom one chooses; all empty takes it away. Returns the person's id.

    The version is 0 where the actor noted nothing yet.
    """
    if not policy.can_add_note(actor):
        raise NotAllowed(_("Guests cannot write about people."))
    person = queries.get_person(actor, person_id)
    mine, earlier = _latest(queries.find_own_preferences(actor, person.id))
    check_version(mine.version if mine else 0, version)
    was_read = mine is not None and subject_reads(mine)
    if not any(given.get(name) for name in FIELDS):
        for row in [mine, *earlier] if mine else ():
            untell(row)
            db.session().delete(row)
            db.flush()
            journal.record(actor, "delete", "preference", row.id, about_id=person.id)
        return person.id
    verb = "edit" if mine else "add"
    if mine is None:
        mine = Preference(id=db.new_id(), person_id=person.id, author_id=actor.person_id)
        mine.see(resolve_audience(actor, visibility, default=actor.default_audience))
        db.add(mine)
    elif visibility is not None:
        mine.see(resolve_audience(actor, visibility, default="private", keep=mine.circle_id))
        _narrow(actor, earlier, mine, person.id)
    for name in FIELDS:
        setattr(mine, name, given.get(name, ""))
    db.flush()
    journal.record(actor, verb, "preference", mine.id, about_id=person.id)
    tell_subject(actor, mine, was_read=was_read)
    return person.id


def _latest(rows: Sequence[Preference]) -> tuple[Preference | None, Sequence[Preference]]:
    return (rows[0], rows[1:]) if rows else (None, ())


def _narrow(actor: Actor, earlier: Sequence[Preference], mine: Preference, person_id: UUID) -> None:
    """What the actor noted before two people were one has no control of its own: it is not left wider."""
    for row in earlier:
        if mine.audience == "team" or row.visibility in (mine.visibility, _ONLY_ME):
            continue
        row.see(Visibility("private"))
        db.flush()
        journal.record(
            actor, "edit", "preference", row.id, about_id=person_id, fields=["visibility"]
        )


def dismiss_prompt(actor: Actor, person_id: UUID, prompt: str) -> None:
    """Not to be asked this about them again."""
    person = queries.get_person(actor, person_id)
    if not queries.find_dismissals(actor, person.id, prompt):
        db.add(PromptDismissal(person_id=person.id, author_id=actor.person_id, prompt=prompt))
        db.flush()


def restore_prompt(actor: Actor, person_id: UUID, prompt: str) -> None:
    """Undo that."""
    person = queries.get_person(actor, person_id)
    for row in queries.find_dismissals(actor, person.id, prompt):
        db.session().delete(row)
    db.flush()
