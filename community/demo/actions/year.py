"""The sample team's year as a plan: who helped whom, when it was written, what was answered.

Plain data from a seed and the present moment, no database. The same day gives the same plan,
and every date moves with the day, so that the year always ends today.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from community.demo.actions import stories
from community.demo.actions.cast import MEMBERS, OUTSIDERS, Member, Outsider

SEED = 20_261_122
GIVES = 400
DAYS = 365
FIRST_MORNING = timedelta(days=DAYS + 20)
"""The team was set up some weeks before the first entry."""
# How many gives of each fate; with the replacements of corrected ones they make GIVES.
FATES = {
    "thanked": 145,
    "thanked_outside": 60,
    "acknowledged": 65,
    "amended": 8,
    "awaiting": 10,
    "lapsed": 6,
    "lapsed_then_thanked": 3,
    "disputed": 3,
    "disputed_then_settled": 1,
    "retracted": 3,
    "no_reply": 6,
    "corrected": 3,
    "voided": 1,
    "outside": 70,
    "outside_no_reply": 5,
    "told": 2,
    "told_and_answered": 6,
}
REPLACED = FATES["corrected"]
LAPSES = timedelta(days=30, hours=6)


@dataclass(frozen=True)
class Act:
    """One act of the year: the n-th give is logged, answered, or something else becomes of it."""

    at: datetime
    give: int
    verb: str
    by: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Planned:
    """A give of the plan and everything that becomes of it, in order."""

    number: int
    fate: str
    giver: str
    receiver: str
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class Held:
    """An outsider as the team knows them: who entered them, who knows them, who may see them."""

    person: Outsider
    author: str
    known_by: tuple[str, ...]
    audience: str
    entered_at: datetime


def hold_outsiders(now: datetime) -> list[Held]:
    """Each person outside with the members who know them; four private, four of a circle."""
    random = Random(SEED)
    held = []
    for number, person in enumerate(OUTSIDERS):
        names = random.sample([member.name for member in MEMBERS], 4)
        audience = {7: "private", 9: "circle"}.get(number % 10, "team")
        author = _noor_if(number in (0, 1, 7), names[0])
        known = (author, *[name for name in names if name != author][: random.randint(1, 3)])
        if audience != "team":
            known = (author,)
        at = now - FIRST_MORNING + timedelta(days=number % 15, hours=random.randint(1, 6))
        held.append(Held(person, author, known, audience, at))
    return held


def _noor_if(wanted: bool, otherwise: str) -> str:
    return MEMBERS[0].name if wanted else otherwise


def plan_year(now: datetime) -> list[Planned]:
    """The whole year, oldest give first."""
    year = _Year(now)
    fates = [fate for fate, count in FATES.items() for _ in range(count)]
    year.random.shuffle(fates)
    return [year.plan(number, fate) for number, fate in enumerate(fates)]


def acts_in_order(planned: Sequence[Planned]) -> list[Act]:
    """Every act of every give, as time went by."""
    return sorted(
        (act for each in planned for act in each.acts), key=lambda act: (act.at, act.give, act.verb)
    )


class _Year:
    """The dice and what they have shown so far."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.random = Random(SEED)
        self.held = hold_outsiders(now)
        self.thirds = [held.person.name for held in self.held if held.audience == "team"]
        self.told: set[tuple[str, str, str]] = set()
        self.for_the_owner = 3

    def plan(self, number: int, fate: str) -> Planned:
        """One give: who, what, when, and what became of it."""
        days = self._days_ago(number, fate)
        writer, other = self._people(fate, days)
        thanks = fate.startswith("thanked")
        giver, receiver = (other, writer) if thanks else (writer, other)
        happened_on = (self.now - timedelta(days=days)).date()
        at = self._written_at(happened_on)
        first = Act(
            at,
            number,
            "thank" if thanks else "log",
            writer,
            self._words(fate, happened_on, writer, other),
        )
        follow = _FOLLOW.get(fate)
        later = tuple(follow(self, first, giver, receiver)) if follow else ()
        return Planned(number, fate, giver, receiver, (first, *later))

    def _days_ago(self, number: int, fate: str) -> int:
        """How long ago; the oldest a year back, the newest today, more of them lately."""
        if fate in ("awaiting", "told"):
            return self.random.randint(1, 17)
        if fate in _SLOW:
            return self.random.randint(45, 320)
        if fate == "thanked" and number % 40 < 2:
            return (0, DAYS - 1)[number % 2]
        return int(self.random.triangular(1, DAYS - 2, 14))

    def _people(self, fate: str, days: int) -> tuple[str, str]:
        """Who writes, and whom it is about."""
        if fate == "awaiting" and self.for_the_owner:
            self.for_the_owner -= 1
            return self._member(but=MEMBERS[0].name), MEMBERS[0].name
        writer = self._member()
        if fate in _OUTSIDE:
            known = [
                held.person.name
                for held in self.held
                if writer in held.known_by and self._tellable(held, fate)
            ]
            if not known:
                return self._people(fate, days)
            return writer, self.random.choice(known)
        return writer, self._member(but=writer)

    def _tellable(self, held: Held, fate: str) -> bool:
        return held.audience == "team" or not fate.startswith("told")

    def _member(self, but: str = "") -> str:
        able = [member for member in MEMBERS if member.name != but]
        return self.random.choices(able, [member.drive for member in able])[0].name

    def _written_at(self, day: date) -> datetime:
        """Within working hours of that day or the next two, and before now."""
        late = timedelta(days=self.random.choice((0, 0, 0, 1, 2)), hours=self.random.randint(8, 18))
        at = datetime.combine(day, time(minute=self.random.randint(0, 59)), UTC) + late
        return min(at, self.now - timedelta(hours=3, minutes=self.random.randint(0, 50)))

    def _words(self, fate: str, happened_on: date, writer: str, other: str) -> dict[str, Any]:
        """What is written, in words these two have not used before."""
        while True:
            kind, size = stories.kind_and_size(self.random)
            thirds = [name for name in self.thirds if name not in (writer, other)]
            story = stories.phrase(self.random, kind, size, thirds)
            if (writer, other, story) not in self.told:
                break
        self.told.add((writer, other, story))
        data: dict[str, Any] = {
            "kind": kind,
            "size": size,
            "happened_on": happened_on,
            "story": story,
        }
        if kind in ("time", "mentoring") and size != "small":
            data["minutes"] = {"medium": (60, 90), "large": (480, 960)}[size][
                self.random.randint(0, 1)
            ]
        data["audience"] = "default"
        if fate.endswith("no_reply"):
            data["no_reply"] = True
        elif fate in ("thanked", "acknowledged"):
            data["audience"] = self.random.choices(("default", "private", "circle"), (84, 8, 8))[0]
        if fate == "thanked" or fate == "thanked_outside":
            data["thanks"] = self.random.choice((*stories.THANKS, *[""] * 8))
        if fate.startswith("told"):
            data["letter"] = True
        return data

    def soon(self, act: Act, *, most_days: float = 5) -> datetime:
        """Some time after an act, and before now."""
        room = min(timedelta(days=most_days), self.now - act.at - timedelta(minutes=20))
        return act.at + timedelta(minutes=5) + room * self.random.random()

    def yes(self, act: Act, by: str) -> Act:
        """The receiver says yes, often with words, now and then with how much it meant."""
        data: dict[str, Any] = {"thanks": self.random.choice((*stories.THANKS, *[""] * 5))}
        if self.random.random() < 0.3:
            data["impact"] = self.random.choices(("small", "medium", "large"), (1, 3, 3))[0]
        return Act(self.soon(act), act.give, "acknowledge", by, data)

    def amended(self, act: Act, by: str) -> Act:
        """Yes, and a little different: another size, or a day earlier."""
        other = {"small": "medium", "medium": "large", "large": "medium"}[act.data["size"]]
        data: dict[str, Any] = {"thanks": self.random.choice(stories.THANKS), "size": other}
        if self.random.random() < 0.4:
            data = {
                "happened_on": act.data["happened_on"] - timedelta(days=1),
                "thanks": data["thanks"],
            }
        return Act(self.soon(act), act.give, "amend", by, data)

    def no(self, act: Act, by: str) -> Act:
        """Not how the receiver remembers it."""
        return Act(
            self.soon(act), act.give, "dispute", by, {"reason": self.random.choice(stories.REASONS)}
        )

    def lapsed(self, act: Act) -> Act:
        """Thirty days went by."""
        return Act(act.at + LAPSES, act.give, "lapse", "")


