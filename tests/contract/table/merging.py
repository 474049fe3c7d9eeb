"""People who may be one: pairs, merges, and pairs that are two."""

from typing import TYPE_CHECKING, Any

from community.core import slugs
from tests.contract.route import MEMBERS, Route, api, both, page

if TYPE_CHECKING:
    from tests.contract.things import Thing
    from tests.contract.world import World


def _two(world: "World", thing: "Thing") -> dict[str, Any]:
    made = [world.spare(thing.maker).id for _number in range(2)]
    return {"keep_id": str(made[0]), "merge_id": str(made[1])}


def _pair(world: "World", _thing: "Thing") -> dict[str, Any]:
    one, other = (world.people[who].person_id for who in ("author", "named"))
    return {"a_id": str(one), "b_id": str(other)}


def _with_member(_world: "World", thing: "Thing") -> dict[str, Any]:
    """A member is the one that is kept: the page turns the two round."""
    return {"with": slugs.slug(thing.maker.person_id, thing.maker.name)}


_MERGE = "/people/merges/<uuid:merge_id>"
_APART = "/people/distinctions/<uuid:distinction_id>"
ROUTES: tuple[Route, ...] = (
    api("GET", "/people/duplicates"),
    api(
        "POST",
        "/people/distinctions",
        sends=_pair,
        refers=("a_id", "b_id"),
        roles=MEMBERS,
        answers=201,
    ),
    api("GET", _APART, of="distinction"),
    api("DELETE", _APART, of="distinction", roles=MEMBERS),
    api("GET", "/people/merges"),
    api(
        "POST",
        "/people/merges",
        sends=_two,
        refers=("keep_id", "merge_id"),
        roles=MEMBERS,
        answers=201,
    ),
    api("GET", _MERGE, of="merge"),
    api("DELETE", _MERGE, of="merge", roles=MEMBERS),
    page("GET", "/people/duplicates"),
    page("POST", "/people/duplicates/apart", sends=_pair, refers=("a_id", "b_id"), roles=MEMBERS),
    page("POST", f"{_APART}/withdraw", of="distinction", roles=MEMBERS),
    page("GET", "/people/merges"),
    page("POST", f"{_MERGE}/undo", of="merge", roles=MEMBERS),
    *both("/people/<slug>/merge", of="person", sends=_with_member, roles=MEMBERS, shown_to=MEMBERS),
)
