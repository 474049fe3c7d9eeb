"""Pictures of people."""

import io
from typing import TYPE_CHECKING, Any

from tests.contract.route import MEMBERS, Route, api, both, page
from tests.people.picturing import drawn

if TYPE_CHECKING:
    from tests.contract.things import Thing
    from tests.contract.world import World


def _file(_world: Any, _thing: Any) -> dict[str, Any]:
    return {"file": (io.BytesIO(drawn()), "face.png")}


def _earlier(_world: "World", thing: "Thing") -> dict[str, Any]:
    return {"picture_id": thing.path["picture_id"]}


_OF: dict[str, Any] = {"of": "picture", "roles": MEMBERS}
_API = "/people/<uuid:person_id>/picture"
_PAGE = "/people/<slug>/picture"
ROUTES: tuple[Route, ...] = (
    api("GET", _API, of="picture", queries=("?size=small",)),
    api("PUT", _API, sends=_file, uploads=True, **_OF),
    api("DELETE", _API, **_OF),
    api("POST", f"{_API}/restoration", sends=_earlier, **_OF),
    page("GET", "/pictures/<uuid:picture_id>", of="picture"),
    *both(_PAGE, sends=_file, **_OF),
    page("POST", f"{_PAGE}/remove", **_OF),
    page("POST", f"{_PAGE}/<uuid:picture_id>/restore", **_OF),
)
