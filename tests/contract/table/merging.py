"""People who may be one, acts on many people, and saved lists."""

from typing import TYPE_CHECKING, Any

from community.core import slugs
from tests.contract.route import MEMBERS, NOBODY, Route, api, both, page

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


def _many(world: "World", thing: "Thing") -> dict[str, Any]:
    return {"act": "tag", "tag": world.new_name(), "person_ids": [str(thing.maker.person_id)]}


_VIEW = {"name": "Quillon and others", "query": "tag=Quillon"}
_SAVED = "/saved_views/<uuid:view_id>"
_PAGE = "/people/views/<uuid:view_id>"
_ACT = "/people/bulk_acts/<uuid:act_id>"
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
    api("POST", "/people/bulk_acts", sends=_many, roles=MEMBERS, answers=201),
    api("GET", _ACT, of="bulk_act"),
    api("DELETE", _ACT, of="bulk_act"),
    api("GET", "/saved_views"),
    api("POST", "/saved_views", sends=_VIEW, roles=MEMBERS, answers=201),
    api("GET", _SAVED, of="view"),
    api("PATCH", _SAVED, of="view", sends={"name": "Others"}, roles=NOBODY),
    api("DELETE", _SAVED, of="view", roles=NOBODY),
    api("POST", f"{_SAVED}/pin", of="view"),
    api("DELETE", f"{_SAVED}/pin", of="view"),
    page(
        "POST",
        "/people/many",
        sends={"act": "tag", "with_tag": "x", "all": "yes", "q": "zzz"},
        roles=MEMBERS,
    ),
    page("POST", "/people/many/<uuid:act_id>/undo", of="bulk_act"),
    page("POST", "/people/chosen.csv", answers=200),
    page("POST", "/people/views", sends=_VIEW, roles=MEMBERS),
    page("POST", f"{_PAGE}/pin", of="view"),
    page("POST", f"{_PAGE}/unpin", of="view"),
    page("POST", f"{_PAGE}/delete", of="view", roles=NOBODY),
    page("GET", "/people/duplicates"),
    page("POST", "/people/duplicates/apart", sends=_pair, roles=MEMBERS),
    page("POST", f"{_APART}/withdraw", of="distinction", roles=MEMBERS),
    page("GET", "/people/merges"),
    page("POST", f"{_MERGE}/undo", of="merge", roles=MEMBERS),
    *both("/people/<slug>/merge", of="person", sends=_with_member, roles=MEMBERS, shown_to=MEMBERS),
)
