"""Data rights: requests, questions to authors, files, grounds and consent, erasure."""

from typing import TYPE_CHECKING, Any

from tests.contract.route import KEEPERS, MEMBERS, OWNER, Route, api, page

if TYPE_CHECKING:
    from tests.contract.things import Thing
    from tests.contract.world import World

_CONSENT = {"purpose": "the newsletter", "is_given": True}


def _its_name(_world: "World", thing: "Thing") -> dict[str, Any]:
    return {"name": thing.name}


_ASKED = "/subject_requests/<uuid:request_id>"
_PERSON = "/people/<uuid:person_id>"
_FILE = "/exports/<uuid:export_id>"
_API = (
    api("GET", "/subject_requests"),
    api("POST", "/subject_requests", sends={"kind": "access"}, answers=201),
    api("GET", _ASKED, of="data_request"),
    api("POST", f"{_ASKED}/preparation", of="data_request", roles=KEEPERS, by="steward"),
    api(
        "POST",
        f"{_ASKED}/completion",
        of="prepared_request",
        roles=OWNER,
        by="owner",
        scope="admin",
    ),
    api(
        "POST",
        f"{_ASKED}/refusal",
        of="data_request",
        sends={"reason": "It is kept by law."},
        roles=OWNER,
        by="owner",
        scope="admin",
    ),
    api("POST", f"{_ASKED}/withdrawal", of="data_request"),
    api("GET", "/release_questions"),
    api(
        "POST",
        "/release_questions/<uuid:question_id>/answer",
        of="release_question",
        sends={"share": False},
        answers=204,
    ),
    api("GET", f"{_PERSON}/privacy", of="person"),
    api(
        "POST",
        f"{_PERSON}/lawful_basis",
        of="person",
        sends={"lawful_basis": "consent"},
        roles=MEMBERS,
    ),
    api("POST", f"{_PERSON}/consents", of="person", sends=_CONSENT, roles=MEMBERS, answers=201),
    api(
        "POST",
        f"{_PERSON}/erasure",
        of="person",
        sends=_its_name,
        roles=OWNER,
        by="owner",
        scope="admin",
    ),
    api("GET", "/exports"),
    api("POST", "/exports", sends={"scope": "me"}, answers=202),
    api("GET", _FILE, of="export"),
    api("DELETE", _FILE, of="export"),
    api("GET", f"{_FILE}/file", of="export"),
)
_MINE = "/settings/privacy"
_REQUEST = "/admin/privacy/<uuid:request_id>"
_PAGES = (
    page("GET", _MINE),
    page("POST", f"{_MINE}/exports", sends={"scope": "me"}),
    page("GET", f"{_MINE}/exports/<uuid:export_id>/file", of="export"),
    page("POST", f"{_MINE}/exports/<uuid:export_id>/delete", of="export"),
    page("POST", f"{_MINE}/requests", sends={"kind": "access", "words": ""}),
    page("POST", f"{_MINE}/requests/<uuid:request_id>/withdraw", of="data_request"),
    page(
        "POST",
        f"{_MINE}/questions/<uuid:question_id>",
        of="release_question",
        sends={"share": "no"},
    ),
    page("GET", "/admin/privacy", roles=KEEPERS, by="steward"),
    page("GET", _REQUEST, of="data_request", roles=KEEPERS, by="steward"),
    page("POST", f"{_REQUEST}/prepare", of="data_request", roles=KEEPERS, by="steward"),
    page("POST", f"{_REQUEST}/complete", of="prepared_request", roles=OWNER, by="owner"),
    page(
        "POST",
        f"{_REQUEST}/decline",
        of="data_request",
        sends={"reason": "It is kept by law."},
        roles=OWNER,
        by="owner",
    ),
    page("GET", "/people/<slug>/privacy", of="person", roles=MEMBERS),
    page(
        "POST",
        "/people/<slug>/basis",
        of="person",
        sends={"lawful_basis": "consent"},
        roles=MEMBERS,
    ),
    page(
        "POST",
        "/people/<slug>/consents",
        of="person",
        sends={"purpose": "the newsletter", "is_given": "yes"},
        roles=MEMBERS,
    ),
    page(
        "POST",
        "/people/<slug>/requests",
        of="person",
        sends={"kind": "access"},
        roles=KEEPERS,
        by="steward",
    ),
    page("POST", "/people/<slug>/export", of="person", roles=KEEPERS, by="steward"),
    page("GET", "/people/<slug>/erase", of="person", roles=OWNER, by="owner"),
    page("POST", "/people/<slug>/erase", of="person", sends=_its_name, roles=OWNER, by="owner"),
)
ROUTES: tuple[Route, ...] = (*_API, *_PAGES)
