"""My page and the directory."""

from tests.contract.route import KEEPERS, MEMBERS, Route, api, both, page

_SAYS = {"story": {"text": "Grew up by the sea."}}

ROUTES: tuple[Route, ...] = (
    api("GET", "/me/profile"),
    api("PATCH", "/me/profile", sends=_SAYS),
    api("GET", "/people/<uuid:person_id>/profile", of="person"),
    api("GET", "/directory", roles=MEMBERS, queries=("?q=Quillon",)),
    api("GET", "/people/<uuid:person_id>/holdings", of="person"),
    api("GET", "/people/<uuid:person_id>/openings", of="person", roles=KEEPERS),
    page("GET", "/me"),
    *both("/me/edit", sends={"text": "By the sea.", "visibility": "private"}),
    page("GET", "/directory", roles=MEMBERS, queries=("?q=Quillon",)),
)
