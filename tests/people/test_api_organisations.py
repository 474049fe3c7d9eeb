"""The JSON resources of organisations and positions."""

from typing import Any
from uuid import uuid4

import pytest

from community.identity.models import Actor
from community.people.schemas import organisations as schemas
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import make_member
from tests.factories.people import make_organisation, make_person
from tests.people.asking import agrees, create
from tests.web_client import Api

HALE = {
    "name": "Hale Studio",
    "web": "https://hale.example",
    "about": "Designs chairs.\nTen people.",
}


def test_an_organisation_is_added_read_changed_archived_deleted_and_restored(api: Api) -> None:
    response = api.post("/organisations", HALE)
    made = response.json
    assert response.status_code == 201
    path = f"/organisations/{made['id']}"
    assert response.headers["Location"] == f"/api/v1{path}"
    assert {name: made[name] for name in HALE} == HALE
    agrees(schemas.OrganisationOut(), made)
    assert api.get(path).json == made
    assert api.patch(path, {"about": ""}, 9).status_code == 412
    changed = api.patch(path, {"about": "", "web": ""}, 1).json
    assert (changed["about"], changed["web"], changed["version"]) == ("", "", 2)
    assert api.post(f"{path}/archiving").json["state"] == "archived"
    assert api.get("/organisations").json["items"] == []
    assert len(api.get("/organisations?archived=true&q=hale").json["items"]) == 1
    assert api.delete(f"{path}/archiving").status_code == 204
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.post(f"{path}/restoration").json["name"] == "Hale Studio"


REFUSED = [
    ({}, "name"),
    ({"name": " "}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": "H", "web": "hale.example"}, "web"),
    ({"name": "H", "web": "javascript:alert(1)"}, "web"),
    ({"name": "H", "about": "x" * 2001}, "about"),
    ({"name": "H", "domain": "x"}, "domain"),
    ({"name": "H", "visibility": {"audience": "all"}}, "visibility.audience"),
]
REFUSED_POSITIONS = [
    ({}, "organisation"),
    ({"organisation": "", "title": ""}, "organisation"),
    ({"title": "x" * 201}, "title"),
    ({"title": "Lead", "from_on": "2020-02-30"}, "from_on"),
    ({"title": "Lead", "from_on": "2021-01-01", "to_on": "2020-01-01"}, "to_on"),
    ({"title": "Lead", "closes_current": 1}, "closes_current"),
    ({"title": "Lead", "organisation_id": str(uuid4())}, "organisation_id"),
]


def test_what_is_refused_names_its_field_and_leaves_nothing(api: Api, owner: Actor) -> None:
    mara = make_person(owner)
    asked: list[tuple[str, dict[str, Any], str]] = [
        *(("/organisations", body, field) for body, field in REFUSED),
        *((f"/people/{mara.id}/positions", body, field) for body, field in REFUSED_POSITIONS),
    ]
    for path, body, field in asked:
        response = api.post(path, body)
        assert response.status_code == 422, (path, body)
        assert field in {error["field"] for error in response.json["errors"]}, (path, body)
    assert api.get("/organisations").json["items"] == []
    assert api.get(f"/people/{mara.id}/positions").json["items"] == []


def test_positions_are_added_ended_changed_and_taken_away(api: Api, owner: Actor) -> None:
    hale = make_organisation(owner)
    held = {
        "organisation": "Hale Studio",
        "title": "Designer",
        "from_on": "2020-03-01",
        "to_on": None,
    }
    mara = create(api, positions=[held])
    assert mara["positions"] == [{**held, "organisation_id": str(hale.id)}]
    path = f"/people/{mara['id']}/positions"
    new = {"organisation": "Orbit", "title": "Lead", "from_on": "2026-05-01"}
    response = api.post(path, {**new, "closes_current": True})
    assert response.status_code == 201
    agrees(schemas.PlacedPosition(), response.json)
    first, second = api.get(path).json["items"]
    assert (first["organisation"], first["to_on"]) == ("Orbit", None)
    assert (second["organisation_id"], second["to_on"]) == (str(hale.id), "2026-05-01")
    changed = api.patch(f"{path}/{first['id']}", {"organisation": "hale studio"}).json
    assert changed["organisation_id"] == str(hale.id)
    assert api.patch(f"{path}/{uuid4()}", {"title": "x"}).status_code == 404
    people = api.get(f"/organisations/{hale.id}/people").json["items"]
    assert [(each["title"], each["to_on"]) for each in people] == [
        ("Designer", "2026-05-01"),
        ("Lead", None),
    ]
    agrees(schemas.PersonAt(), people[0])
    assert api.delete(f"{path}/{first['id']}").status_code == 204
    assert len(api.get(f"/people/{mara['id']}").json["positions"]) == 1


def test_a_list_pages_by_name_and_costs_no_more_for_a_longer_page(api: Api, owner: Actor) -> None:
    for name in ("Ørsted", "Alder", "Zeno"):
        make_organisation(owner, name)
    first = api.get("/organisations?limit=2").json
    second = api.get(f"/organisations?limit=2&cursor={first['next']}").json
    assert [each["name"] for each in first["items"] + second["items"]] == [
        "Alder",
        "Ørsted",
        "Zeno",
    ]
    with counting() as statements:
        api.get("/organisations")
    assert len(statements) <= 4


@pytest.mark.parametrize("way", ["", "/people"])
def test_a_hidden_organisation_answers_like_an_absent_one(
    app: CommunityFlask, owner: Actor, way: str
) -> None:
    secret = make_organisation(owner, "Stealth", audience="private")
    other = Api(app, make_member(owner))
    hidden = other.get(f"/organisations/{secret.id}{way}")
    absent = other.get(f"/organisations/{uuid4()}{way}")
    assert (hidden.status_code, hidden.json["detail"]) == (404, absent.json["detail"])
