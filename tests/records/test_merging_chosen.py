"""Side by side: a choice for each field, the team's own among them, and what comes along."""

from typing import Any

import pytest

from community.core import slugs
from community.identity.models import Actor
from community.people import actions as people
from community.web.session import CommunityFlask
from tests.factories.identity import acting, make_member
from tests.factories.people import make_note, make_person
from tests.people.picturing import give
from tests.people.test_pictures import picture_of
from tests.web_client import Api, Portal, soup_of, words_of


@pytest.fixture
def api(app: CommunityFlask, owner: Actor) -> Api:
    return Api(app, owner)


@pytest.fixture
def portal(app: CommunityFlask, owner: Actor) -> Portal:
    return Portal(app, owner)


def _cells(page: Any, label: str) -> list[str]:
    (row,) = [tr for tr in page.select("tbody tr") if tr.find("th").get_text() == label]
    return [" ".join(cell.stripped_strings) for cell in row.find_all("td")]


def test_every_field_has_its_choice_and_hidden_values_none(
    portal: Portal, api: Api, owner: Actor
) -> None:
    member = make_member(owner)
    one, other = make_person(owner, "Mara Ellison"), make_person(owner, "Mara E.")
    hidden = make_person(member, "Hidden Friend", audience="private")
    with acting(owner):
        people.define_field(owner, name="Size", kind="text")
        people.define_field(owner, name="Motto", kind="text")
        people.define_field(owner, name="Mentor", kind="person")
        people.edit_person(
            owner,
            one.id,
            sort_name="Ellison, Mara",
            fields={"size": "S", "motto": "Go"},
            birthday={"month": 2, "day": 29, "year": None},
        )
        mentor = {"mentor": str(owner.person_id)}
        people.edit_person(
            owner, other.id, sort_name="E., Mara", fields={"size": "M", "motto": "Go", **mentor}
        )
    with acting(member):
        people.edit_person(member, one.id, fields={"mentor": str(hidden.id)})
    give(owner, one)
    give(owner, other, "red")
    make_note(owner, other.id)
    make_note(member, other.id, "Nobody else's.")
    at = f"/people/{slugs.slug(one.id, one.name)}/merge"
    there = slugs.slug(other.id, other.name)
    answer = portal.get(f"{at}?with={there}")
    page = soup_of(answer)
    assert _cells(page, "Sorted as") == ["Sorted as: Ellison, Mara", "Sorted as: E., Mara"]
    assert _cells(page, "Birthday") == ["29 February", ""]
    assert _cells(page, "Size") == ["S", "Size: Take this: M"]
    assert len(page.select("tbody .avatar img")) == 2
    assert "Notes: 1" in words_of(answer)
    assert {box["value"] for box in page.select("input[name=their_fields]")} == {"size"}
    assert "Hidden Friend" not in answer.text
    sent = {"with": there, "sort_name": "merge", "picture": "merge", "name": "keep"}
    done = portal.post(at, {**sent, "their_fields": ["size", "mentor", "motto"]})
    assert done.status_code == 303, done.text
    person = api.get(f"/people/{one.id}").get_json()
    assert (person["name"], person["sort_name"]) == ("Mara Ellison", "E., Mara")
    assert person["picture_id"] == str(picture_of(owner, other))
    assert (person["fields"]["size"], person["fields"]["motto"]) == ("M", "Go")
    seen = Api(portal.client.application, member).get(f"/people/{one.id}").get_json()
    # One value a field: what whoever merges sees comes, and what they do not see comes back.
    assert seen["fields"]["mentor"] == str(owner.person_id)
    (merge,) = api.get("/people/merges").get_json()["items"]
    portal.post(f"/people/merges/{merge['id']}/undo")
    person = api.get(f"/people/{one.id}").get_json()
    assert (person["sort_name"], person["fields"]["size"]) == ("Ellison, Mara", "S")
    seen = Api(portal.client.application, member).get(f"/people/{one.id}").get_json()
    assert seen["fields"]["mentor"] == str(hidden.id)


def test_a_program_chooses_the_same(api: Api, owner: Actor) -> None:
    one, other = make_person(owner, "Mara Ellison"), make_person(owner, "Mara E.")
    with acting(owner):
        people.define_field(owner, name="Size", kind="text")
        people.edit_person(owner, one.id, sort_name="Ellison", fields={"size": "S"})
        people.edit_person(owner, other.id, sort_name="E.", fields={"size": "M"})
    choices = {"sort_name": "merge", "their_fields": ["size"]}
    sent = {"keep_id": str(one.id), "merge_id": str(other.id), "choices": choices}
    assert api.post("/people/merges", sent).status_code == 201
    person = api.get(f"/people/{one.id}").get_json()
    assert (person["sort_name"], person["fields"]) == ("E.", {"size": "M"})
