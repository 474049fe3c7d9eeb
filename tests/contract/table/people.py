"""People and notes."""

from typing import TYPE_CHECKING, Any

from tests.contract.route import KEEPERS, MEMBERS, NOBODY, Route, api, both, page

if TYPE_CHECKING:
    from tests.contract.things import Thing
    from tests.contract.world import World

_SEARCHES = ("?q=Quillon", "?q=quil", "?archived=any&sort=-updated")
_NOTE = {"body": "Met at the fair."}


def _somebody(world: "World", _thing: "Thing") -> dict[str, Any]:
    """Somebody entered anew, with the name and address of one who is hidden from most."""
    hidden = world.thing("person", "private")
    return {"name": "Quillon Again", "emails": [{"value": hidden.email}]}


def _somebody_typed(_world: "World", _thing: "Thing") -> dict[str, Any]:
    return {"name": "Quillon Again", "visibility": "team"}


def _many(world: "World", _thing: "Thing") -> dict[str, Any]:
    return {"items": [{**_somebody(world, _thing), "external_id": world.new_name()}]}


def _its_name(_world: "World", thing: "Thing") -> dict[str, Any]:
    return {"name": thing.name}


_API = (
    api(
        "GET",
        "/people",
        queries=(*_SEARCHES, "?is_member=no", "?updated_since=2020-01-01T00:00:00Z"),
    ),
    api("POST", "/people", sends=_somebody, roles=MEMBERS, answers=201),
    api("POST", "/people/bulk", sends=_many, roles=MEMBERS),
    api("GET", "/people/<uuid:person_id>", of="person"),
    api(
        "PATCH",
        "/people/<uuid:person_id>",
        of="person",
        sends={"call_name": "Quill"},
        roles=MEMBERS,
    ),
    api("DELETE", "/people/<uuid:person_id>", of="person", roles=KEEPERS),
    api(
        "POST",
        "/people/<uuid:person_id>/restoration",
        of="deleted_person",
        roles=KEEPERS,
        refusal=404,
    ),
    api("POST", "/people/<uuid:person_id>/archiving", of="person", roles=MEMBERS),
    api("DELETE", "/people/<uuid:person_id>/archiving", of="person", roles=MEMBERS),
    api("GET", "/people/<uuid:person_id>/notes", of="person"),
    api(
        "POST",
        "/people/<uuid:person_id>/notes",
        of="person",
        sends=_NOTE,
        roles=MEMBERS,
        answers=201,
    ),
    api("GET", "/notes/<uuid:note_id>", of="note"),
    api("PATCH", "/notes/<uuid:note_id>", of="note", sends=_NOTE, roles=NOBODY),
    api("DELETE", "/notes/<uuid:note_id>", of="note", roles=NOBODY),
    api("POST", "/notes/<uuid:note_id>/restoration", of="deleted_note", roles=NOBODY, refusal=404),
)

_PORTAL = (
    page("GET", "/people", queries=("?q=Quillon", "?show=any&sort=-updated")),
    *both("/people/new", sends=_somebody_typed, roles=MEMBERS, shown_to=MEMBERS),
    *both("/people/paste", sends={"lines": "Quillon Again"}, roles=MEMBERS, shown_to=MEMBERS),
    *both("/people/<slug>/edit", of="person", sends={"name": "Quillon"}, roles=MEMBERS),
    *both("/people/<slug>/delete", of="person", sends=_its_name, roles=KEEPERS),
    page("POST", "/people/<slug>/archive", of="person", roles=MEMBERS),
    page("POST", "/people/<slug>/unarchive", of="person", roles=MEMBERS),
    page("POST", "/people/<slug>/restore", of="deleted_person", roles=KEEPERS, refusal=404),
    page("POST", "/people/<slug>/notes", of="person", sends=_NOTE, roles=MEMBERS),
    *both("/notes/<uuid:note_id>/edit", of="note", sends=_NOTE, roles=NOBODY),
    page("POST", "/notes/<uuid:note_id>/delete", of="note", roles=NOBODY),
    page("POST", "/notes/<uuid:note_id>/restore", of="deleted_note", roles=NOBODY, refusal=404),
)

ROUTES: tuple[Route, ...] = (*_API, *_PORTAL)
