"""Pairs, merges and acts on many as programs and forms send them, and as they are read."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields

from community.core.fields import Choice, Id, Schema, Text
from community.core.validators import Length
from community.people.matching.duplicates import REASONS
from community.people.queries import Pair
from community.people.schemas import PositionIn
from community.people.schemas.values import KEY, LABEL, MANY
from community.records.matching.merging import position_key
from community.records.models import Merge
from community.web.endpoints import items_schema

VALUE = 2000
WHOSE = ("keep", "merge")
_SINGLE = ("name", "call_name", "sort_name", "birthday", "picture")
_THEIRS = {"description": "Keys of the team's own fields in which the merged one's value stands."}
_LISTS = {"emails": "person_emails", "phones": "person_phones", "links": "person_links"}


class PersonNamed(Schema):
    """A person by name."""

    id = Id(required=True)
    name = fields.String(required=True)


class DuplicatePair(Schema):
    """Two people who may be one: `sure` by what is one person's alone, else `likely`."""

    a = fields.Nested(PersonNamed, required=True)
    b = fields.Nested(PersonNamed, required=True)
    certainty = Choice(("sure", "likely"), required=True)
    reasons = fields.List(Choice(tuple(REASONS)), required=True)


class DistinctionIn(Schema):
    """Two people who are not one."""

    a_id = Id(required=True)
    b_id = Id(required=True)


class DistinctionOut(DistinctionIn):
    """The same, with the id by which it is taken back."""

    id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)


def _values(length: int = VALUE) -> fields.List[str]:
    return fields.List(Text(length=length), validate=Length(max=2 * MANY), load_default=list)


class ChoicesIn(Schema):
    """Whose single field stands (without a choice the kept one's, unless empty), and what goes.

    Every value of a list stays that is not named as dropped.
    """

    name = Choice(WHOSE)
    call_name = Choice(WHOSE)
    sort_name = Choice(WHOSE)
    birthday = Choice(WHOSE)
    picture = Choice(WHOSE)
    their_fields = fields.List(
        Text(length=KEY), validate=Length(max=MANY), load_default=list, metadata=_THEIRS
    )
    dropped_emails = _values()
    dropped_phones = _values()
    dropped_links = _values()
    dropped_tags = _values(LABEL)
    dropped_positions = fields.List(
        fields.Nested(PositionIn), validate=Length(max=2 * MANY), load_default=list
    )


class MergeIn(Schema):
    """Which person is kept, and who is merged into them."""

    keep_id = Id(required=True)
    merge_id = Id(required=True)
    choices = fields.Nested(ChoicesIn, load_default=dict)


class MergeOut(Schema):
    """A merge that stands; it can be undone until `undo_until`.

    `merged` is null for whoever entered the kept person, or is it, and does not see the other one.
    """

    id = Id(required=True)
    kept = fields.Nested(PersonNamed, required=True)
    merged = fields.Nested(PersonNamed, required=True, allow_none=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)
    undo_until = fields.AwareDateTime(required=True)


class MergeForm(Schema):
    """The page's form: each value that was shown, and those of them that stay."""

    class Meta(Schema.Meta):
        include = {"with": Text(length=200, required=True)}

    name = Choice(WHOSE)
    call_name = Choice(WHOSE)
    sort_name = Choice(WHOSE)
    birthday = Choice(WHOSE)
    picture = Choice(WHOSE)
    their_fields = fields.List(
        Text(length=KEY), validate=Length(max=MANY), load_default=list, metadata=_THEIRS
    )
    shown_emails = _values()
    stay_emails = _values()
    shown_phones = _values()
    stay_phones = _values()
    shown_links = _values()
    stay_links = _values()
    shown_positions = _values()
    stay_positions = _values()
    shown_tags = _values(LABEL)
    stay_tags = _values(LABEL)


PairList = items_schema(DuplicatePair, "DuplicateList")
MergeList = items_schema(MergeOut, "MergeList")


def chosen_of(given: Mapping[str, Any]) -> dict[str, str]:
    """Of single fields: whose stands."""
    found = {name: given[name] for name in _SINGLE if given.get(name)}
    return {"picture_id" if name == "picture" else name: whose for name, whose in found.items()}


def dropped_of(choices: Mapping[str, Any]) -> dict[str, list[str]]:
    """What goes, by table, as the action takes it."""
    found = {table: choices.get(f"dropped_{name}", []) for name, table in _LISTS.items()}
    positions = [position_key(one) for one in choices.get("dropped_positions", [])]
    return {**found, "positions": positions, "tags": choices.get("dropped_tags", [])}


def dropped_of_form(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """What was shown and not left ticked."""

    def gone(name: str) -> list[str]:
        stays: Iterable[str] = data[f"stay_{name}"]
        return [value for value in data[f"shown_{name}"] if value not in set(stays)]

    lists = {table: gone(name) for name, table in _LISTS.items()}
    return {**lists, "positions": gone("positions"), "tags": gone("tags")}


def dump_pair(pair: Pair) -> dict[str, Any]:
    """A pair as DuplicatePair."""
    return {
        "a": {"id": pair.a.id, "name": pair.a.name},
        "b": {"id": pair.b.id, "name": pair.b.name},
        "certainty": pair.certainty,
        "reasons": pair.reasons,
    }


def dump_merge(row: Any) -> dict[str, Any]:
    """A row of `queries.find_merges` as MergeOut."""
    return {
        "id": row.id,
        "kept": {"id": row.kept_id, "name": row.kept_name},
        "merged": {"id": row.merged_id, "name": row.merged_name} if row.merged_id else None,
        "created_by_id": row.author_id,
        "created_at": row.created_at,
        "undo_until": Merge.undo_until(row.created_at),
    }


def dump_distinction(said: Any) -> dict[str, Any]:
    """What was said of two people, as DistinctionOut."""
    ids: dict[str, UUID] = {"id": said.id, "a_id": said.a_id, "b_id": said.b_id}
    return {**ids, "created_at": said.created_at}
