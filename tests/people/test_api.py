"""The JSON resources of people."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from community.identity.models import Actor
from community.people import queries, schemas
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.people import make_note, make_person
from tests.people.asking import agrees, create
from tests.web_client import Api

FULL: dict[str, Any] = {
    "name": "Mara Ellison",
    "call_name": "Mara",
    "emails": [{"value": "Mara@Hale.Example", "label": "work"}],
    "phones": [{"value": "+49 30 901820", "label": "office"}],
    "links": [{"value": "https://mara.example", "label": "site"}],
    "positions": [
        {"organisation": "Hale Studio", "title": "Designer", "from_on": "2020-03-01", "to_on": None}
    ],
    "birthday": {"month": 2, "day": 29, "year": None},
    "tags": ["Design"],
    "external_id": "crm-7",
    "source": "crm",
    "visibility": {"audience": "team", "people": [], "circle_id": None},
}


def test_what_was_sent_is_what_is_read_back(api: Api, owner: Actor) -> None:
    made = create(api, **FULL)
    assert made.pop("duplicates") == []
    expected = {**FULL, "emails": [{"value": "mara@hale.example", "label": "work"}]}
    expected["positions"] = [{**FULL["positions"][0], "organisation_id": None}]
    expected["phones"] = [{"value": "+49 30 901820", "label": "office", "e164": "+4930901820"}]
    assert {name: made[name] for name in expected} == expected
    assert made["created_by_id"] == str(owner.person_id)
    assert (made["state"], made["member_id"], made["version"]) == ("active", None, 1)
    assert datetime.fromisoformat(made["created_at"]).utcoffset() == timedelta(0)
    response = api.get(f"/people/{made['id']}")
    assert response.json == made
    assert response.headers["ETag"] == '"1"'
    agrees(schemas.PersonOut(), made)


def test_a_new_person_has_an_address_and_is_the_teams(api: Api) -> None:
    response = api.post("/people", {"name": "Mara"})
    assert response.headers["Location"] == f"/api/v1/people/{response.json['id']}"
    assert response.headers["ETag"] == '"1"'
    assert response.json["visibility"] == {"audience": "team", "people": [], "circle_id": None}
    assert response.json["source"] == "api"
    agrees(schemas.PersonWritten(), response.json)


def test_lists_and_details_agree_with_the_document(api: Api) -> None:
    create(api, **FULL)
    body = api.get("/people").json
    assert set(body) == {"items", "next"}
    for item in body["items"]:
        agrees(schemas.PersonOut(), item)


REFUSED = [
    ({}, "name"),
    ({"name": ""}, "name"),
    ({"name": "   "}, "name"),
    ({"name": None}, "name"),
    ({"name": 7}, "name"),
    ({"name": "a\nb"}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": "M", "nam": "x"}, "nam"),
    ({"name": "M", "id": str(uuid4())}, "id"),
    ({"name": "M", "version": 3}, "version"),
    ({"name": "M", "created_by_id": str(uuid4())}, "created_by_id"),
    ({"name": "M", "emails": ["m@example.org"]}, "emails.0"),
    ({"name": "M", "emails": [{"value": "nobody"}]}, "emails.0.value"),
    ({"name": "M", "emails": [{"label": "work"}]}, "emails.0.value"),
    ({"name": "M", "links": [{"value": "javascript:alert(1)"}]}, "links.0.value"),
    ({"name": "M", "birthday": {"month": 2, "day": 30}}, "birthday.day"),
    ({"name": "M", "birthday": {"month": 2, "day": 29, "year": 2001}}, "birthday.day"),
    ({"name": "M", "birthday": {"day": 1}}, "birthday.month"),
    ({"name": "M", "birthday": {"month": 1.0, "day": 1}}, "birthday.month"),
    ({"name": "M", "birthday": {"month": 1, "day": 1, "year": 2199}}, "birthday.year"),
    ({"name": "M", "tags": [""]}, "tags.0"),
    ({"name": "M", "tags": ["x"] * 51}, "tags"),
    ({"name": "M", "positions": [{}]}, "positions.0.organisation"),
    (
        {
            "name": "M",
            "positions": [{"title": "x", "from_on": "2020-02-02", "to_on": "2020-02-01"}],
        },
        "positions.0.to_on",
    ),
    ({"name": "M", "visibility": {"audience": "everybody"}}, "visibility.audience"),
    ({"name": "M", "visibility": "team"}, "visibility"),
    (
        {"name": "M", "visibility": {"audience": "people", "people": [str(uuid4())]}},
        "visibility.people",
    ),
    ({"name": "M", "visibility": {"audience": "circle"}}, "visibility.circle_id"),
]


@pytest.mark.parametrize(("body", "field"), REFUSED)
def test_bad_input_is_refused_by_field(api: Api, body: dict[str, Any], field: str) -> None:
    response = api.post("/people", body)
    assert response.status_code == 422, response.json
    assert field in [error["field"].removesuffix("._schema") for error in response.json["errors"]]
    assert api.get("/people", query_string={"is_member": "no"}).json["items"] == []


def test_the_same_mail_is_told_in_the_answer(api: Api) -> None:
    known = create(api, emails=[{"value": "mara@hale.example"}])
    made = create(api, name="M. E.", emails=[{"value": "MARA@hale.example"}])
    (same,) = made["duplicates"]
    assert (same["id"], same["certainty"], same["reasons"][0]) == (known["id"], "sure", "mail")


def test_one_key_creates_one_person(api: Api) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    first = api.post("/people", {"name": "Once"}, headers=headers)
    second = api.post("/people", {"name": "Once"}, headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert len(api.get("/people", query_string={"q": "once"}).json["items"]) == 1


def test_a_patch_changes_what_it_names_under_the_version_it_saw(api: Api) -> None:
    made = create(api, **FULL)
    path = f"/people/{made['id']}"
    assert api.open("PATCH", path, json={"name": "X"}).status_code == 428
    patched = api.patch(path, {"name": "Mara Lind"}, made["version"])
    assert patched.status_code == 200
    assert patched.headers["ETag"] == f'"{made["version"] + 1}"'
    agrees(schemas.PersonWritten(), patched.json)
    assert (patched.json["name"], patched.json["emails"]) == ("Mara Lind", made["emails"])
    assert api.patch(path, {"name": "Late"}, made["version"]).status_code == 412
    assert api.patch(path, {"birthday": None, "emails": []}).json["birthday"] is None
    assert api.get(path).json["emails"] == []
    assert api.patch(path, {"state": "archived"}).status_code == 422
    assert api.patch(path, {}).json["version"] == made["version"] + 2


def test_an_unchanged_person_is_not_sent_again(api: Api) -> None:
    made = create(api)
    response = api.get(f"/people/{made['id']}", headers={"If-None-Match": '"1"'})
    assert (response.status_code, response.get_data()) == (304, b"")


def test_a_deleted_person_is_gone_and_can_be_restored(api: Api) -> None:
    made = create(api)
    path = f"/people/{made['id']}"
    assert api.open("DELETE", path).status_code == 428
    assert api.delete(path, 9).status_code == 412
    deleted = api.delete(path, 1)
    assert (deleted.status_code, deleted.get_data()) == (204, b"")
    assert api.get(path).status_code == 404
    assert api.delete(path).status_code == 404
    assert api.post(f"{path}/restoration").json["name"] == made["name"]
    assert api.get(path).status_code == 200


def test_archived_people_are_left_out_unless_asked_for(api: Api) -> None:
    made = create(api)
    path = f"/people/{made['id']}/archiving"
    assert api.post(path).json["state"] == "archived"

    def listed(archived: str) -> list[str]:
        query = {"archived": archived, "is_member": "no"}
        return [item["id"] for item in api.get("/people", query_string=query).json["items"]]

    assert (listed("false"), listed("true"), listed("any")) == ([], [made["id"]], [made["id"]])
    assert api.open("DELETE", path).status_code == 204
    assert listed("false") == [made["id"]]


def test_pages_follow_their_cursor_and_link(api: Api) -> None:
    for n in range(5):
        create(api, name=f"Person {n}")
    query = {"limit": 2, "is_member": "no", "sort": "name"}
    response = api.get("/people", query_string=query)
    names = [item["name"] for item in response.json["items"]]
    while response.json["next"]:
        assert response.json["next"] in response.headers["Link"]
        assert 'rel="next"' in response.headers["Link"]
        response = api.get("/people", query_string={**query, "cursor": response.json["next"]})
        names += [item["name"] for item in response.json["items"]]
    assert names == [f"Person {n}" for n in range(5)]
    assert "Link" not in response.headers


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "1.5"},
        {"archived": "yes"},
        {"sort": "height"},
        {"email": "nobody"},
        {"updated_since": "2026-01-01"},
        {"nothing": "x"},
    ],
)
def test_a_list_refuses_filters_it_does_not_know(api: Api, query: dict[str, str]) -> None:
    assert api.get("/people", query_string=query).status_code == 422


def test_a_list_refuses_a_foreign_cursor(api: Api) -> None:
    response = api.get("/people", query_string={"cursor": "abc"})
    assert (response.status_code, response.json["code"]) == (422, "bad_cursor")


def test_people_are_found_by_filter(api: Api) -> None:
    made = create(api, **FULL)
    create(api, name="Oskar Blom")
    for query in (
        {"q": "elison"},
        {"tag": "Design"},
        {"email": "MARA@hale.example"},
        {"external_id": "crm-7"},
        {"external_id": "crm-7", "source": "crm"},
        {"updated_since": made["updated_at"], "sort": "updated", "tag": "Design"},
    ):
        found = api.get("/people", query_string=query).json["items"]
        assert [item["id"] for item in found] == [made["id"]], query


def test_the_budget_of_statements_holds(api: Api, owner: Actor) -> None:
    for n in range(20):
        make_person(owner, f"Person {n}", email=f"p{n}@example.org")
    member = make_member(owner)
    api.get("/people")
    for path, budget in (
        ("/people?limit=50", 4),
        ("/people?q=person", 4),
        (f"/people/{make_person(owner).id}", 6),
        (f"/people/{member.person_id}", 6),
    ):
        with counting() as sent:
            assert api.get(path).status_code == 200
        assert len(sent) <= budget, str(sent)


def test_reading_about_a_person_is_noted_after_the_answer(api: Api, owner: Actor) -> None:
    member = make_member(owner)
    with counting() as sent:
        api.get(f"/people/{member.person_id}").close()
    assert any("opened_by" in statement for statement in sent)
    with counting() as sent:
        api.get(f"/people/{make_person(owner).id}").close()
    assert any("opened_by" in statement for statement in sent)


def test_hidden_foreign_and_absent_people_answer_alike(
    app: CommunityFlask, api: Api, owner: Actor, stranger: Actor
) -> None:
    author = make_member(owner)
    hidden = make_person(author, audience="private").id
    note = make_note(author, make_person(author).id, audience="private").id
    answers = set()
    for person_id in (hidden, make_person(stranger).id, uuid4()):
        for response in (
            api.get(f"/people/{person_id}"),
            api.patch(f"/people/{person_id}", {"name": "X"}),
            api.delete(f"/people/{person_id}"),
            api.post(f"/people/{person_id}/archiving"),
            api.open("DELETE", f"/people/{person_id}/archiving"),
            api.post(f"/people/{person_id}/restoration"),
            api.get(f"/people/{person_id}/notes"),
            api.post(f"/people/{person_id}/notes", {"body": "x"}),
        ):
            answers.add((response.status_code, response.json["code"], response.json["detail"]))
    assert {status for status, *_rest in answers} == {404}
    assert len(answers) == 1
    for note_id in (note, uuid4()):
        for response in (
            api.get(f"/notes/{note_id}"),
            api.patch(f"/notes/{note_id}", {"body": "x"}),
            api.delete(f"/notes/{note_id}"),
            api.post(f"/notes/{note_id}/restoration"),
        ):
            assert response.status_code == 404
    assert api.get("/people/not-an-id").status_code == 404


def test_a_guest_reads_themself_and_changes_nobody_else(app: CommunityFlask, owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    api = Api(app, guest)
    assert [item["id"] for item in api.get("/people").json["items"]] == [str(guest.person_id)]
    assert api.post("/people", {"name": "X"}).status_code == 403
    assert (
        api.post("/people/bulk", {"items": [{"name": "X", "external_id": "1"}]}).status_code == 403
    )
    assert api.get(f"/people/{make_person(owner).id}").status_code == 404
    named = make_person(owner, audience="people", audience_people=[guest.person_id])
    assert api.get(f"/people/{named.id}").status_code == 200
    assert api.patch(f"/people/{named.id}", {"name": "X"}).status_code == 403
    assert api.post(f"/people/{named.id}/notes", {"body": "x"}).status_code == 403


def test_a_token_that_only_reads_writes_nothing(app: CommunityFlask, owner: Actor) -> None:
    api = Api(app, owner, scopes=("read",))
    assert api.get("/people").status_code == 200
    assert api.post("/people", {"name": "X"}).json["code"] == "scope_missing"


def test_many_are_added_and_brought_up_to_date(api: Api) -> None:
    items = [{"name": f"P {n}", "external_id": str(n)} for n in range(3)]
    first = api.post("/people/bulk", {"items": items})
    assert first.status_code == 200
    assert [item["outcome"] for item in first.json["items"]] == ["created"] * 3
    agrees(schemas.BulkOut(), first.json)
    items[1]["name"] = "Renamed"
    second = api.post("/people/bulk", {"items": items})
    assert [item["outcome"] for item in second.json["items"]] == [
        "unchanged",
        "updated",
        "unchanged",
    ]
    assert [item["id"] for item in second.json["items"]] == [
        item["id"] for item in first.json["items"]
    ]
    for body in (
        {"items": []},
        {"items": [{"name": "X"}]},
        {"items": [{"name": "X", "external_id": str(n)} for n in range(501)]},
    ):
        assert api.post("/people/bulk", body).status_code == 422


def test_rows_of_lists_are_json_as_the_database_wrote_it(owner: Actor) -> None:
    """Names with quotes, emoji and line separators survive the way through JSON text."""
    person = make_person(owner, 'Quo"te \\ 🌿 \u2028 end', email="q@example.org")
    with acting(owner):
        row = queries.get_person_row(owner, person.id)
    body = orjson.loads(orjson.dumps(schemas.dump_person(owner, row)))
    assert body["name"] == person.name
    assert body["emails"] == [{"value": "q@example.org", "label": ""}]


def test_what_a_file_said_and_no_field_holds_is_told_and_kept(api: Api, owner: Actor) -> None:
    kept = {"vcard": [["ADR", ";;Ufer 3;Köln;;50667;", ";TYPE=home", ""]], "met_on": "2020-01-31"}
    person = make_person(owner, "Mara Ellison", extra=kept)
    path = f"/people/{person.id}"
    told = [
        {"kind": "met_on", "label": "", "value": "2020-01-31"},
        {"kind": "address", "label": "home", "value": "Ufer 3, 50667 Köln"},
    ]
    assert api.get(path).json["extra"] == told
    assert [p["extra"] for p in api.get("/people?q=mara").json["items"]] == [told]
    assert api.patch(path, {"extra": []}).status_code == 422
    assert api.patch(path, {"tags": ["x"]}).json["extra"] == told
    agrees(schemas.PersonOut(), api.get(path).json)
