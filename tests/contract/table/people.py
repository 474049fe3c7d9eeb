"""People and notes."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from community.people import actions
from tests.contract.route import KEEPERS, MEMBERS, NOBODY, Route, api, both, page
from tests.factories.identity import acting
from tests.factories.people import make_note

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
    return {"name": "Quillon Again", "visibility": "team", "anyway": "yes"}


def _many(world: "World", _thing: "Thing") -> dict[str, Any]:
    return {"items": [{**_somebody(world, _thing), "external_id": world.new_name()}]}


def _its_name(_world: "World", thing: "Thing") -> dict[str, Any]:
    return {"name": thing.name}


def _disputing(world: "World", thing: "Thing") -> dict[str, Any]:
    """A note about whoever asks, of somebody else's."""
    who = world.people
    of_home = thing.maker.team_id == who["author"].team_id
    author = who["author"] if of_home else who["stranger"]
    if author == thing.maker:
        author = who["named"] if of_home else world.friend
    note = make_note(author, thing.maker.person_id, world.new_name(), audience="team")
    return {"kind": "note", "id": str(note.id), "reason": "Not so."}


def _disputed(world: "World", thing: "Thing") -> dict[str, Any]:
    """The same, disputed already."""
    sent = _disputing(world, thing)
    with acting(thing.maker):
        actions.dispute_note(thing.maker, UUID(sent["id"]))
    return {"kind": "note", "id": sent["id"]}


_API = (
    api("GET", "/disputes", queries=("?state=any", "?state=over")),
    api("POST", "/disputes", sends=_disputing, answers=201),
    api("DELETE", "/disputes", sends=_disputed),
    api("GET", "/disputes/<uuid:dispute_id>", of="dispute"),
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
    page(
        "POST",
        "/notes/<uuid:note_id>/dispute",
        of="note_about_subject",
        sends={"reason": "Not so."},
        by="other",
        roles=("member",),
    ),
    page("POST", "/notes/<uuid:note_id>/let-stand", of="disputed_note", by="other"),
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
