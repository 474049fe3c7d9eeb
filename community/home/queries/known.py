"""What a person's page says of them besides the timeline: facts, preferences, one open question."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from community.core import clock
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import queries as people
from community.people.formats.wording import KINDS, question_of_day

SHOWN = 100
_ORDER = {code: place for place, code in enumerate(KINDS)}


@dataclass(frozen=True)
class Known:
    """As far as the reader may see it; `question` is what they do not know, by its code."""

    facts: Sequence[Row[Any]]
    preferences: Sequence[Row[Any]]
    question: str | None


# What members say of themselves answers questions about them.
_ANSWERS = {"goals": "goal", "wishes": "hope", "how_to_work": "preferences"}


def find_known(actor: Actor, person: Row[Any], profile: Collection[str] = ()) -> Known:
    """Facts in the order of their kinds, then latest first; in two statements.

    `profile` are the parts that the person, a member, says of themself to the actor.
    """
    facts = people.find_facts(actor, person.id, PageRequest(SHOWN)).items
    preferences, dismissed = people.find_preferences_page(actor, person.id)
    told = {fact.kind for fact in facts}
    told |= {"preferences"} if preferences else set()
    told |= {_ANSWERS[part] for part in profile if part in _ANSWERS}
    told |= {"birthday"} if person.birthday_month else set()
    question = question_of_day(person.id, told, dismissed, clock.today(actor.zone))
    return Known(sorted(facts, key=lambda fact: _ORDER[fact.kind]), preferences, question)
