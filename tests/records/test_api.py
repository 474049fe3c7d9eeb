"""The resources of data rights, as a program meets them."""

import io
import zipfile

import pytest

from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import make_member
from tests.factories.people import make_note, make_person
from tests.records.doing import SECRET, work
from tests.web_client import Api


def test_a_request_goes_from_asked_to_answered(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    mine, keeper = Api(app, member), Api(app, owner)
    made = mine.post("/subject_requests", {"kind": "rectification", "words": "My name is Ann."})
    assert made.status_code == 201
    path = made.headers["Location"].removeprefix("/api/v1")
    assert mine.get(path).json["state"] == "received"
    assert mine.post(f"{path}/preparation").status_code == 403
    assert keeper.post(f"{path}/preparation").json["state"] == "prepared"
    done = keeper.post(f"{path}/completion", {})
    assert (done.status_code, done.json["state"]) == (200, "completed")
    assert keeper.post(f"{path}/completion", {}).status_code == 409
    assert [item["state"] for item in mine.get("/subject_requests").json["items"]] == ["completed"]


def test_a_file_is_made_polled_and_taken(app: CommunityFlask, owner: Actor) -> None:
    api = Api(app, owner)
    made = api.post("/exports", {"scope": "me"})
    assert (made.status_code, made.json["state"]) == (202, "queued")
    path = made.headers["Location"].removeprefix("/api/v1")
    assert api.get(f"{path}/file").status_code == 409
    assert work(owner.team_id) == 1
    assert api.get(path).json["state"] == "done"
    answer = api.get(f"{path}/file")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=community-me-")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert {"index.html", "data.json", "tables/persons.csv"} <= set(names)
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_a_file_of_more_than_oneself_needs_the_scope_admin(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    api = Api(app, owner, ("read", "write"))
    for body in ({"scope": "team"}, {"scope": "person", "person_id": str(member.person_id)}):
        refused = api.post("/exports", body)
        assert (refused.status_code, refused.json["code"]) == (403, "scope_missing")
        assert Api(app, owner).post("/exports", body).status_code == 202
    assert api.post("/exports", {"scope": "me"}).status_code == 202


@pytest.mark.parametrize("body", [{"scope": "person"}, {"scope": "me", "person_id": "x"}])
def test_whom_a_file_is_about_is_said_exactly(
    app: CommunityFlask, owner: Actor, body: dict[str, str]
) -> None:
    assert Api(app, owner).post("/exports", body).status_code == 422


def test_an_erasure_needs_the_scope_the_role_and_the_name(
    app: CommunityFlask, owner: Actor
) -> None:
    steward = make_member(owner, role="steward")
    mara = make_person(owner, "Mara Ellison")
    path, body = f"/people/{mara.id}/erasure", {"name": "Mara Ellison"}
    assert Api(app, owner, scopes=("read", "write")).post(path, body).status_code == 403
    assert Api(app, steward).post(path, body).status_code == 403
    assert Api(app, owner).post(path, {"name": "Mara"}).status_code == 422
    done = Api(app, owner).post(path, body)
    assert (done.status_code, done.json["state"]) == (200, "completed")
    assert Api(app, owner).get(f"/people/{mara.id}").status_code == 404
    assert Api(app, owner).post(path, body).status_code == 404


def test_a_repeated_erasure_gives_the_first_answer(app: CommunityFlask, owner: Actor) -> None:
    mara = make_person(owner, "Mara Ellison")
    api, key = Api(app, owner), {"Idempotency-Key": "erase-once-please"}
    path, body = f"/people/{mara.id}/erasure", {"name": "Mara Ellison"}
    first = api.post(path, body, headers=key)
    again = api.post(path, body, headers=key)
    assert (again.status_code, again.data) == (200, first.data)


def test_ground_and_consent_are_said_and_read(app: CommunityFlask, owner: Actor) -> None:
    mara, api = make_person(owner), Api(app, owner)
    path = f"/people/{mara.id}"
    assert api.get(f"{path}/privacy").json["lawful_basis"] == "legitimate_interest"
    assert api.post(f"{path}/lawful_basis", {"lawful_basis": "consent"}).status_code == 200
    given = {"purpose": "newsletter", "is_given": True, "how": "by mail"}
    assert api.post(f"{path}/consents", given).status_code == 201
    found = api.get(f"{path}/privacy").json
    assert found["lawful_basis"] == "consent"
    assert [c["purpose"] for c in found["consents"]] == ["newsletter"]
    assert api.post(f"{path}/lawful_basis", {"lawful_basis": "curiosity"}).status_code == 422


def test_an_author_answers_what_is_asked_of_their_note(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    mara = make_person(owner)
    make_note(member, mara.id, SECRET)
    keeper, author = Api(app, owner), Api(app, member)
    asked = keeper.post("/subject_requests", {"kind": "access", "person_id": str(mara.id)}).json
    keeper.post(f"/subject_requests/{asked['id']}/preparation")
    assert keeper.get("/release_questions").json["items"] == []
    (question,) = author.get("/release_questions").json["items"]
    assert question["text"] == SECRET
    path = f"/release_questions/{question['id']}/answer"
    assert keeper.post(path, {"share": True}).status_code == 404
    assert author.post(path, {"share": True}).status_code == 204


def test_lists_cost_few_statements(app: CommunityFlask, owner: Actor) -> None:
    api = Api(app, owner)
    for _n in range(3):
        api.post("/subject_requests", {"kind": "access", "person_id": str(make_person(owner).id)})
    for path, most in (("/subject_requests", 3), ("/exports", 3)):
        with counting() as sent:
            assert api.get(path).status_code == 200
        assert len(sent) <= most, str(sent)
