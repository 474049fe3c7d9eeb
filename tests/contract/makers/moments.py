"""Achievements and hard times; some taken on, some ended, some deleted."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from community.core import slugs
from community.people import actions
from community.people.actions import moments
from community.people.models import ACHIEVEMENT
from tests.contract.makers import people
from tests.contract.things import (
    EVERY,
    OWN,
    READERS,
    Kind,
    Maker,
    Thing,
    maker_of,
    visibility,
    word,
)
from tests.factories.identity import acting

if TYPE_CHECKING:
    from tests.contract.world import World

_FEW = tuple(case for case in EVERY if READERS[case] != READERS["team"] and case != "circle")
_ADD = {"achievement": actions.add_achievement, "hard_time": actions.add_hard_time}


def _maker(kind: str) -> Maker:
    """One about somebody whom the readers see."""

    def make(world: "World", case: str) -> Thing:
        maker, secret = maker_of(world, case), word()
        about = world.guest_person if case == "guest" else world.subject(maker)
        # A hard time in a foreign team is its author's alone: no team reads one.
        seen = visibility(world, case)
        is_few = kind != ACHIEVEMENT and case == "foreign"
        with acting(maker):
            made = _ADD[kind](
                maker,
                about.id,
                title=f"Quillon {secret}",
                visibility={**seen, "audience": "private"} if is_few else seen,
            )
            if case == "deleted":
                actions.delete_moment(maker, made.id)
        names = {f"{kind}_id": str(made.id), "moment_id": str(made.id)}
        path = {**names, "slug": slugs.slug(about.id, about.name)}
        return Thing(maker, READERS[case], path, (secret, str(made.id)), made.id)

    return make


def _after(kind: str, act: Callable[..., object]) -> Maker:
    """The same after its author did something with it."""

    def make(world: "World", case: str) -> Thing:
        made = _maker(kind)(world, case)
        with acting(made.maker):
            act(made.maker, made.id)
        return made

    return make


def _deleted(kind: str) -> Maker:
    """One that its author deleted by mistake."""

    def make(world: "World", case: str) -> Thing:
        made = _after(kind, actions.delete_moment)(world, case)
        undoers = frozenset({"stranger" if case == "foreign" else "author"})
        return Thing(made.maker, frozenset(), made.path, made.secrets, made.id, undoers=undoers)

    return make


def _kinds(kind: str, cases: tuple[str, ...]) -> dict[str, Kind]:
    return {
        kind: Kind(_maker(kind), (*cases, "deleted") if kind == ACHIEVEMENT else cases),
        f"deleted_{kind}": Kind(_deleted(kind), cases),
        f"claimed_{kind}": Kind(_after(kind, moments.claim), OWN),
        f"ended_{kind}": Kind(_after(kind, moments.finish), OWN),
    }


def asked_about(world: "World", case: str) -> Thing:
    """Somebody, and a question about them."""
    made = people.KINDS["person"].make(world, case)
    return replace(made, path={**made.path, "code": "hope"})


KINDS: dict[str, Kind] = {
    **_kinds("achievement", EVERY),
    **_kinds("hard_time", _FEW),
    "asked_about": Kind(asked_about),
}
