"""What the importer wrote about people here already, and which rows an import of theirs brought."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, column, func, select
from sqlalchemy.orm import aliased

from community.core import db
from community.exchange.matching.own import Mine
from community.exchange.models import ImportBatch, ImportRow
from community.exchange.queries.here import among
from community.identity.models import Actor
from community.people.models import Fact, Note, Person, Preference, Relation
from community.relationships.models import Tie

MODELS: dict[str, Any] = {
    "notes": Note,
    "facts": Fact,
    "preferences": Preference,
    "ties": Tie,
    "relations": Relation,
}


def find_mine(actor: Actor, person_ids: Sequence[UUID]) -> dict[UUID, Mine]:
    """By (canonical) person: the signs by which a thing of one's own is known again."""
    notes = _signs(actor, Note, person_ids, Note.body, Note.deleted_at.is_(None))
    facts = _signs(actor, Fact, person_ids, Fact.text, Fact.deleted_at.is_(None))
    preferences = _signs(actor, Preference, person_ids, Preference.id)
    ties = _signs(actor, Tie, person_ids, Tie.id, Tie.deleted_at.is_(None))
    relations = _relations(actor, person_ids)
    return {
        person_id: Mine(
            notes=frozenset(notes[person_id]),
            facts=frozenset(facts[person_id]),
            preferences=bool(preferences[person_id]),
            ties=bool(ties[person_id]),
            relations=frozenset(relations[person_id]),
        )
        for person_id in person_ids
    }


def _signs(
    actor: Actor, model: Any, person_ids: Sequence[UUID], sign: Any, *wanted: ColumnElement[bool]
) -> dict[UUID, set[Any]]:
    about = aliased(Person)
    statement: Any = (
        select(about.canonical_id, sign)
        .join(about, (about.team_id == model.team_id) & (about.id == model.person_id))
        .where(model.team_id == actor.team_id, model.author_id.in_(actor.person_ids), *wanted)
        .where(among(about.canonical_id, person_ids))
    )
    return _sets(statement)


def _relations(actor: Actor, person_ids: Sequence[UUID]) -> dict[UUID, set[Any]]:
    one, other = aliased(Person), aliased(Person)
    words = (Relation.kind, Relation.kind_id, Relation.word, other.canonical_id)
    statement: Any = (
        select(one.canonical_id, *words)
        .join(one, (one.team_id == Relation.team_id) & (one.id == Relation.person_id))
        .join(other, (other.team_id == Relation.team_id) & (other.id == Relation.other_id))
        .where(Relation.team_id == actor.team_id, Relation.author_id.in_(actor.person_ids))
        .where(Relation.deleted_at.is_(None), among(one.canonical_id, person_ids))
    )
    found: dict[UUID, set[Any]] = defaultdict(set)
    for person_id, *sign in db.session().execute(statement):
        found[person_id].add(tuple(sign))
    return found


def _sets(statement: Any) -> dict[UUID, set[Any]]:
    found: dict[UUID, set[Any]] = defaultdict(set)
    for person_id, value in db.session().execute(statement):
        found[person_id].add(value)
    return found


def brought(batch: ImportBatch, part: str) -> Select[Any]:
    """The ids of the rows of a part that a batch wrote."""
    each = func.jsonb_array_elements(ImportRow.written[part]).table_valued(column("value"))
    return (
        select(each.c.value.op("->>")("id").cast(Uuid()))
        .select_from(ImportRow)
        .join(each, ImportRow.batch_id.is_not(None))
        .where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        .where(ImportRow.outcome.in_(("new", "update")))
    )
