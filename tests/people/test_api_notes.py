"""The JSON resources of notes."""

from typing import Any

import pytest

from community.identity.models import Actor
from community.people import schemas
from community.web.session import CommunityFlask
from tests.factories.identity import make_member
from tests.factories.people import make_note, make_person
from tests.people.asking import agrees, create
from tests.web_client import Api


def test_a_note_is_written_read_changed_and_deleted(api: Api, owner: Actor) -> None:
    person = create(api)
    response = api.post(f"/people/{person['id']}/notes", {"body": " # Hello\nthere "})
    assert response.status_code == 201
    note = response.json
    agrees(schemas.NoteOut(), note)
    assert response.headers["Location"] == f"/api/v1/notes/{note['id']}"
    assert (note["body"], note["person_id"], note["created_by_id"]) == (
        "# Hello\nthere",
        person["id"],
        str(owner.person_id),
    )
    assert note["visibility"]["audience"] == "private"
    path = f"/notes/{note['id']}"
    assert api.get(path).json == note
    assert api.open("PATCH", path, json={"body": "x"}).status_code == 428
    assert api.patch(path, {"body": "Better."}, 1).json["body"] == "Better."
    assert api.patch(path, {"body": "Late."}, 1).status_code == 412
    assert [item["id"] for item in api.get(f"/people/{person['id']}/notes").json["items"]] == [
        note["id"]
    ]
    assert api.delete(path, 2).status_code == 204
    assert api.get(path).status_code == 404
    assert api.post(f"{path}/restoration").json["body"] == "Better."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"body": ""}, "body"),
        ({"body": "x" * 20001}, "body"),
        ({"body": "x", "happened_at": "2026-01-01T00:00:00"}, "happened_at"),
        ({"body": "x", "person_id": "y"}, "person_id"),
    ],
)
def test_bad_notes_are_refused_by_field(api: Api, body: dict[str, Any], field: str) -> None:
    response = api.post(f"/people/{create(api)['id']}/notes", body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json["errors"]] == [field]


def test_a_note_says_whether_its_subject_sees_it(api: Api, owner: Actor) -> None:
    member = make_member(owner)
    team = {"audience": "team"}
    path = f"/people/{member.person_id}/notes"
    assert api.post(path, {"body": "x"}).json["subject_sees"] is False
    assert api.post(path, {"body": "x", "visibility": team}).json["subject_sees"] is True
    outside = create(api)
    assert (
        api.post(f"/people/{outside['id']}/notes", {"body": "x", "visibility": team}).json[
            "subject_sees"
        ]
        is False
    )


def test_another_members_note_is_read_but_not_changed(
    app: CommunityFlask, api: Api, owner: Actor
) -> None:
    author = make_member(owner)
    note = make_note(author, make_person(owner).id, audience="team")
    assert api.get(f"/notes/{note.id}").status_code == 200
    assert api.patch(f"/notes/{note.id}", {"body": "mine"}).status_code == 403
    assert api.delete(f"/notes/{note.id}").status_code == 403
