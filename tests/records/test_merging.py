"""How two persons become one and two again: rules of the algorithm, over generated pairs."""

import copy
import itertools
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from community.records.matching.merging import (
    CHOSEN,
    KEYS,
    SINGLE,
    Change,
    Side,
    plan_merge,
    plan_undo,
)

_numbers = itertools.count(1)
WORDS = st.sampled_from(["ann", "ben", "cleo", "dora"])
MAYBE = st.one_of(st.just(""), WORDS)


def new_id() -> str:
    return f"id{next(_numbers)}"


def row(table: str, word: str, place: int) -> dict[str, Any]:
    common = {"id": new_id(), "person_id": "?"}
    if table == "positions":
        dates = {"from_on": None, "to_on": None}
        return {**common, "organisation": word, "title": "", **dates}
    if table == "custom_values":
        held = {"value": f"{word} {place}", "other_id": None}
        return {**common, "field_id": word, **held}
    values = {"person_phones": {"value": word, "e164": None}}
    return {**common, "position": place, "label": "", **values.get(table, {"value": word})}


@st.composite
def sides(draw: st.DrawFn) -> Side:
    fields = {
        "id": new_id(),
        "name": draw(WORDS),
        "call_name": draw(MAYBE),
        "sort_name": draw(MAYBE),
        "birthday": draw(st.sampled_from([None, [2, 29, None], [3, 1, 1980]])),
        "picture_id": draw(st.sampled_from([None, "one", "other"])),
        "extra": {},
        "archived_at": None,
    }
    tags = draw(st.lists(WORDS, unique=True, max_size=3))
    rows = {
        table: [
            row(table, word, place)
            for place, word in enumerate(draw(st.lists(WORDS, unique=True, max_size=3)))
        ]
        for table in KEYS
    }
    return Side(fields, tags, rows)


@st.composite
def choices(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, list[str]]]:
    sides = st.sampled_from(["keep", "merge"])
    chosen = draw(st.dictionaries(st.sampled_from(CHOSEN), sides))
    dropped = {"tags": draw(st.lists(WORDS, max_size=2))}
    for table in ("person_emails", "person_phones", "person_links"):
        dropped[table] = draw(st.lists(WORDS, max_size=2))
    return chosen, dropped


def applied(side: Side, change: Change) -> Side:
    """The person after a change, as the tables would hold them."""
    side = copy.deepcopy(side)
    side.fields |= change.fields
    side.tags = side.tags if change.tags is None else change.tags
    for table in KEYS:
        gone = set(change.removed.get(table, ()))
        rows = [one for one in side.rows[table] if one["id"] not in gone]
        rows += change.added.get(table, [])
        order = "position" if rows and "position" in rows[0] else "id"
        side.rows[table] = sorted(rows, key=lambda one: (one.get(order), one["id"]))
        keys = [SINGLE.get(table, KEYS[table])(one) for one in rows]
        assert len(keys) == len(set(keys)), "no value stands twice"
    return side


def first_of(*standing: set[str]) -> set[str]:
    """Of each field of the team's the first that somebody has; the rest of a person all together."""
    found: dict[str, str] = {}
    for held in standing:
        for one in sorted(held):
            found.setdefault(json.loads(one)[0], one)
    return set(found.values())


def values(side: Side) -> dict[str, set[str]]:
    found = {table: {KEYS[table](one) for one in side.rows[table]} for table in KEYS}
    return {**found, "tags": set(side.tags)}


@given(sides(), sides(), choices())
def test_undoing_at_once_leaves_the_person_exactly_as_they_were(
    kept: Side, other: Side, said: Any
) -> None:
    for table in ("positions", "custom_values"):
        kept.rows[table].sort(key=lambda one: one["id"])
    change, image = plan_merge(kept, other, *said, new_id)
    merged = applied(kept, change)
    assert applied(merged, plan_undo(merged, image, [])) == kept


@given(sides(), sides(), choices())
def test_every_value_that_nobody_dropped_stays(kept: Side, other: Side, said: Any) -> None:
    change, _image = plan_merge(kept, other, *said, new_id)
    after, before, theirs = values(applied(kept, change)), values(kept), values(other)
    assert after.pop("custom_values") == first_of(before["custom_values"], theirs["custom_values"])
    for name, have in after.items():
        assert have == (before[name] | theirs[name]) - set(said[1].get(name, ()))
    call_name = said[0].get("call_name")
    if not call_name and kept.fields["call_name"] == "":
        assert change.fields.get("call_name", "") == other.fields["call_name"]


@given(sides(), st.lists(sides(), min_size=2, max_size=3), st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_merges_are_undone_in_any_order(kept: Side, others: list[Side], chance: Any) -> None:
    now, images = kept, []
    for other in others:
        change, image = plan_merge(now, other, {}, {}, new_id)
        now = applied(now, change)
        images.append((other, image))
    left = list(images)
    for one in chance.sample(images, len(images)):
        later = [image for _other, image in left[left.index(one) + 1 :]]
        now = applied(now, plan_undo(now, one[1], later))
        left.remove(one)
        standing = [values(kept), *(values(other) for other, _image in left)]
        held = values(now)
        assert held.pop("custom_values") == first_of(*(each["custom_values"] for each in standing))
        for name, have in held.items():
            assert have == set().union(*(each[name] for each in standing)), name


@given(sides(), sides(), st.sampled_from(["edna", "finn"]))
def test_what_was_written_since_stays_with_the_person(kept: Side, other: Side, word: str) -> None:
    change, image = plan_merge(kept, other, {}, {}, new_id)
    merged = applied(kept, change)
    merged.fields["name"] = word
    merged.tags = [*merged.tags, word]
    merged.rows["person_emails"].append(row("person_emails", word, 9))
    after = applied(merged, plan_undo(merged, image, []))
    assert after.fields["name"] == word
    assert after.tags == [*kept.tags, word]
    assert [KEYS["person_emails"](one) for one in after.rows["person_emails"]] == [
        *(KEYS["person_emails"](one) for one in kept.rows["person_emails"]),
        word,
    ]
