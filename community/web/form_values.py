"""A form's flat names and the nested values of a schema, either way, and where two people differ."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from marshmallow import Schema, fields
from werkzeug.datastructures import MultiDict

from community.core.fields import YesNo

_EMPTY: tuple[object, ...] = ("", None, False, [])


@dataclass(frozen=True)
class Difference:
    """A field that two people left differently; `untouched` where mine is what I was shown."""

    name: str
    theirs: Any
    mine: Any
    untouched: bool


def read_fields(schema: Schema, raw: MultiDict[str, str], prefix: str = "") -> dict[str, Any]:
    """A form's flat names as the nested input of the schema; empty optional fields are left out."""
    found: dict[str, Any] = {}
    for name, field in schema.fields.items():
        if field.dump_only:
            continue
        value = _read_field(field, f"{prefix}{name}", raw)
        if value is not None:
            found[name] = value
    return found


def flatten_values(values: Mapping[str, Any]) -> MultiDict[str, str]:
    """Nested values as the flat names a form sends them by; the reverse of read_fields."""
    found: MultiDict[str, str] = MultiDict()
    for name, value in values.items():
        if isinstance(value, Mapping):
            found.update(
                {f"{name}-{key}": inner for key, inner in flatten_values(value).items(multi=True)}
            )
        elif isinstance(value, (list, tuple)):
            for number, inner in enumerate(value):
                if isinstance(inner, Mapping):
                    found.update(flatten_values({f"{name}-{number}": inner}))
                else:
                    found.add(name, str(inner))
        else:
            found.add(name, "" if value is None else str(value))
    return found


def with_theirs(sent: MultiDict[str, str], stored: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was sent, with what is stored in place of the fields that the sender left to it."""
    names = tuple(name[5:] for name in sent if name.startswith("keep-") and sent[name] == "theirs")
    if not names:
        return sent

    def is_theirs(key: str) -> bool:
        return any(key == name or key.startswith((f"{name}-", f"{name}_")) for name in names)

    kept = [(key, value) for key, value in sent.items(multi=True) if not is_theirs(key)]
    return MultiDict(kept + [pair for pair in stored.items(multi=True) if is_theirs(pair[0])])


def marks_of(shown: Mapping[str, Any]) -> str:
    """What a form was opened with, as a short mark a field: to tell later what was touched in it."""
    return " ".join(f"{name}:{_mark(value)}" for name, value in shown.items())


def compare(
    stored: Mapping[str, Any], sent: Mapping[str, Any], marks: str = ""
) -> list[Difference]:
    """The sent fields that are stored otherwise; a field that was not sent is nobody's wish.

    `marks` are those of the values that the sender was shown.
    """
    shown = dict(mark.split(":", 1) for mark in marks.split() if ":" in mark)
    return [
        Difference(name, stored.get(name), mine, shown.get(name, _mark(None)) == _mark(mine))
        for name, mine in sent.items()
        if name != "version" and _mark(stored.get(name)) != _mark(mine)
    ]


def _mark(value: Any) -> str:
    plain = orjson.dumps(_plain(value) or None, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(plain, digest_size=6).hexdigest()


def _plain(value: Any) -> Any:
    """A value without what a browser adds: other line ends, another order of check boxes."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items() if inner not in _EMPTY}
    if isinstance(value, list):
        found = [_plain(inner) for inner in value]
        return sorted(found) if all(isinstance(inner, str) for inner in found) else found
    return "\n".join(value.splitlines()).strip() if isinstance(value, str) else value


def _read_field(field: fields.Field[Any], key: str, raw: MultiDict[str, str]) -> Any:
    if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
        return _read_rows(field.inner.schema, key, raw)
    if isinstance(field, fields.List):
        return [value for value in raw.getlist(key) if value.strip()]
    if isinstance(field, fields.Nested) and "audience" in field.schema.fields:
        return _read_audience(key, raw)
    if isinstance(field, fields.Nested):
        nested = read_fields(field.schema, raw, f"{key}-")
        return nested if any(value not in _EMPTY for value in nested.values()) else None
    if isinstance(field, fields.Dict):
        return _read_named(f"{key}-", raw)
    if isinstance(field, YesNo):
        return key in raw
    value = raw.get(key)
    if value is None:
        return None
    if not value.strip():
        return (
            ""
            if field.required or (isinstance(field, fields.String) and not field.allow_none)
            else None
        )
    return value


def _read_named(start: str, raw: MultiDict[str, str]) -> dict[str, Any] | None:
    """Values by names that the schema does not know; an empty control empties its value."""
    found = {
        name.removeprefix(start): value.strip() or None
        for name, value in raw.items()
        if name.startswith(start)
    }
    return found or None


def _read_rows(schema: Schema, key: str, raw: MultiDict[str, str]) -> list[dict[str, Any]]:
    start = f"{key}-"
    numbers = {
        int(part)
        for name in raw
        if name.startswith(start) and (part := name[len(start) :].split("-")[0]).isdigit()
    }
    rows = [read_fields(schema, raw, f"{key}-{number}-") for number in sorted(numbers)[:100]]
    return [
        row
        for row in rows
        if any(value not in _EMPTY for part, value in row.items() if part != "label")
    ]


def _read_audience(key: str, raw: MultiDict[str, str]) -> dict[str, Any] | None:
    if key not in raw:
        return None
    people = [value for value in raw.getlist(f"{key}_people") if value]
    audience = raw[key]
    return {
        "audience": audience,
        "people": people if audience == "people" else [],
        "circle_id": (raw.get(f"{key}_circle") or None) if audience == "circle" else None,
    }
