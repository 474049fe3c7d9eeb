"""People and notes as pages show them, and people as somebody pastes them: plain data only."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from community.core import slugs
from community.core.addresses import normalise_email
from community.people.formats.extras import read_extra_of

MAX_PASTED = 200
MAX_NAME = 200
_LISTS = ("emails", "phones", "links", "positions")
_BRACKETED = re.compile(r"^(?P<name>.*?)\s*<(?P<mail>[^<>]+)>\s*$")
_SPLIT = re.compile(r"\s*[,;\t]\s*")


@dataclass(frozen=True)
class Pasted:
    """One line that was pasted: a name, and a mail address where there was one."""

    line: int
    name: str
    email: str | None = None


def shown_person(row: Any) -> dict[str, Any]:
    """A person's row with its lists read, its slug, and the line under its name."""
    lists = {name: orjson.loads(getattr(row, name)) for name in _LISTS}
    return {
        **row._mapping,
        **lists,
        "slug": slugs.slug(row.id, row.name),
        "line": position_line(lists["positions"]),
        "extras": read_extra_of(row, lists),
    }


def position_line(positions: list[dict[str, Any]]) -> str:
    """What somebody does now, or did last: "Designer, Hale Studio"."""
    if not positions:
        return ""
    first = positions[0]
    return ", ".join(part for part in (first["title"], first["organisation"]) if part)


def form_values(row: Any) -> dict[str, Any]:
    """A person's row as the form shows it: the shape the form's schema reads."""
    shown = shown_person(row)
    birthday = {
        "month": row.birthday_month or "",
        "day": row.birthday_day or "",
        "year": row.birthday_year or "",
    }
    kept = ("name", "call_name", "sort_name", *_LISTS)
    values = {name: shown[name] for name in kept}
    tags, audience = ", ".join(row.tags), audience_values(row)
    return {**values, **audience, "birthday": birthday, "tags": tags, "version": row.version}


def audience_values(row: Any) -> dict[str, Any]:
    """Who may see a thing, by the names the audience picker sends."""
    return {
        "visibility": row.audience,
        "visibility_people": row.audience_people,
        "visibility_circle": row.circle_id,
    }


def confidence_values(row: Any) -> dict[str, str]:
    """Whether a thing was told in confidence, as a checked box sends it."""
    return {"in_confidence": "yes"} if row.in_confidence else {}


def read_pasted(text: str) -> list[Pasted]:
    """People from lines like `Mara Ellison <mara@hale.example>`, `Mara, mara@…` or a name alone.

    Empty lines and lines that hold neither are left out; a lone address is a name for itself.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        pasted = _read_line(number, " ".join(line.replace("\t", ",").split()))
        if pasted is not None:
            found.append(pasted)
    return found


def _read_line(number: int, line: str) -> Pasted | None:
    bracketed = _BRACKETED.match(line)
    parts = [bracketed["name"], bracketed["mail"]] if bracketed else _SPLIT.split(line)
    email = next((mail for part in parts if (mail := normalise_email(part))), None)
    rest = [part.strip(' "') for part in parts if normalise_email(part) is None]
    name = ", ".join(part for part in rest if part) or email or ""
    return Pasted(number, name[:MAX_NAME], email) if name else None
