"""What stands around a person on their page: their own words, ties, relations and common ground.

Read in one statement that is built once a shape of reader, as the page is opened more than any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from community.core.prepared import Prepared
from community.core.unions import PartRow, Parts
from community.home.queries.ground import Shared, ground_rows, read_ground
from community.identity.models import Actor
from community.people import queries as people
from community.people.queries import SeenRelation
from community.relationships import queries as ties

_PARTS = ("profile", "tie", "relation", "ground")


@dataclass(frozen=True)
class Around:
    """As far as the reader may see it."""

    profile: Mapping[str, Any]
    ties: Sequence[Any]
    relations: Sequence[SeenRelation]
    ground: Sequence[Shared]


def find_around(actor: Actor, person_id: UUID) -> Around:
    """What stands around a person (a canonical id); with oneself one shares nothing."""
    prepared, parts = _prepared(actor.shape)
    found: dict[str, list[PartRow]] = {code: [] for code in _PARTS}
    for row in prepared.rows({**actor.places, "person_id": person_id}):
        code, part = parts.read(row)
        found[code].append(part)
    return Around(
        profile=people.profile_by_part(found["profile"]),
        ties=ties.ordered_ties(actor, found["tie"]),
        relations=people.ordered_relations(found["relation"], person_id),
        ground=[] if actor.is_me(person_id) else read_ground(found["ground"]),
    )


@lru_cache(maxsize=100)
def _prepared(shape: tuple[str, int, int]) -> tuple[Prepared, Parts]:
    nobody, person_id = Actor.stand_in(shape), uuid4()
    parts = Parts(
        {
            "profile": people.profile_rows_of(nobody, person_id),
            "tie": ties.tie_rows_of(nobody, person_id),
            "relation": people.relation_rows_of(nobody, person_id),
            "ground": ground_rows(nobody, person_id),
        }
    )
    return Prepared(parts.statement, {**nobody.places, "person_id": person_id}), parts