_OUTSIDE = ("thanked_outside", "outside", "outside_no_reply", "told", "told_and_answered")
_SLOW = (
    "lapsed",
    "lapsed_then_thanked",
    "disputed",
    "disputed_then_settled",
    "corrected",
    "voided",
)


def _acknowledged(year: _Year, first: Act, _giver: str, receiver: str) -> Iterator[Act]:
    yield year.yes(first, receiver)


def _amended(year: _Year, first: Act, _giver: str, receiver: str) -> Iterator[Act]:
    yield year.amended(first, receiver)


def _lapsed(year: _Year, first: Act, _giver: str, _receiver: str) -> Iterator[Act]:
    yield year.lapsed(first)


def _lapsed_then_thanked(year: _Year, first: Act, _giver: str, receiver: str) -> Iterator[Act]:
    lapsed = year.lapsed(first)
    yield lapsed
    yield year.yes(lapsed, receiver)


def _disputed(year: _Year, first: Act, _giver: str, receiver: str) -> Iterator[Act]:
    yield year.no(first, receiver)


def _settled(year: _Year, first: Act, _giver: str, receiver: str) -> Iterator[Act]:
    no = year.no(first, receiver)
    yield no
    yield year.yes(no, receiver)


def _retracted(year: _Year, first: Act, giver: str, _receiver: str) -> Iterator[Act]:
    yield Act(year.soon(first, most_days=0.1), first.give, "retract", giver)


def _corrected(year: _Year, first: Act, giver: str, receiver: str) -> Iterator[Act]:
    yes = year.yes(first, receiver)
    yield yes
    size = {"small": "medium", "medium": "small", "large": "medium"}[first.data["size"]]
    yield Act(year.soon(yes), first.give, "correct", receiver, {"replacement": {"size": size}})


def _voided(year: _Year, first: Act, giver: str, receiver: str) -> Iterator[Act]:
    yes = year.yes(first, receiver)
    yield yes
    yield Act(year.soon(yes), first.give, "correct", giver)


def _answered_by_link(year: _Year, first: Act, _giver: str, _receiver: str) -> Iterator[Act]:
    words = year.random.choice(stories.THANKS)
    yield Act(year.soon(first), first.give, "answer_by_link", "", {"words": words})


_FOLLOW: dict[str, Callable[[_Year, Act, str, str], Iterator[Act]]] = {
    "acknowledged": _acknowledged,
    "amended": _amended,
    "lapsed": _lapsed,
    "lapsed_then_thanked": _lapsed_then_thanked,
    "disputed": _disputed,
    "disputed_then_settled": _settled,
    "retracted": _retracted,
    "corrected": _corrected,
    "voided": _voided,
    "told_and_answered": _answered_by_link,
}

__all__ = [
    "GIVES",
    "Act",
    "Held",
    "Member",
    "Planned",
    "acts_in_order",
    "hold_outsiders",
    "plan_year",
]
