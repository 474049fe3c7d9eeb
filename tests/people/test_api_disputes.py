"""The JSON resource of disputes."""

from uuid import UUID

import pytest

from community.core import db
from community.identity.models import Actor
from community.people.schemas.disputes import DisputeOut
from community.web.session import CommunityFlask
from tests.factories.identity import make_member
from tests.factories.people import make_note
from tests.people.asking import agrees
from tests.web_client import Api


@pytest.fixture
def subject(owner: Actor) -> Actor:
    return make_member(owner, "Sami Subject")


@pytest.fixture
def note_id(owner: Actor, subject: Actor) -> UUID:
    return make_note(owner, subject.person_id, "Wants to leave.", audience="team").id


def test_a_note_is_disputed_answered_and_let_stand(
    app: CommunityFlask, api: Api, owner: Actor, subject: Actor, note_id: UUID
) -> None:
    theirs, other = Api(app, subject), Api(app, make_member(owner))
    before = theirs.get(f"/notes/{note_id}").json
    named = {"kind": "note", "id": str(note_id)}
    response = theirs.post("/disputes", {**named, "reason": "I do not."})
    assert response.status_code == 201
    made = response.json
    agrees(DisputeOut(), made)
    assert response.headers["Location"] == f"/api/v1/disputes/{made['dispute_id']}"
    assert (made["id"], made["state"], made["reason"]) == (str(note_id), "open", "I do not.")
    assert (made["subject_id"], made["author_id"]) == (str(subject.person_id), str(owner.person_id))
    assert other.get(f"/notes/{note_id}").status_code == 404
    hidden = other.get(f"/people/{subject.person_id}/notes").json["items"]
    assert hidden == other.get(f"/people/{subject.person_id}/timeline").json["items"] == []
    after = theirs.get(f"/notes/{note_id}").json
    assert (before["state"], after["state"]) == ("active", "disputed")
    assert after["version"] > before["version"]
    assert api.patch(f"/notes/{note_id}", {"body": "Is asking around."}).status_code == 200
    assert api.get("/disputes").json["items"][0]["state"] == "answered"
    assert theirs.get(f"/disputes/{made['dispute_id']}").json["answered_at"] is not None
    assert theirs.open("DELETE", "/disputes", query_string=named).status_code == 204
    assert other.get(f"/notes/{note_id}").json["state"] == "active"
    assert theirs.get("/disputes").json["items"] == []
    assert [item["state"] for item in theirs.get("/disputes?state=over").json["items"]] == [
        "settled"
    ]


def test_a_dispute_is_ended_by_a_body_as_well(
    app: CommunityFlask, subject: Actor, note_id: UUID
) -> None:
    theirs, named = Api(app, subject), {"kind": "note", "id": str(note_id)}
    assert theirs.post("/disputes", named).status_code == 201
    assert theirs.open("DELETE", "/disputes", json={"kind": "note"}).status_code == 422
    assert theirs.open("DELETE", "/disputes", json=named).status_code == 204
    assert theirs.open("DELETE", "/disputes", json=named).status_code == 404


def test_what_is_not_about_oneself_is_not_disputed(
    app: CommunityFlask, api: Api, owner: Actor, note_id: UUID
) -> None:
    refused = Api(app, make_member(owner)).post("/disputes", {"kind": "note", "id": str(note_id)})
    assert (refused.status_code, refused.json["code"]) == (403, "not_about_you")
    for wrong in ({"kind": "give", "id": str(note_id)}, {"kind": "note"}, {"id": str(note_id)}):
        assert api.post("/disputes", wrong).status_code == 422
    assert api.post("/disputes", {"kind": "note", "id": str(db.new_id())}).status_code == 404
    long = {"kind": "note", "id": str(note_id), "reason": "x" * 1001}
    assert api.post("/disputes", long).status_code == 422


def test_a_note_says_how_it_came_here(api: Api, owner: Actor, note_id: UUID) -> None:
    about = api.get(f"/notes/{note_id}").json["person_id"]
    by_program = api.post(f"/people/{about}/notes", {"body": "By a program."}).json
    assert (by_program["source"], api.get(f"/notes/{note_id}").json["source"]) == ("api", "typed")
