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

_HALE = {"name": "Quillon Studio", "visibility": "team"}
_LEAD = {"title": "Lead"}
_ORGANISATION, _PLACE = (
    "/organisations/<uuid:organisation_id>",
    "/people/<uuid:person_id>/positions",
)

_ORGANISATIONS = (
    api("GET", "/organisations", queries=("?q=quillon", "?archived=any")),
    api("POST", "/organisations", sends={"name": "Quillon"}, roles=MEMBERS, answers=201),
    api("GET", _ORGANISATION, of="organisation"),
    api("PATCH", _ORGANISATION, of="organisation", sends={"about": "Tea."}, roles=MEMBERS),
    api("DELETE", _ORGANISATION, of="organisation", roles=KEEPERS),
    api(
        "POST",
        f"{_ORGANISATION}/restoration",
        of="deleted_organisation",
        roles=KEEPERS,
        refusal=404,
    ),
    api("POST", f"{_ORGANISATION}/archiving", of="organisation", roles=MEMBERS),
    api("DELETE", f"{_ORGANISATION}/archiving", of="organisation", roles=MEMBERS),
    api("GET", f"{_ORGANISATION}/people", of="organisation"),
    api("GET", _PLACE, of="person"),
    api("POST", _PLACE, of="person", sends=_LEAD, roles=MEMBERS, answers=201),
    api("PATCH", f"{_PLACE}/<uuid:position_id>", of="position", sends=_LEAD, roles=MEMBERS),
    api("DELETE", f"{_PLACE}/<uuid:position_id>", of="position", roles=MEMBERS),
    page("GET", "/organisations", queries=("?q=Quillon", "?show=any")),
    *both("/organisations/new", sends=_HALE, roles=MEMBERS, shown_to=MEMBERS),
    page("GET", "/organisations/<slug>", of="organisation"),
    *both("/organisations/<slug>/edit", of="organisation", sends={"name": "Q"}, roles=MEMBERS),
    page("POST", "/organisations/<slug>/archive", of="organisation", roles=MEMBERS),
    page("POST", "/organisations/<slug>/unarchive", of="organisation", roles=MEMBERS),
    page("POST", "/organisations/<slug>/delete", of="organisation", roles=KEEPERS),
    page(
        "POST",
        "/organisations/<slug>/restore",
        of="deleted_organisation",
        roles=KEEPERS,
        refusal=404,
    ),
    *both("/people/<slug>/positions", of="person", sends=_LEAD, roles=MEMBERS),
)


def _about_spare(world: "World", thing: "Thing") -> dict[str, Any]:
    return {"kind": "friend", "other_id": str(world.spare(thing.maker).id)}


def _about_named(world: "World", thing: "Thing") -> dict[str, Any]:
    return {"kind": "friend", "who": world.spare(thing.maker).name}


def _own_word(world: "World", _thing: "Thing") -> dict[str, Any]:
    return {"name": world.new_name()}


_RELATION, _BACK = "/relations/<uuid:relation_id>", {"word": "rows with"}
_BACK_FORM = {"kind": "other", "word": "rows with"}

_RELATIONS = (
    api("GET", "/people/<uuid:person_id>/relations", of="person"),
    api(
        "POST",
        "/people/<uuid:person_id>/relations",
        of="person",
        sends=_about_spare,
        refers=("other_id",),
        roles=MEMBERS,
        answers=201,
    ),
    api("GET", _RELATION, of="relation"),
    api("PATCH", _RELATION, of="relation", sends=_BACK, roles=NOBODY),
    api("DELETE", _RELATION, of="relation", roles=NOBODY),
    api("POST", f"{_RELATION}/restoration", of="deleted_relation", roles=NOBODY, refusal=404),
    api("GET", "/relation_kinds"),
    api("POST", "/relation_kinds", sends=_own_word, roles=KEEPERS, by="owner", answers=201),
    api(
        "PATCH",
        "/relation_kinds/<uuid:kind_id>",
        of="relation_kind",
        sends={"archived": True},
        roles=KEEPERS,
        by="owner",
    ),
    *both("/people/<slug>/relations", of="person", sends=_about_named, roles=MEMBERS),
    *both(f"{_RELATION}/edit", of="relation", sends=_BACK_FORM, roles=NOBODY),
    page("POST", f"{_RELATION}/remove", of="relation", roles=NOBODY),
    page("POST", f"{_RELATION}/restore", of="deleted_relation", roles=NOBODY, refusal=404),
    *both("/admin/relations", sends=_own_word, roles=KEEPERS, by="owner"),
    page(
        "POST",
        "/admin/relations/<uuid:kind_id>/archive",
        of="relation_kind",
        roles=KEEPERS,
        by="owner",
    ),
    page(
        "POST",
        "/admin/relations/<uuid:kind_id>/unarchive",
        of="relation_kind",
        roles=KEEPERS,
        by="owner",
    ),
)


def _met_spare(world: "World", thing: "Thing") -> dict[str, Any]:
    return {"person_id": str(world.spare(thing.maker).id), "met_on": "2019"}


_MET = {"met_where": "Porto"}

_TIES = (
    api("GET", "/ties"),
    api("POST", "/ties", sends=_met_spare, refers=("person_id",), roles=MEMBERS, answers=201),
    api("GET", "/ties/<uuid:tie_id>", of="tie"),
    api("PATCH", "/ties/<uuid:tie_id>", of="tie", sends=_MET, roles=NOBODY),
    api("DELETE", "/ties/<uuid:tie_id>", of="tie", roles=NOBODY),
    api("POST", "/ties/<uuid:tie_id>/restoration", of="deleted_tie", roles=NOBODY, refusal=404),
    *both("/people/<slug>/met", of="person", sends=_MET, roles=MEMBERS),
    page("POST", "/ties/<uuid:tie_id>/forget", of="tie", roles=NOBODY),
    page("POST", "/ties/<uuid:tie_id>/restore", of="deleted_tie", roles=NOBODY, refusal=404),
)


def _own_field(world: "World", _thing: "Thing") -> dict[str, Any]:
    return {"name": world.new_name(), "kind": "text"}


def _placed(world: "World", _thing: "Thing") -> dict[str, Any]:
    return {"name": world.new_name(), "place": "3"}


_FIELD = "/admin/fields/<uuid:field_id>"

_FIELDS = (
    api("GET", "/custom_fields"),
    api("POST", "/custom_fields", sends=_own_field, roles=KEEPERS, by="owner", answers=201),
    api(
        "PATCH",
        "/custom_fields/<uuid:field_id>",
        of="custom_field",
        sends={"place": 3},
        roles=KEEPERS,
        by="owner",
    ),
    *both("/admin/fields", sends=_own_field, roles=KEEPERS, by="owner"),
    *both(_FIELD, of="custom_field", sends=_placed, roles=KEEPERS, by="owner"),
    page("POST", f"{_FIELD}/archive", of="custom_field", roles=KEEPERS, by="owner"),
    page("POST", f"{_FIELD}/unarchive", of="custom_field", roles=KEEPERS, by="owner"),
)

ROUTES: tuple[Route, ...] = (
    *_API,
    *_PORTAL,
    *_ORGANISATIONS,
    *_RELATIONS,
    *_TIES,
    *_FIELDS,
)
