"""Pages and resources that read many features."""

from tests.contract.route import Route, api, outside, page

SOUGHT = (
    "?q=quilon",
    "?q=Vexara",
    "?q=Quillon Vexara",
    *(f"?q=Quillon Vexara&kind={kind}" for kind in ("person", "note", "fact", "give")),
)
ROUTES: tuple[Route, ...] = (
    api("GET", "/people/<uuid:person_id>/timeline", of="person"),
    api("GET", "/me/about"),
    api("GET", "/me/openings"),
    api("GET", "/search", query="?q=Quillon", queries=SOUGHT),
    page("GET", "/"),
    page(
        "GET",
        "/people/<slug>",
        of="person",
        queries=("?kind=note", "?kind=fact", "?kind=give&member="),
    ),
    page("GET", "/me/about"),
    page("GET", "/more"),
    page("GET", "/search", query="?q=Quillon", queries=("", *SOUGHT)),
    page("GET", "/search/palette", query="?q=Quillon", queries=("", "?q=quilon", "?q=Vexara")),
    page("GET", "/help"),
    outside("GET", "/help", answers=303),
)
