"""Fields of the team's own: which there are, and what they hold of people."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from community.core import clock, db
from community.core.errors import Conflict, FieldError, NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.core.text import fold, slugify
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import policy, queries
from community.people.models import CustomField, CustomValue

MOST = 50
CHOICES = 100
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LARGEST = Decimal(10) ** 15
_DIGITS = 6

Wanted = tuple[UUID, Mapping[str, Any], str]
Held = str | UUID


class _Refused(ValueError):
    """What a field cannot hold, with the words that say why."""


def define_field(
    actor: Actor, *, name: str, kind: str, choices: Sequence[str] = (), key: str = ""
) -> CustomField:
    """A new field at the end of the list. Its key, made of the name if none is given, never changes."""
    _check_may_define(actor)
    known = queries.find_fields(actor, archived=None)
    if len(known) >= MOST:
        raise RuleBroken(_("These are too many."), code="too_many", field="name")
    _refuse_name(known, name)
    made = CustomField(id=db.new_id(), name=name, kind=kind)
    made.key = _key_of(name, key, {field.key for field in known})
    made.choices = _choices(kind, choices)
    made.place = max((field.place for field in known), default=0) + 1
    db.add(made)
    db.flush()
    journal.record(actor, "create", "custom_field", made.id)
    return made


def edit_field(actor: Actor, field_id: UUID, **given: Any) -> CustomField:
    """Another name, other choices, another place, or (`archived`) out of use; what it holds stays."""
    field = queries.get_field(actor, field_id, lock=True)
    _check_may_define(actor)
    changed = []
    if given.get("name", field.name) != field.name:
        _refuse_name(queries.find_fields(actor, archived=None), given["name"], but=field.id)
        field.name = given["name"]
        changed.append("name")
    if "choices" in given and list(given["choices"]) != field.choices:
        field.choices = _choices(field.kind, given["choices"])
        changed.append("choices")
    if given.get("place", field.place) != field.place:
        field.place = given["place"]
        changed.append("place")
    is_over = field.archived_at is not None
    if given.get("archived", is_over) != is_over:
        field.archived_at = clock.now() if given["archived"] else None
        changed.append("archived")
    if changed:
        db.flush()
        journal.record(actor, "change", "custom_field", field.id, fields=changed)
    return field


def _check_may_define(actor: Actor) -> None:
    if not policy.can_define(actor):
        raise NotAllowed(_("Owners and stewards say which relations and fields there are."))


def _refuse_name(known: Iterable[CustomField], name: str, *, but: UUID | None = None) -> None:
    if fold(name) in {fold(field.name) for field in known if field.id != but}:
        raise Conflict(_("There is one of this name already."), code="taken", field="name")


def _key_of(name: str, key: str, taken: set[str]) -> str:
    if key:
        if not _KEY.fullmatch(key):
            text = _("A key is of small letters, digits and “_”, like shoe_size.")
            raise RuleBroken(text, code="bad_key", field="key")
        if key in taken:
            raise Conflict(_("There is one of this key already."), code="taken", field="key")
        return key
    stem = slugify(name).replace("-", "_")[:36]
    stem = stem if _KEY.fullmatch(stem) else f"f_{stem}"[:36]
    free = (stem, *(f"{stem}_{number}" for number in range(2, MOST + 3)))
    return next(one for one in free if one not in taken)


def _choices(kind: str, choices: Sequence[str]) -> list[str]:
    once: dict[str, str] = {}
    for choice in choices:
        once.setdefault(fold(choice), choice)
    found = list(once.values())
    if kind != "choice" and found:
        text = _("Only a field of choices has choices.")
        raise RuleBroken(text, code="no_choices", field="choices")
    if kind == "choice" and not found:
        raise RuleBroken(_("Name at least one choice."), code="no_choices", field="choices")
    if len(found) > CHOICES:
        raise RuleBroken(_("These are too many."), code="too_many", field="choices")
    return found


def write_fields(actor: Actor, wanted: Sequence[Wanted]) -> set[UUID]:
    """Write what fields hold of people, all or nothing; answers whom it changed.

    Each of `wanted` is a person's id, values by key, and where these stand in what was sent. A field
    that names somebody whom the actor does not see is empty to them: to empty it changes nothing.
    """
    wanted = [each for each in wanted if each[1]]
    if not wanted:
        return set()
    known = {field.key: field for field in queries.find_fields(actor)}
    stored = queries.find_stored(actor, [person_id for person_id, _values, _where in wanted])
    held_ids = {row.other_id for row in stored.values() if row.other_id}
    seen = queries.find_seen(actor, _named_people(known, wanted) | held_ids)
    errors: list[FieldError] = []
    changed: set[UUID] = set()
    for person_id, values, where in wanted:
        for key, value in values.items():
            try:
                field, held = _read(known, key, value, seen)
            except _Refused as error:
                errors.append(FieldError(f"{where}.{key}", str(error)))
                continue
            row = stored.get((person_id, field.id))
            if held is None and row is not None and row.other_id not in {None, *seen}:
                continue
            if _store(row, person_id, field, held):
                changed.add(person_id)
    if errors:
        raise RuleBroken(errors[0].message, code="bad_field", errors=errors)
    return changed


def _named_people(known: Mapping[str, CustomField], wanted: Sequence[Wanted]) -> set[UUID]:
    found = set()
    for _person_id, values, _where in wanted:
        for key, value in values.items():
            if key in known and known[key].kind == "person":
                found.add(_id(value))
    return {one for one in found if one is not None}


def _id(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _read(
    known: Mapping[str, CustomField], key: str, value: Any, seen: set[UUID]
) -> tuple[CustomField, Held | None]:
    field = known.get(key)
    if field is None:
        raise _Refused(_("There is no such field."))
    if value is None or value == "":
        return field, None
    if field.kind == "person":
        found = _id(value)
        if found not in seen:
            raise _Refused(_("%(name)s: choose somebody you see here.", name=field.name))
        return field, found
    return field, _READERS[field.kind](field, value)


def _text(field: CustomField, value: Any) -> str:
    if not isinstance(value, str):
        raise _Refused(_("%(name)s: this must be text.", name=field.name))
    return value


def _number(field: CustomField, value: Any) -> str:
    said = _Refused(_("%(name)s: this must be a number, like 12.5.", name=field.name))
    if isinstance(value, float) and not math.isfinite(value):
        raise said
    text = value.strip() if isinstance(value, str) else repr(value)
    if not re.fullmatch(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", text):
        raise said
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise said from error
    if abs(number) >= _LARGEST or number != round(number, _DIGITS):
        text = _("%(name)s: this number is too long.", name=field.name)
        raise _Refused(text)
    plain = f"{number:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"


def _day(field: CustomField, value: Any) -> str:
    said = _Refused(_("%(name)s: this must be a day, like 2026-03-31.", name=field.name))
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise said
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise said from error


def _choice(field: CustomField, value: Any) -> str:
    if isinstance(value, str):
        for choice in field.choices:
            if fold(choice) == fold(value):
                return choice
    choices = ", ".join(field.choices)
    raise _Refused(
        _("%(name)s: this must be one of: %(choices)s.", name=field.name, choices=choices)
    )


_READERS = {"text": _text, "number": _number, "date": _day, "choice": _choice}


def read_field(field: CustomField, said: str) -> str:
    """A text as a field holds it that names nobody; RuleBroken with what it takes otherwise."""
    try:
        return _READERS[field.kind](field, said)
    except _Refused as error:
        raise RuleBroken(str(error), code="bad_field") from error


def _store(
    stored: CustomValue | None, person_id: UUID, field: CustomField, held: Held | None
) -> bool:
    if held is None:
        if stored is not None:
            db.session().delete(stored)
        return stored is not None
    if stored is not None:
        return stored.hold(held)
    made = CustomValue(person_id=person_id, field_id=field.id)
    made.hold(held)
    db.add(made)
    return True
