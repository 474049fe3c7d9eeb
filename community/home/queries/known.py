"""What a person's page says of them besides the timeline: facts, preferences, one open question."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from community.core import clock
from community.core.unions import PartRow
from community.identity.models import Actor
from community.people import queries as people
from community.people.formats.wording import KINDS, question_of_day

_ORDER = {code: place for place, code in enumerate(KINDS)}


@dataclass(frozen=True)
class Known:
    """As far as the reader may see it; `question` is what they do not know, by its code."""

    facts: Sequence[PartRow]
    moments: Sequence[PartRow]
    preferences: Sequence[Row[Any]]
    question: str | None
    dismissed: Collection[str]


# What members say of themselves answers questions about them.
_ANSWERS = {"goals": "goal", "wishes": "hope", "how_to_work": "preferences"}


def find_known(
    actor: Actor, person: Row[Any], ties: Sequence[Row[Any]], profile: Collection[str] = ()
) -> Known:
    """Facts in the order of their kinds, then latest first; in two statements.

    How somebody was met is a tie's to say (`ties`, of find_ties_of); what was stated as a fact
    before is read as well. `profile` are the parts that the person, a member, says of themself to
    the actor.
    """
    facts, moments = people.find_facts_and_moments(actor, person.id)
    preferences, dismissed = people.find_preferences_page(actor, person.id)
    told = {fact.kind for fact in facts}
    told |= {"preferences"} if preferences else set()
    told |= {_ANSWERS[part] for part in profile if part in _ANSWERS}
    told |= {"birthday"} if person.birthday_month else set()
    told |= {"how_we_met"} if any(actor.is_me(tie.author_id) for tie in ties) else set()
    question = question_of_day(person.id, told, dismissed, clock.today(actor.zone))
    ordered = sorted(facts, key=lambda fact: _ORDER[fact.kind])
    return Known(ordered, moments, preferences, question, dismissed)
