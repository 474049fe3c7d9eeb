"""Who may be the same as somebody new: a hint beside the row, never a match."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select, union_all

from community.core import db
from community.exchange.matching.joining import Place
from community.exchange.matching.plans import Plan
from community.identity.models import Actor
from community.people.models import Person, PersonPhone
from community.people.policy import listed

MOST = 3


def find_likely(actor: Actor, plans: Mapping[Place, Plan]) -> dict[Place, list[UUID]]:
    """For the new among the plans: visible people of the same name or telephone number."""
    new = {place: plan.written for place, plan in plans.items() if plan.outcome == "new"}
    keys = {written["person"]["sort_key"] for written in new.values()}
    numbers = {phone["e164"] for written in new.values() for phone in written["phones"]} - {None}
    found = _holders(actor, sorted(keys), sorted(numbers))
    likely = {}
    for place, written in new.items():
        wanted = [written["person"]["sort_key"], *(p["e164"] for p in written["phones"])]
        ids = dict.fromkeys(person for key in wanted for person in found.get(key, ()))
        if ids:
            likely[place] = list(ids)[:MOST]
    return likely


def _holders(actor: Actor, keys: Sequence[str], numbers: Sequence[str]) -> dict[str, list[UUID]]:
    by_name = select(Person.sort_key.label("key"), Person.id).where(
        listed(actor), Person.sort_key.in_(keys)
    )
    by_number = (
        select(PersonPhone.e164, Person.id)
        .join(
            Person,
            (Person.team_id == PersonPhone.team_id) & (Person.id == PersonPhone.person_id),
        )
        .where(listed(actor), PersonPhone.team_id == actor.team_id)
        .where(PersonPhone.e164.in_(numbers) if numbers else literal(False))
    )
    found: dict[str, list[UUID]] = defaultdict(list)
    rows: list[Any] = list(db.session().execute(union_all(by_name, by_number)))
    for row in rows:
        found[row.key].append(row.id)
    return found
