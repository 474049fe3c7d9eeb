"""What a member wrote about a person, as their own export tells it: read value by value.

Only its maker's words are ever read: another's would become one's own. Whoever may read them here
is asked anew, so all of them begin as their author's alone; what was told in confidence stays so.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from community.exchange.formats import limits
from community.exchange.formats.cleaning import clean_line, clean_text
from community.exchange.formats.record import Own
from community.people.models.facts import CERTAINTIES, KINDS, ORIGINS, WISHES
from community.people.models.relations import REVERSE

Row = Mapping[str, Any]
_PARTIAL_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


def read_own(table: str, row: Row) -> Own | None:
    """A row of one of OWN_TABLES; None where nothing of it can be used."""
    return OWN_TABLES[table](row)


def text_of(row: Row, name: str) -> str:
    """A text of a row; nothing where it holds something else."""
    value = row.get(name)
    return value if isinstance(value, str) else ""


def id_of(named: Any) -> str:
    """The id in `{"id", "name"}`, as rows name people and things."""
    return text_of(named, "id") if isinstance(named, dict) else ""


def day_of(row: Row, name: str) -> str | None:
    """A day as it is written in JSON; None where it is none."""
    try:
        return date.fromisoformat(text_of(row, name)).isoformat()
    except ValueError:
        return None


def _line(row: Row, name: str, limit: int = limits.MAX_NAME) -> str:
    return clean_line(text_of(row, name))[:limit]


def _words(row: Row, name: str, limit: int = limits.MAX_WORDS) -> str:
    return clean_text(text_of(row, name))[:limit]


def _one_of(row: Row, name: str, codes: tuple[str, ...], default: str) -> str:
    said = text_of(row, name)
    return said if said in codes else default


def _moment(row: Row, name: str) -> str | None:
    try:
        at = datetime.fromisoformat(text_of(row, name))
    except ValueError:
        return None
    return at.isoformat() if at.tzinfo is not None else None


def _note(row: Row) -> Own | None:
    body = clean_text(text_of(row, "body"))
    if not body or len(body) > limits.MAX_NOTE:
        return None
    confident = row.get("in_confidence") is True
    at = _moment(row, "happened_at")
    return Own("notes", {"body": body, "happened_at": at, "in_confidence": confident})


def _fact(row: Row) -> Own | None:
    said = _words(row, "text", limits.MAX_FACT)
    kind = _one_of(row, "kind", KINDS, "other")
    if not said:
        return None
    return Own(
        "facts",
        {
            "kind": kind,
            "text": said,
            "source": _one_of(row, "source", ORIGINS, ORIGINS[0]),
            "certainty": _one_of(row, "certainty", CERTAINTIES, CERTAINTIES[-1]),
            "recheck_on": day_of(row, "recheck_on"),
            "by_on": day_of(row, "by_on") if kind in WISHES else None,
            "in_confidence": row.get("in_confidence") is True,
        },
    )


def _preference(row: Row) -> Own | None:
    values = {name: _line(row, name) for name in ("channel", "best_hours")}
    values |= {name: _words(row, name) for name in ("to_raise", "to_avoid", "sensitivities")}
    return Own("preferences", values) if any(values.values()) else None


def _tie(row: Row) -> Own | None:
    met_on = text_of(row, "met_on")
    return Own(
        "ties",
        {
            "met_on": met_on if _PARTIAL_DAY.fullmatch(met_on) else "",
            "met_where": _line(row, "met_where"),
            "other": id_of(row.get("met_through")),
        },
    )


def _relation(row: Row) -> Own | None:
    """With a word of the team's own by its name: it is looked up where it is read."""
    other, own_kind = id_of(row.get("other")), row.get("kind_named")
    kind = _one_of(row, "kind", tuple(REVERSE), "")
    named = clean_line(text_of(own_kind, "name") if isinstance(own_kind, dict) else "")
    if not other or not (kind or named):
        return None
    word = _line(row, "word")
    if kind == "other" and not word:
        return None
    from_on, to_on = day_of(row, "from_on"), day_of(row, "to_on")
    if from_on and to_on and to_on < from_on:
        to_on = None
    values = {"other": other, "kind": kind, "kind_name": named[: limits.MAX_LABEL], "word": word}
    return Own("relations", {**values, "from_on": from_on, "to_on": to_on})


OWN_TABLES: Mapping[str, Callable[[Row], Own | None]] = {
    "notes": _note,
    "facts": _fact,
    "preferences": _preference,
    "ties": _tie,
    "relations": _relation,
}
