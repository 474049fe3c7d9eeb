"""Several people at once from pasted lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from community.core import db
from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import queries
from community.people.actions import persons, writing
from community.people.actions.audiences import resolve_audience
from community.people.actions.persons import new_person
from community.people.formats import MAX_PASTED, Pasted, read_pasted


@dataclass(frozen=True)
class Added:
    """How many were added, and the names of those whose address somebody visible has already."""

    count: int
    known: list[str]


def add_pasted(actor: Actor, text: str, *, visibility: Mapping[str, Any] | None = None) -> Added:
    """Add the people of a pasted list; whose address is known among the visible is left out."""
    persons.check_may_add(actor)
    lines = read_pasted(text)
    _refuse_sizes(lines)
    audience = resolve_audience(actor, visibility, default="team")
    fresh, known = _told_apart(actor, lines)
    for pasted in fresh:
        person = new_person(actor, audience, "typed")
        emails = [{"value": pasted.email}] if pasted.email else []
        writing.apply(actor, person, {"name": pasted.name, "emails": emails})
        db.add(person)
        journal.record(actor, "add", "person", person.id)
    db.flush()
    return Added(len(fresh), known)


def _refuse_sizes(lines: Sequence[Pasted]) -> None:
    if not lines:
        raise RuleBroken(_("Write at least one name."), code="empty", field="lines")
    if len(lines) > MAX_PASTED:
        text = _("These are more than %(max)d lines. Import them as a file.", max=MAX_PASTED)
        raise RuleBroken(text, code="too_many", field="lines")


def _told_apart(actor: Actor, lines: Sequence[Pasted]) -> tuple[list[Pasted], list[str]]:
    seen = queries.find_known_emails(actor, [line.email for line in lines if line.email])
    fresh: list[Pasted] = []
    known: list[str] = []
    for line in lines:
        if line.email is not None and line.email in seen:
            known.append(line.name)
            continue
        fresh.append(line)
        if line.email is not None:
            seen.add(line.email)
    return fresh, known
