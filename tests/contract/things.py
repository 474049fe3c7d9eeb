"""Things that routes name: private, shared with some, the team's, a stranger's.

Every thing carries secrets: words and ids that must reach nobody but its readers. The makers of
each feature's kinds are in makers/; the matrix, the canaries and the comparison of answers
cover every kind that is named there.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from community.core import db, slugs, tokens
from community.identity.models import Actor

if TYPE_CHECKING:
    from tests.contract.world import World

INSIDERS = frozenset({"author", "named", "other", "owner", "steward"})
READERS: dict[str, frozenset[str]] = {
    "private": frozenset({"author"}),
    "people": frozenset({"author", "named"}),
    "circle": frozenset({"author", "named"}),
    "guest": frozenset({"author", "guest"}),
    "team": INSIDERS,
    "foreign": frozenset({"stranger"}),
    "deleted": frozenset(),
    "disputed": frozenset({"author", "other"}),
    "spent": frozenset(),
}
"""Who of the world sees a thing of each audience; everybody else must not know it is there."""
EVERY = tuple(case for case in READERS if case not in ("deleted", "disputed", "spent"))
OWN = ("private", "foreign")
SHARED = ("team", "foreign")

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Thing:
    """A thing and what its routes need of it.

    `readers` are those of the world who may read what it says, `knowers` those for whom its
    address is not simply nothing: the same, unless it was deleted and can be restored.
    """

    maker: Actor
    readers: frozenset[str]
    path: dict[str, str]
    secrets: tuple[str, ...] = ()
    id: UUID = field(default_factory=uuid4)
    name: str = ""
    email: str = ""
    undoers: frozenset[str] = frozenset()

    @property
    def knowers(self) -> frozenset[str]:
        """Who may do something with it."""
        return self.readers | self.undoers


Maker = Callable[["World", str], Thing]


@dataclass(frozen=True)
class Kind:
    """How a kind of thing is made, and for which audiences."""

    make: Maker
    cases: tuple[str, ...] = EVERY


def word(stem: str = "Vexara") -> str:
    """A word that occurs nowhere else."""
    return f"{stem}{next(_numbers)}q{uuid4().hex[:10]}"


def columns(world: "World", case: str) -> dict[str, Any]:
    """The audience of a case, as its columns."""
    who = world.people
    return {
        "private": {"audience": "private"},
        "people": {"audience": "people", "audience_people": [who["named"].person_id]},
        "circle": {"audience": "circle", "circle_id": world.circle_id},
        "guest": {"audience": "people", "audience_people": [who["guest"].person_id]},
        "team": {"audience": "team"},
        "foreign": {"audience": "team"},
        "deleted": {"audience": "team"},
        "disputed": {"audience": "team"},
    }[case]


def visibility(world: "World", case: str) -> dict[str, Any]:
    """The audience of a case, as it is sent."""
    found = columns(world, case)
    return {
        "audience": found["audience"],
        "people": found.get("audience_people", []),
        "circle_id": found.get("circle_id"),
    }


def maker_of(world: "World", case: str) -> Actor:
    """Who makes the things of a case; those of `spent` are made by somebody it will cost."""
    if case == "spent":
        return world.leaver()
    return world.people["stranger" if case == "foreign" else "author"]


def never_there(like: Thing) -> Thing:
    """An address like that of a thing, of nothing that ever was."""
    absent = {name: _absent(value) for name, value in like.path.items()}
    return Thing(like.maker, frozenset(), absent, name=like.name)


def _absent(value: str) -> str:
    try:
        UUID(value)
    except ValueError:
        return slugs.slug(db.new_id(), "Nobody") if slugs.read(value) else tokens.secret()
    return str(db.new_id())
