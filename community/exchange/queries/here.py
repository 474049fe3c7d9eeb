"""Who of a file is here already, among those its importer sees."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    literal,
    select,
)

from community.core import db
from community.exchange.matching import names
from community.exchange.matching.joining import Here, Key, Known
from community.exchange.models import ImportBatch, ImportRow
from community.identity.models import Actor
from community.people.models import ExternalId, Person, PersonEmail
from community.people.policy import visible

_AT_ONCE = 5_000
_OURS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Item = TypeVar("Item")


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in runs of `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


def among(person: Any, ids: Collection[UUID]) -> ColumnElement[bool]:
    """Whether a column holds one of some thousand ids: one parameter, not one each."""
    return cast(ColumnElement[bool], person == func.any(literal(list(ids), ARRAY(Uuid()))))


def find_keys(batch: ImportBatch) -> list[Key]:
    """What each usable row of the file is known by, in its order."""
    mail = func.jsonb_array_elements(ImportRow.data["emails"]).table_valued(column("value"))
    mails = func.array(select(mail.c.value.op("->>")("value")).scalar_subquery(), type_=ARRAY(Text))
    statement = (
        select(
            ImportRow.line,
            ImportRow.seq,
            ImportRow.data["name"].astext.label("name"),
            func.coalesce(
                ImportRow.data["external_id"].astext, ImportRow.data["mark"].astext
            ).label("external_id"),
            mails.label("mails"),
        )
        .where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        .where(ImportRow.outcome != "error")
        .order_by(ImportRow.line, ImportRow.seq)
    )
    return [
        Key((row.line, row.seq), names.words(row.name), row.external_id, tuple(row.mails))
        for row in db.session().execute(statement)
    ]


def find_here(actor: Actor, source: str, keys: Iterable[Key]) -> Here:
    """The visible people with one of these ids of the importer's source, or one of these mails."""
    keys = list(keys)
    ids = sorted({key.external_id for key in keys if key.external_id is not None})
    mails = sorted({mail for key in keys for mail in key.emails})
    called = _pairs(
        select(ExternalId.external_id, ExternalId.person_id)
        .where(ExternalId.team_id == actor.team_id, ExternalId.source == source)
        .where(ExternalId.importer_id.in_(actor.person_ids), ExternalId.external_id == _SOME),
        ids,
    )
    holding = _pairs(
        select(PersonEmail.value, PersonEmail.person_id).where(
            PersonEmail.team_id == actor.team_id, PersonEmail.value == _SOME
        ),
        mails,
    )
    # What we wrote ourselves names people by our own ids.
    called = [*((value, UUID(value)) for value in ids if _OURS.fullmatch(value)), *called]
    known = _known(actor, source, {person_id for _value, person_id in (*called, *holding)})
    by_mail: dict[str, dict[UUID, Known]] = defaultdict(dict)
    for mail, person_id in holding:
        if person_id in known:
            by_mail[mail][known[person_id].id] = known[person_id]
    return Here(
        {value: known[person_id] for value, person_id in called if person_id in known},
        {mail: sorted(found.values(), key=lambda each: each.id) for mail, found in by_mail.items()},
    )


def find_called(actor: Actor, source: str, ids: Iterable[str]) -> dict[str, UUID]:
    """Whom of the visible the importer's source calls by these ids."""
    here = find_here(actor, source, (Key((0, 0), (), each, ()) for each in ids))
    return {each: known.id for each, known in here.by_external_id.items()}


# A team's tables may have grown by thousands of rows a moment ago, unknown to the planner, which
# then joins them in the worst order. So each table is asked alone, by its own index.
_SOME = func.any(bindparam("values", type_=ARRAY(Text)))
_THESE = func.any(bindparam("values", type_=ARRAY(Uuid())))


def _pairs(statement: Any, values: Iterable[Any]) -> list[Any]:
    """The rows of a statement that asks for some thousand `values` at a time."""
    return [
        row
        for some in chunks(list(values), _AT_ONCE)
        for row in db.session().execute(statement, {"values": list(some)})
    ]


def _known(actor: Actor, source: str, person_ids: Iterable[UUID]) -> dict[UUID, Known]:
    """By each of the ids: the visible person it stands for, merged ones resolved."""
    resolved = _pairs(
        select(Person.id, Person.canonical_id).where(
            Person.team_id == actor.team_id, Person.id == _THESE
        ),
        person_ids,
    )
    canonical = {canonical_id for _id, canonical_id in resolved}
    called: dict[UUID, set[str]] = defaultdict(set)
    for person_id, external_id in _pairs(
        select(ExternalId.person_id, ExternalId.external_id)
        .where(ExternalId.team_id == actor.team_id, ExternalId.source == source)
        .where(ExternalId.importer_id.in_(actor.person_ids), ExternalId.person_id == _THESE),
        canonical,
    ):
        called[person_id].add(external_id)
    seen = select(Person.id, Person.version, Person.name).where(visible(actor), Person.id == _THESE)
    people = {
        row.id: Known(row.id, row.version, names.words(row.name), frozenset(called[row.id]))
        for row in _pairs(seen, canonical)
    }
    return {given: people[shown] for given, shown in resolved if shown in people}
