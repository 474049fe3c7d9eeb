"""The JSON resources of facts, earlier words of notes, and preferences."""

from community.identity.models import Actor
from community.people.schemas.facts import FactOut, NoteVersionOut, PersonPreferencesOut
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import make_member
from tests.people.asking import agrees, create
from tests.web_client import Api

TEAM = {"audience": "team", "people": [], "circle_id": None}
FACT = {
    "kind": "goal",
    "text": "Wants to open a workshop.",
    "source": "third_party",
    "certainty": "likely",
    "recheck_on": "2020-01-01",
    "by_on": "2027-06-01",
    "visibility": TEAM,
}


def test_a_fact_is_stated_read_changed_verified_and_deleted(
    app: CommunityFlask, api: Api, owner: Actor
) -> None:
    person = create(api)
    path = f"/people/{person['id']}/facts"
    response = api.post(path, FACT)
    assert response.status_code == 201
    made = response.json
    agrees(FactOut(), made)
    assert FACT.items() <= made.items()
    here = f"/facts/{made['id']}"
    assert response.headers["Location"] == f"/api/v1{here}"
    other = Api(app, make_member(owner))
    assert other.get(path).json["items"] == other.get("/facts/verify").json["items"] == [made]
    assert api.open("PATCH", here, json={"text": "No."}).status_code == 428
    assert other.patch(here, {"text": "Hers."}).status_code == 403
    assert api.patch(here, {"text": "Opens a workshop."}).json["version"] == 2
    held = api.post(f"{here}/confirmation", {"recheck_on": "2099-01-01"}).json
    assert held["checked_at"]
    assert other.get("/facts/verify").json["items"] == []
    timeline = api.get(f"/people/{person['id']}/timeline?kind=fact").json["items"]
    assert [item["id"] for item in timeline] == [made["id"]]
    assert api.delete(here).status_code == 204
    assert api.get(here).status_code == other.get(here).status_code == 404
    assert api.post(f"{here}/restoration").json["text"] == "Opens a workshop."


def test_bad_facts_are_refused_by_field(api: Api) -> None:
    path = f"/people/{create(api)['id']}/facts"
    for field, value in (
        ("kind", "gossip"),
        ("text", ""),
        ("text", "x" * 1_001),
        ("source", "heard"),
        ("certainty", 1),
        ("recheck_on", "soon"),
        ("in_confidence", "maybe"),
        ("author_id", "me"),
    ):
        response = api.post(path, {**FACT, field: value})
        assert response.status_code == 422, field
        assert [error["field"] for error in response.json["errors"]] == [field]
    closed = api.post(path, {**FACT, "in_confidence": True})
    assert (closed.status_code, closed.json["code"]) == (422, "in_confidence")


def test_a_fact_about_oneself_is_disputed_at_its_own_address(
    app: CommunityFlask, api: Api, owner: Actor
) -> None:
    subject, other = make_member(owner), make_member(owner)
    here = f"/facts/{api.post(f'/people/{subject.person_id}/facts', FACT).json['id']}"
    theirs = Api(app, subject)
    assert theirs.get("/me/about").json["items"][0]["kind"] == "fact"
    assert api.post(f"{here}/dispute", {}).status_code == 403
    assert theirs.post(f"{here}/dispute", {"reason": "Not so."}).json["state"] == "disputed"
    assert Api(app, other).get(here).status_code == 404
    (told,) = api.get("/disputes").json["items"]
    assert (told["kind"], told["reason"]) == ("fact", "Not so.")
    assert api.open("DELETE", f"{here}/dispute").status_code == 404
    assert theirs.open("DELETE", f"{here}/dispute").status_code == 204
    assert Api(app, other).get(here).json["state"] == "active"
    named = {"kind": "fact", "id": here.rpartition("/")[2]}
    assert theirs.post("/disputes", named).status_code == 201


def test_what_a_note_said_before_is_listed(api: Api) -> None:
    person = create(api)
    note = api.post(f"/people/{person['id']}/notes", {"body": "One."}).json
    assert note["in_confidence"] is False
    path = f"/notes/{note['id']}/versions"
    assert api.get(path).json["items"] == []
    api.patch(f"/notes/{note['id']}", {"body": "Two."})
    (before,) = api.get(path).json["items"]
    agrees(NoteVersionOut(), before)
    assert (before["version"], before["body"]) == (1, "One.")


def test_preferences_are_one_document_with_what_others_share(
    app: CommunityFlask, api: Api, owner: Actor
) -> None:
    path, other = f"/people/{create(api)['id']}/preferences", Api(app, make_member(owner))
    first = api.get(path)
    assert PersonPreferencesOut().validate(first.json) == {}
    assert (first.json["version"], first.headers["ETag"]) == (0, '"0"')
    sent = {"channel": "Voice notes", "raise": "Boats", "avoid": "Politics", "visibility": TEAM}
    assert api.open("PUT", path, json=sent).status_code == 428
    stored = api.open("PUT", path, json=sent, headers={"If-Match": '"0"'})
    assert stored.status_code == 200, stored.json
    assert sent.items() <= stored.json.items()
    assert stored.json["version"] == 1
    assert api.open("PUT", path, json=sent, headers={"If-Match": '"0"'}).status_code == 412
    assert other.get(path).json["others"][0]["raise"] == "Boats"
    assert other.get(path).json["version"] == 0


def test_the_lists_cost_few_statements(api: Api) -> None:
    person = create(api)
    path = f"/people/{person['id']}/facts"
    for number in range(3):
        api.post(path, {**FACT, "text": f"Fact {number}"})
    for address in (path, "/facts/verify"):
        api.get(address)
        with counting() as sent:
            assert len(api.get(address).json["items"]) == 3
        assert len(sent) <= 4, str(sent)
