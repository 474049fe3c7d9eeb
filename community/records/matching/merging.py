"""How two persons become one, and two again: plain data in, what to change out.

A merge leaves everything that refers to the merged person where it is (reads resolve it), and
gives the kept one what only the other had: values of its lists, tags, and single fields where they
were chosen or empty. The *image* says what that was, so that undoing takes back exactly this and
nothing that anybody wrote since, in whatever order several merges are undone.

An image: `{"fields": {name: [before, after]}, "tags": {...}, "rows": {table: {...}}}`, where `tags`
and each table hold `offered` (what the other had and was kept), `given` (what the kept one had not)
and `dropped` (what the kept one had and lost).
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
Image = dict[str, Any]


def position_key(row: Mapping[str, Any]) -> str:
    """What makes two positions the same: where, as what, from when to when."""
    days = [str(row[name]) if row.get(name) else None for name in ("from_on", "to_on")]
    return json.dumps([row["organisation"], row["title"], *days])


def value_key(row: Mapping[str, Any]) -> str:
    """What one of the team's fields holds, and which field that is."""
    return json.dumps([row[name] for name in _HELD])


_HELD = ("field_id", "value", "other_id")
KEYS: dict[str, Callable[[Row], str]] = {
    "person_emails": lambda row: str(row["value"]),
    "person_phones": lambda row: str(row["e164"] or row["value"]),
    "person_links": lambda row: str(row["value"]),
    "positions": position_key,
    "custom_values": value_key,
}
"""table → what makes two of its rows the same value."""
SINGLE: dict[str, Callable[[Row], str]] = {"custom_values": lambda row: str(row["field_id"])}
"""table → of what a person has one value at most: the kept one's stands."""
FIELDS = ("name", "call_name", "sort_name", "birthday", "picture_id", "extra", "archived_at")
CHOSEN = ("name", "call_name", "sort_name", "birthday", "picture_id")
_ONCE = {"UID", "REV", "N", "KIND", "PRODID", "VERSION"}


@dataclass
class Side:
    """One person as a merge reads them: single fields, tags, and rows by table, in their order."""

    fields: dict[str, Any]
    tags: list[str]
    rows: dict[str, list[Row]] = field(default_factory=dict)


