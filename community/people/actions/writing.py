"""Putting what was given into a person's row and its lists, and noting which fields changed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar
from uuid import UUID

from community.core import clock, db, phones
from community.core.errors import Conflict, RuleBroken
from community.core.i18n import gettext as _
from community.core.text import fold
from community.identity.models import Actor
from community.people import queries
from community.people.models import (
    ExternalId,
    Person,
    PersonChange,
    PersonEmail,
    PersonLink,
    PersonPhone,
    Position,
)

_SOUGHT = ("name", "call_name", "emails", "positions")
_POSITION = ("organisation", "title", "from_on", "to_on")


class _Value(Protocol):
    value: str
    label: str
    position: int


Row = TypeVar("Row", bound=_Value)


def parts_for(given: Iterable[str]) -> list[str]:
    """The lists that must be loaded before these fields can be written."""
    names = set(given)
    if names & set(_SOUGHT):
        names |= {"emails", "positions"}
    return [part for part in queries.PARTS if part in names]


def apply(actor: Actor, person: Person, given: Mapping[str, Any]) -> list[str]:
    """Write the given fields; returns the names of those that are different now."""
    changed = [
        name
        for name, write in _WRITERS.items()
        if name in given and write(actor, person, given[name])
    ]
    if set(changed) & set(_SOUGHT):
        index(person)
    if changed:
        person.touch()
    return changed


def index(person: Person) -> None:
    """Rebuild what the person is sought by; needs their addresses and positions loaded."""
    organisations = [position.organisation for position in person.positions]
    person.index_names([*(email.value for email in person.emails), *organisations])


def _name(_actor: Actor, person: Person, name: str) -> bool:
    if person.name == name:
        return False
    person.rename(name)
    return True


def _call_name(_actor: Actor, person: Person, call_name: str) -> bool:
    changed = person.call_name != call_name
    person.call_name = call_name
    return changed


def _sort_name(_actor: Actor, person: Person, sort_name: str) -> bool:
    changed = person.sort_name != sort_name
    person.sort_by(sort_name)
    return changed


def _birthday(_actor: Actor, person: Person, birthday: Mapping[str, int | None] | None) -> bool:
    year = (birthday or {}).get("year")
    if year is not None and year > clock.today().year:
        text = _("This birthday is in the future.")
        raise RuleBroken(text, code="in_the_future", field="birthday.year")
    before = person.birthday
    person.born_on(birthday)
    return person.birthday != before


def _tags(_actor: Actor, person: Person, tags: Iterable[str]) -> bool:
    wanted: dict[str, str] = {}
    for tag in tags:
        wanted.setdefault(fold(tag), tag)
    if person.tags == list(wanted.values()):
        return False
    person.tags = list(wanted.values())
    return True


def _emails(_actor: Actor, person: Person, given: Iterable[Mapping[str, Any]]) -> bool:
    return _sync(person.emails, given, lambda value: PersonEmail(value=value))


def _links(_actor: Actor, person: Person, given: Iterable[Mapping[str, Any]]) -> bool:
    return _sync(person.links, given, lambda value: PersonLink(value=value))


def _phones(actor: Actor, person: Person, given: Iterable[Mapping[str, Any]]) -> bool:
    region = actor.settings.get("region")
    return _sync(
        person.phones,
        given,
        lambda value: PersonPhone(value=value, e164=phones.normalise(value, region)),
    )


def _sync(rows: list[Row], given: Iterable[Mapping[str, Any]], make: Callable[[str], Row]) -> bool:
    """Make the rows these values, in this order; a value that stays keeps its row."""
    before = [(row.value, row.label) for row in rows]
    old = {row.value: row for row in rows}
    wanted = {item["value"]: item.get("label", "") for item in given}
    if before == list(wanted.items()):
        return False
    rows[:] = [old.get(value) or make(value) for value in wanted]
    for place, row in enumerate(rows):
        row.position, row.label = place, wanted[row.value]
    return True


def _positions(_actor: Actor, person: Person, given: Iterable[Mapping[str, Any]]) -> bool:
    def key(values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            values.get(name) or ("" if name in _POSITION[:2] else None) for name in _POSITION
        )

    old = {tuple(getattr(row, name) for name in _POSITION): row for row in person.positions}
    wanted = dict.fromkeys(key(item) for item in given)
    if set(old) == set(wanted):
        return False
    person.positions[:] = [
        old.get(values) or Position(**dict(zip(_POSITION, values, strict=True)))
        for values in wanted
    ]
    return True


def _source(_actor: Actor, person: Person, source: str) -> bool:
    changed = person.source_detail != source
    person.source_detail = source
    return changed


_WRITERS: dict[str, Callable[[Actor, Person, Any], bool]] = {
    "name": _name,
    "call_name": _call_name,
    "sort_name": _sort_name,
    "emails": _emails,
    "phones": _phones,
    "links": _links,
    "positions": _positions,
    "birthday": _birthday,
    "tags": _tags,
    "source": _source,
}


def name_outside(actor: Actor, person: Person, source: str, external_id: str) -> bool:
    """Note what a source of the actor's calls this person; 409 when it calls another so.

    An id that stood for a deleted person moves to this one. Returns whether anything changed.
    """
    pair = (source, external_id)
    found = queries.find_by_external_ids(actor, [pair]).get(pair)
    if found is None:
        _set_external_id(actor, person, source, external_id)
        return True
    if found.canonical_id == person.id:
        return False
    if not found.is_deleted:
        text = _("Your source uses this id for another person.")
        raise Conflict(text, code="external_id_taken", field="external_id")
    found.ExternalId.person_id = person.id
    return True


def _set_external_id(actor: Actor, person: Person, source: str, external_id: str) -> None:
    mine = queries.find_external_id(actor, person.id, source)
    if mine is None:
        mine = ExternalId(person_id=person.id, importer_id=actor.person_id, source=source)
        db.add(mine)
    mine.external_id = external_id


def note_change(actor: Actor, person_id: UUID, fields: Iterable[str], version: int) -> None:
    """Keep who changed which fields, so that an import's undo spares what later hands did."""
    db.record(
        PersonChange.__table__,  # type: ignore[arg-type]
        {
            "team_id": actor.team_id,
            "id": db.new_id(),
            "person_id": person_id,
            "changed_at": clock.now(),
            "changed_by_id": actor.person_id,
            "batch_id": None,
            "fields": sorted(fields),
            "version": version,
            "is_import": False,
        },
    )
