"""What some of the sample team's people achieved and go through, and who took it on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from community.demo.actions import stories
from community.demo.actions.year import Held
from community.identity.models import Actor
from community.people.actions import moments
from community.people.actions.moments import add_achievement, add_hard_time

Step = tuple[datetime, Callable[[], None]]
_TEAM: dict[str, Any] = {"audience": "team", "people": [], "circle_id": None}


def steps(
    now: datetime, held: Sequence[Held], actors: Mapping[str, Actor], ids: Mapping[str, UUID]
) -> Iterator[Step]:
    """Three achievements, of which one waits, one is claimed and one was answered; a hard time."""
    seen = [one for one in held if one.audience == "team"]
    acts = (None, moments.claim, moments.finish)
    for number, (one, title, act) in enumerate(zip(seen[4:], stories.ACHIEVED, acts, strict=False)):
        at = now - timedelta(days=4 + 3 * number)
        yield at, partial(_achieve, actors, ids, one, title, act)
    yield now - timedelta(days=6), partial(_go_through, actors, ids, seen[2])


def _achieve(
    actors: Mapping[str, Actor],
    ids: Mapping[str, UUID],
    one: Held,
    title: str,
    act: Callable[..., Any] | None,
) -> None:
    made = add_achievement(
        actors[one.author], ids[one.person.name], title=title, source="public", visibility=_TEAM
    )
    if act is not None:
        act(actors[one.known_by[0]], made.id)


def _go_through(actors: Mapping[str, Actor], ids: Mapping[str, UUID], one: Held) -> None:
    named = [ids[name] for name in one.known_by if name != one.author]
    add_hard_time(
        actors[one.author],
        ids[one.person.name],
        title=stories.HARD_TIME,
        visibility={"audience": "people", "people": named, "circle_id": None},
        is_with=True,
    )
