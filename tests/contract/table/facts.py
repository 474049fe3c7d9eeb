"""Facts about people, what notes said before, preferences, and questions put aside."""

from tests.contract.route import MEMBERS, NOBODY, Route, api, both, page

_FACT = {"kind": "work", "text": "Builds boats."}
_FORM = {**_FACT, "visibility": "private"}
_ASKED = {"code": "hope"}
_SUBJECT = {"of": "fact_about_subject", "sends": {"reason": "Not so."}, "by": "other"}

_API = (
    api("GET", "/people/<uuid:person_id>/facts", of="person"),
    api(
        "POST",
        "/people/<uuid:person_id>/facts",
        of="person",
        sends=_FACT,
        roles=MEMBERS,
        answers=201,
    ),
    api("GET", "/facts/verify"),
    api("GET", "/facts/<uuid:fact_id>", of="fact"),
    api("PATCH", "/facts/<uuid:fact_id>", of="fact", sends=_FACT, roles=NOBODY),
    api("DELETE", "/facts/<uuid:fact_id>", of="fact", roles=NOBODY),
    api("POST", "/facts/<uuid:fact_id>/restoration", of="deleted_fact", roles=NOBODY, refusal=404),
    api("POST", "/facts/<uuid:fact_id>/confirmation", of="fact", roles=NOBODY),
    api("POST", "/facts/<uuid:fact_id>/dispute", roles=("member",), **_SUBJECT),
    api("DELETE", "/facts/<uuid:fact_id>/dispute", of="disputed_fact", by="other"),
    api("GET", "/notes/<uuid:note_id>/versions", of="note"),
    api("GET", "/people/<uuid:person_id>/preferences", of="person"),
    api(
        "PUT",
        "/people/<uuid:person_id>/preferences",
        of="person",
        sends={"channel": "Voice notes"},
        roles=MEMBERS,
    ),
)

_PORTAL = (
    *both("/people/<slug>/facts/new", of="person", sends=_FORM, roles=MEMBERS),
    *both("/people/<slug>/facts/<uuid:fact_id>/edit", of="fact", sends=_FORM, roles=NOBODY),
    page("POST", "/facts/<uuid:fact_id>/delete", of="fact", roles=NOBODY),
    page("POST", "/facts/<uuid:fact_id>/restore", of="deleted_fact", roles=NOBODY, refusal=404),
    page("POST", "/facts/<uuid:fact_id>/confirm", of="fact", roles=NOBODY),
    page("GET", "/facts/verify"),
    page("POST", "/facts/<uuid:fact_id>/dispute", roles=("member",), **_SUBJECT),
    page("POST", "/facts/<uuid:fact_id>/let-stand", of="disputed_fact", by="other"),
    page("GET", "/notes/<uuid:note_id>/versions", of="note"),
    *both(
        "/people/<slug>/preferences", of="person", sends={"channel": "Voice notes"}, roles=MEMBERS
    ),
    page("POST", "/people/<slug>/questions/dismiss", of="person", sends=_ASKED),
    page("POST", "/people/<slug>/questions/ask-again", of="person", sends=_ASKED),
)

ROUTES: tuple[Route, ...] = (*_API, *_PORTAL)
