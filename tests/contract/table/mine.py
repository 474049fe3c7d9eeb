"""My page and the directory."""

from typing import TYPE_CHECKING, Any

from tests.contract.route import KEEPERS, MEMBERS, NOBODY, Route, api, both, page

if TYPE_CHECKING:
    from tests.contract.things import Thing
    from tests.contract.world import World


def _to_friend(world: "World", thing: "Thing") -> dict[str, Any]:
    """To a colleague of whoever made the person."""
    is_foreign = thing.maker is world.people["stranger"]
    return {"to_id": str((world.friend if is_foreign else world.people["named"]).person_id)}


_SAYS = {"story": {"text": "Grew up by the sea."}}

ROUTES: tuple[Route, ...] = (
    api("GET", "/me/profile"),
    api("PATCH", "/me/profile", sends=_SAYS),
    api("GET", "/people/<uuid:person_id>/profile", of="person"),
    api("GET", "/directory", roles=MEMBERS, queries=("?q=Quillon",)),
    api("GET", "/people/<uuid:person_id>/holdings", of="person"),
    api("GET", "/people/<uuid:person_id>/openings", of="person", roles=KEEPERS),
    api("GET", "/people/<uuid:person_id>/context", of="person", roles=MEMBERS),
    api(
        "POST",
        "/people/<uuid:person_id>/handovers",
        of="shared_person",
        sends=_to_friend,
        refers=("to_id",),
        roles=MEMBERS,
        answers=201,
    ),
    api("GET", "/people/<uuid:person_id>/common_ground", of="person"),
    api("GET", "/handovers"),
    api("GET", "/handovers/<uuid:handover_id>", of="handover"),
    api("DELETE", "/handovers/<uuid:handover_id>", of="handover", roles=NOBODY),
    *both(
        "/people/<slug>/context",
        of="shared_person",
        sends=_to_friend,
        roles=MEMBERS,
        shown_to=MEMBERS,
    ),
    page("POST", "/handovers/<uuid:handover_id>/take-back", of="handover", roles=NOBODY),
    page("GET", "/me"),
    *both("/me/edit", sends={"text": "By the sea.", "visibility": "private"}),
    page("GET", "/directory", roles=MEMBERS, queries=("?q=Quillon",)),
)
