"""Many people at once, by what the actor's own system calls them: added or brought up to date."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from community.core import db
from community.core.errors import Conflict, NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor, Visibility
from community.journal import actions as journal
from community.people import policy, queries
from community.people.actions import persons, writing
from community.people.actions.audiences import resolve_audience
from community.people.actions.custom import write_fields
from community.people.actions.linking import link_people
from community.people.models import ExternalId, Person

Pair = tuple[str, str]
Outcome = tuple[Person, str]
KnownId = Row[*tuple[Any, ...]]


def upsert_people(actor: Actor, items: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Add who is new and edit who is known by (source, external_id); all of them or none.

    Returns each person, in the order given, with `created`, `updated` or `unchanged`. A given
    field replaces what is stored; one that is left out stays. An audience is set on new people
    only: sharing somebody known is a decision of its own.
    """
    persons.check_may_add(actor)
    pairs = [(item.get("source") or persons.API_SOURCE, item["external_id"]) for item in items]
    _refuse_repeats(pairs)
    known = queries.find_by_external_ids(actor, pairs)
    living = [row.canonical_id for row in known.values() if not row.is_deleted]
    loaded = queries.get_persons(actor, living)
    audiences: dict[str, Visibility] = {}
    done: list[Outcome] = []
    for number, (pair, item) in enumerate(zip(pairs, items, strict=True)):
        row = known.get(pair)
        if row is None or row.is_deleted:
            visibility = _audience(actor, item, number, audiences)
            done.append((_create(actor, item, visibility), "created"))
        else:
            done.append(_update(actor, item, number, loaded.get(row.canonical_id)))
    link_people(actor, [person for person, outcome in done if outcome != "unchanged"])
    db.flush()
    done = _with_fields(actor, done, items)
    for pair, (person, outcome) in zip(pairs, done, strict=True):
        if outcome == "created":
            _name_outside(actor, person, pair, known.get(pair))
    _write_down(actor, done, items)
    return done


def _with_fields(
    actor: Actor, done: Sequence[Outcome], items: Sequence[Mapping[str, Any]]
) -> list[Outcome]:
    """Write what the team's own fields hold of all of them; who changes by it is updated."""
    written = write_fields(
        actor,
        [
            (person.id, item.get("fields", {}), f"items.{number}.fields")
            for number, ((person, _outcome), item) in enumerate(zip(done, items, strict=True))
        ],
    )
    for person, outcome in done:
        if person.id in written and outcome == "unchanged":
            person.touch()
    db.flush()
    return [
        (person, "updated" if outcome == "unchanged" and person.id in written else outcome)
        for person, outcome in done
    ]


def _refuse_repeats(pairs: Sequence[Pair]) -> None:
    seen: set[Pair] = set()
    for number, pair in enumerate(pairs):
        if pair in seen:
            text = _("This id stands in the list twice.")
            raise RuleBroken(text, code="repeated", field=f"items.{number}.external_id")
        seen.add(pair)


def _audience(
    actor: Actor, item: Mapping[str, Any], number: int, known: dict[str, Visibility]
) -> Visibility:
    given = item.get("visibility")
    key = repr(given)
    if key not in known:
        field = f"items.{number}.visibility"
        known[key] = resolve_audience(actor, given, default="team", field=field)
    return known[key]


def _create(actor: Actor, item: Mapping[str, Any], visibility: Visibility) -> Person:
    person = persons.new_person(actor, visibility, "api")
    writing.apply(actor, person, item)
    db.add(person)
    return person


def _name_outside(actor: Actor, person: Person, pair: Pair, known: KnownId | None) -> None:
    if known is not None:
        known.ExternalId.person_id = person.id
        return
    named = ExternalId(person_id=person.id, importer_id=actor.person_id)
    named.source, named.external_id = pair
    db.add(named)


def _update(actor: Actor, item: Mapping[str, Any], number: int, person: Person | None) -> Outcome:
    if person is None:
        text = _("Your source uses this id for another person.")
        raise Conflict(text, code="external_id_taken", field=f"items.{number}.external_id")
    if not policy.can_edit(actor, person):
        text = _("You cannot edit this person.")
        raise NotAllowed(text, field=f"items.{number}.external_id")
    given = {name: value for name, value in item.items() if name != "source"}
    return person, "updated" if writing.apply(actor, person, given) else "unchanged"


def _write_down(actor: Actor, done: Sequence[Outcome], items: Sequence[Mapping[str, Any]]) -> None:
    fields: dict[UUID, list[str]] = {
        person.id: sorted(set(item) - {"external_id", "source", "visibility"})
        for (person, _outcome), item in zip(done, items, strict=True)
    }
    for person, outcome in done:
        if outcome == "created":
            journal.record(actor, "add", "person", person.id)
        elif outcome == "updated":
            journal.record(actor, "edit", "person", person.id, fields=fields[person.id])
            writing.note_change(actor, person.id, fields[person.id], person.version)
