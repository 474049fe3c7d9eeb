"""Imports: the file, its columns, its rows, publishing and undoing."""

import io
from typing import Any

from tests.contract.route import MEMBERS, Route, api, page


def _file(_world: Any, _thing: Any) -> dict[str, Any]:
    return {"file": (io.BytesIO(b"Name,Email\nMara Ellison,mara@example.org\n"), "people.csv")}


_BATCH = "/imports/<uuid:batch_id>"
_PAGE = "/people/import/<uuid:batch_id>"

ROUTES: tuple[Route, ...] = (
    api("GET", "/changes", queries=("?from=now", "?limit=3"), tells_deletions=True),
    api("GET", "/people/cards", scope="admin", queries=("?q=Quillon", "?version=3.0&tag=x")),
    api("GET", "/people/<uuid:person_id>/card", of="person", query="?version=3.0"),
    api("GET", "/imports"),
    api("POST", "/imports", sends=_file, uploads=True, roles=MEMBERS, answers=202),
    api("GET", _BATCH, of="import"),
    api("GET", f"{_BATCH}/rows", of="import"),
    api("GET", f"{_BATCH}/news", of="import", query="?state=offered"),
    api("POST", f"{_BATCH}/news/<uuid:person_id>/acceptance", of="news"),
    api("POST", f"{_BATCH}/news/<uuid:person_id>/dismissal", of="news"),
    api("POST", f"{_BATCH}/publication", of="import", answers=202),
    api("DELETE", _BATCH, of="import"),
    page("GET", "/people/import", roles=MEMBERS),
    page(
        "POST",
        "/people/import",
        sends={"pasted": "Name,Email\nMara Ellison,mara@example.org\n"},
        roles=MEMBERS,
    ),
    page("GET", _PAGE, of="import"),
    page("GET", f"{_PAGE}/columns", of="import"),
    page(
        "POST",
        f"{_PAGE}/columns",
        of="import",
        sends={"target-0": "name", "target-1": "email"},
    ),
    page("POST", f"{_PAGE}/news/<uuid:person_id>/accept", of="news"),
    page("POST", f"{_PAGE}/news/<uuid:person_id>/dismiss", of="news"),
    page("POST", f"{_PAGE}/publish", of="import"),
    page("POST", f"{_PAGE}/undo", of="import"),
    page("POST", "/people.csv", answers=200),
    page("POST", "/people.vcf", answers=200),
    page("GET", "/people.vcf", queries=("?q=Quillon",)),
    page("GET", "/people/<slug>/export", of="person"),
    page("GET", "/people.csv", queries=("?q=Quillon", "?show=any&sort=-updated")),
)