@dataclass
class Change:
    """What to write to the kept person: fields and tags as they become, rows by table."""

    fields: dict[str, Any] = field(default_factory=dict)
    tags: list[str] | None = None
    removed: dict[str, list[str]] = field(default_factory=dict)
    added: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The parts of the person that become different."""
        parts = {*self.fields, *self.removed, *self.added}
        return sorted({*parts, *(["tags"] if self.tags is not None else [])})


def nobody(like: Side) -> Side:
    """One of whom nothing is known: by merging them a person gains nothing."""
    empty: dict[str, Any] = dict.fromkeys(("name", "call_name", "sort_name"), "")
    empty |= {"birthday": None, "extra": {}, "id": ""}
    return Side({**like.fields, **empty}, [])


def without_hidden(
    kept: Side, other: Side, dropped: Mapping[str, Iterable[str]], seen: Collection[str]
) -> dict[str, Iterable[str]]:
    """What is dropped, with values that name nobody whom the reader sees (`seen`) and stand in the way.

    Who does not see the one holds the field for empty: the other one's value is to come there, or
    its absence would say that there is something.
    """
    table = "custom_values"
    shown = {
        SINGLE[table](row) for row in other.rows.get(table, ()) if row["other_id"] in {None, *seen}
    }
    hidden = [
        value_key(row)
        for row in kept.rows.get(table, ())
        if row["other_id"] not in {None, *seen} and SINGLE[table](row) in shown
    ]
    return {**dropped, table: [*dropped.get(table, ()), *hidden]}


def plan_merge(
    kept: Side,
    other: Side,
    chosen: Mapping[str, str],
    dropped: Mapping[str, Iterable[str]],
    new_id: Callable[[], str],
) -> tuple[Change, Image]:
    """What the kept person gains, and the image of what they were.

    `chosen` says of single fields whose stands ("keep" or "merge"); without a choice the kept
    one's, unless it is empty; what sorts a name goes with it, unless it was chosen too.
    `dropped` are the keys of values (by table, and `tags`) that go.
    """
    change = Change()
    image: Image = {"fields": {}, "tags": {}, "rows": {}}
    for name in FIELDS:
        whose = chosen.get(name) or chosen.get("name" if name == "sort_name" else name, "")
        value = _field(name, kept.fields[name], other.fields[name], whose)
        if value != kept.fields[name]:
            change.fields[name] = value
            image["fields"][name] = [kept.fields[name], value]
    for table in KEYS:
        rows, added = _rows(table, kept, other, set(dropped.get(table, ())), new_id)
        image["rows"][table] = rows
        if rows["dropped"]:
            change.removed[table] = [row["id"] for row in rows["dropped"]]
        if added:
            change.added[table] = added
    image["tags"] = _tags(kept.tags, other.tags, set(dropped.get("tags", ())))
    after = image["tags"]["after"]
    change.tags = after if after != kept.tags else None
    return change, image


def _field(name: str, mine: Any, theirs: Any, chosen: str) -> Any:
    if name == "archived_at":
        # Whom somebody still keeps in the lists stays in them.
        return mine if theirs else None
    if name == "extra":
        return _both(mine, theirs)
    if chosen:
        return theirs if chosen == "merge" else mine
    return mine or theirs


def _both(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """What files said of both: lists joined, single values where there was none."""
    found = dict(mine)
    for name, value in theirs.items():
        have = found.get(name)
        if isinstance(have, list) and isinstance(value, list):
            found[name] = have + [one for one in value if one not in have and not _is_once(one)]
        else:
            found.setdefault(name, value)
    return found


def _is_once(prop: Any) -> bool:
    """A property of a card that stands in it once."""
    return isinstance(prop, list) and bool(prop) and prop[0] in _ONCE


def _rows(
    table: str, kept: Side, other: Side, dropped: set[str], new_id: Callable[[], str]
) -> tuple[dict[str, Any], list[Row]]:
    key = KEYS[table]
    place_of = SINGLE.get(table, key)
    mine, theirs = kept.rows.get(table, []), other.rows.get(table, [])
    # A telephone number is named as it is written, and compared as it is called.
    dropped = {key(row) for row in [*mine, *theirs] if {key(row), row.get("value")} & dropped}
    have = {place_of(row) for row in mine if key(row) not in dropped}
    # Whom a field named may be whom it is of now: nobody is their own assistant.
    offered = [
        row
        for row in theirs
        if key(row) not in dropped and row.get("other_id") != kept.fields["id"]
    ]
    place = max((row.get("position") or 0 for row in mine), default=-1) + 1
    given: dict[str, Row] = {}
    for row in offered:
        if place_of(row) in have or place_of(row) in given:
            continue
        copy = {**row, "id": new_id(), "person_id": kept.fields["id"]}
        if "position" in copy:
            copy["position"] = place + len(given)
        given[place_of(row)] = copy
    rows = {
        "offered": sorted({key(row) for row in offered}),
        "given": [{"id": row["id"], "key": key(row)} for row in given.values()],
        "dropped": [row for row in mine if key(row) in dropped],
    }
    return rows, list(given.values())


def _tags(mine: Sequence[str], theirs: Sequence[str], dropped: set[str]) -> dict[str, Any]:
    stays = [tag for tag in mine if tag not in dropped]
    have = {tag.casefold() for tag in mine}
    offered = [tag for tag in theirs if tag not in dropped]
    given = [tag for tag in offered if tag.casefold() not in have]
    return {
        "before": list(mine),
        "after": stays + given,
        "offered": offered,
        "given": given,
        "dropped": [tag for tag in mine if tag in dropped],
    }


def plan_undo(now: Side, image: Image, later: Sequence[Image]) -> Change:
    """What takes a merge back from the kept person as they are now.

    `later` are the images of the merges into the same person that stand and came after, oldest
    first. They are brought up to date in place: what they would have given, had this one never
    been, is theirs now.
    """
    change = Change()
    for name, (before, after) in image["fields"].items():
        if now.fields[name] == after:
            change.fields[name] = before
        else:
            _rebase_field(name, before, after, later)
    for table, rows in image["rows"].items():
        _undo_rows(table, now, rows, later, change)
    tags = _undone_tags(now.tags, image["tags"], [one["tags"] for one in later])
    change.tags = tags if tags != now.tags else None
    return change


def _rebase_field(name: str, before: Any, after: Any, later: Sequence[Image]) -> None:
    """A later merge that replaced what this one wrote replaced, in truth, what was before."""
    for image in later:
        pair = image["fields"].get(name)
        if pair and pair[0] == after:
            pair[0] = before
            return


def _undo_rows(
    table: str, now: Side, rows: dict[str, Any], later: Sequence[Image], change: Change
) -> None:
    key = KEYS[table]
    after = [image["rows"][table] for image in later]
    present = {row["id"]: row for row in now.rows.get(table, [])}
    given_ids = {one["id"] for one in rows["given"]}
    for one in rows["given"]:
        row = present.get(one["id"])
        if row is None or key(row) != one["key"]:
            continue
        heir, heard = _heir(table, row, rows["dropped"], after)
        if heard != one["key"]:
            change.removed.setdefault(table, []).append(one["id"])
        if heir is not None:
            heir["given"].append({**one, "key": heard})
        if heir is not None and heard != one["key"]:
            held = dict(zip(_HELD, json.loads(heard), strict=True))
            change.added.setdefault(table, []).append({**row, **held})
    for each in after:
        each["dropped"] = [row for row in each["dropped"] if row["id"] not in given_ids]
    for row in rows["dropped"]:
        _put_back(table, row, present, after, change)


def _heir(
    table: str, row: Row, dropped: Sequence[Row], after: Sequence[dict[str, Any]]
) -> tuple[dict[str, Any] | None, str]:
    """The later merge that would have given a value, and which: of a field any may follow."""
    if table not in SINGLE:
        key = KEYS[table](row)
        return next(((each, key) for each in after if key in each["offered"]), (None, ""))
    place = SINGLE[table](row)
    if place in {SINGLE[table](one) for one in dropped}:
        return None, ""
    offers = ((each, name) for each in after for name in each["offered"])
    return next((one for one in offers if json.loads(one[1])[0] == place), (None, ""))


def _put_back(
    table: str,
    row: Row,
    present: Mapping[str, Row],
    after: Sequence[dict[str, Any]],
    change: Change,
) -> None:
    """A value that the merge dropped; it takes the place of the same value of a later merge."""
    place_of = SINGLE.get(table, KEYS[table])
    gone = change.removed.get(table, [])
    left = (one for one in present.values() if one["id"] not in gone)
    same = next((one for one in left if place_of(one) == place_of(row)), None)
    if same is not None:
        holder = next((e for e in after if any(g["id"] == same["id"] for g in e["given"])), None)
        if holder is None:
            return
        holder["given"] = [one for one in holder["given"] if one["id"] != same["id"]]
        change.removed.setdefault(table, []).append(same["id"])
    change.added.setdefault(table, []).append(row)


def _undone_tags(
    now: list[str], tags: Mapping[str, Any], later: Sequence[dict[str, Any]]
) -> list[str]:
    left = [tag for tag in now if tag not in tags["given"]]
    for tag in tags["given"]:
        heir = next((each for each in later if tag in each["offered"]), None)
        if tag in now and heir is not None:
            heir["given"].append(tag)
            left.append(tag)
    for each in later:
        each["dropped"] = [tag for tag in each["dropped"] if tag not in tags["given"]]
    back = [tag for tag in tags["dropped"] if tag not in left]
    for each in later:
        each["given"] = [tag for tag in each["given"] if tag not in tags["dropped"]]
    # The same tags as before stand in the same order again.
    return list(tags["before"]) if set(left + back) == set(tags["before"]) else left + back
