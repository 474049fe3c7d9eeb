"""Pairs, merges and their pages, over HTTP."""

import re
from typing import Any
from uuid import UUID

import pytest

from community.core import slugs
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.factories.identity import make_member
from tests.factories.people import make_person
from tests.web_client import Api, Portal


@pytest.fixture
def api(app: CommunityFlask, owner: Actor) -> Api:
    return Api(app, owner)


@pytest.fixture
def portal(app: CommunityFlask, owner: Actor) -> Portal:
    return Portal(app, owner)


def add(api: Api, name: str, mail: str, **more: Any) -> dict[str, Any]:
    body = {"name": name, "emails": [{"value": mail}], **more}
    found: dict[str, Any] = api.post("/people", body).get_json()
    return found


def test_a_program_finds_a_pair_merges_it_and_undoes_it(api: Api) -> None:
    one = add(api, "Mara Ellison", "mara@example.org", tags=["sails"])
    work = {"organisation": "Hale", "title": "Designer", "from_on": "2020-01-01"}
    other = add(api, "Mara E.", "mara@example.org", tags=["rows"], positions=[work])
    (pair,) = api.get("/people/duplicates").get_json()["items"]
    assert {pair["a"]["id"], pair["b"]["id"]} == {one["id"], other["id"]}
    assert (pair["certainty"], pair["reasons"]) == ("sure", ["mail"])
    choices = {"name": "merge", "dropped_tags": ["sails"], "dropped_positions": [work]}
    body = {"keep_id": one["id"], "merge_id": other["id"], "choices": choices}
    answer = api.post("/people/merges", body)
    assert answer.status_code == 201
    merge = answer.get_json()
    assert (merge["kept"]["name"], merge["merged"]["id"]) == ("Mara E.", other["id"])
    now = api.get(f"/people/{other['id']}").get_json()
    assert (now["id"], now["name"], now["tags"]) == (one["id"], "Mara E.", ["rows"])
    assert now["positions"] == []
    assert api.get("/people/duplicates").get_json()["items"] == []
    assert api.get("/people/merges").get_json()["items"] == [merge]
    assert api.get(f"/people/merges/{merge['id']}").get_json() == merge
    assert api.delete(f"/people/merges/{merge['id']}").status_code == 204
    assert api.delete(f"/people/merges/{merge['id']}").status_code == 404
    again = api.get(f"/people/{one['id']}").get_json()
    kept = ("name", "tags", "positions", "emails")
    assert [again[name] for name in kept] == [one[name] for name in kept]
    said = api.post("/people/distinctions", {"a_id": one["id"], "b_id": other["id"]})
    assert said.status_code == 201
    path = f"/people/distinctions/{said.get_json()['id']}"
    assert api.get(path).get_json() == said.get_json()
    assert api.get("/people/duplicates").get_json()["items"] == []
    assert api.delete(path).status_code == 204


def test_a_merge_that_is_none_is_refused_with_the_mend(api: Api, owner: Actor) -> None:
    one = add(api, "Mara Ellison", "mara@example.org")
    same = api.post("/people/merges", {"keep_id": one["id"], "merge_id": one["id"]})
    assert (same.status_code, same.get_json()["code"]) == (422, "same_person")
    wrong = {"keep_id": one["id"], "merge_id": str(owner.person_id)}
    assert api.post("/people/merges", wrong).get_json()["code"] == "keep_the_member"
    assert api.post("/people/merges", {"keep_id": one["id"]}).status_code == 422


def test_adding_somebody_who_is_here_warns_first_and_adds_anyway(
    portal: Portal, api: Api, owner: Actor
) -> None:
    known = add(api, "Mara Ellison", "mara@example.org")
    portal.get("/people/new")
    sent = {"name": "Mara E.", "emails-0-value": "mara@example.org", "visibility": "team"}
    warned = portal.post("/people/new", sent)
    page = warned.get_data(as_text=True)
    assert warned.status_code == 422
    assert slugs.slug(UUID(known["id"]), "Mara Ellison") in page
    assert "the same mail address" in page
    assert len(api.get("/people?q=Mara").get_json()["items"]) == 1
    added = portal.post("/people/new", {**sent, "anyway": "yes"})
    assert added.status_code == 303
    assert len(api.get("/people?q=Mara").get_json()["items"]) == 2


def test_the_pages_compare_merge_undo_and_tell_apart(
    portal: Portal, api: Api, owner: Actor
) -> None:
    one = make_person(owner, "Mara Ellison", email="mara@example.org", tags=["sails"])
    other = make_person(owner, "Mara E.", email="mara.e@example.org", tags=["sails"])
    slug, there = slugs.slug(one.id, one.name), slugs.slug(other.id, other.name)
    asked = portal.get(f"/people/{slug}/merge?with=Mara").get_data(as_text=True)
    assert there in asked
    page = portal.get(f"/people/{slug}/merge?with={there}").get_data(as_text=True)
    shown = re.findall(r'name="shown_(\w+)" value="([^"]+)"', page)
    assert ("emails", "mara.e@example.org") in shown
    sent: dict[str, Any] = {"with": there, "name": "merge"}
    sent |= {"shown_emails": ["mara@example.org", "mara.e@example.org"]}
    sent |= {"stay_emails": ["mara.e@example.org"], "shown_tags": "sails", "stay_tags": "sails"}
    done = portal.post(f"/people/{slug}/merge", sent)
    assert done.status_code == 303
    person = api.get(f"/people/{one.id}").get_json()
    assert [mail["value"] for mail in person["emails"]] == ["mara.e@example.org"]
    assert (person["name"], person["tags"]) == ("Mara E.", ["sails"])
    assert "Mara E. into Mara E." in portal.get("/people/merges").get_data(as_text=True)
    (merge,) = api.get("/people/merges").get_json()["items"]
    assert portal.post(f"/people/merges/{merge['id']}/undo").status_code == 303
    person = api.get(f"/people/{one.id}").get_json()
    assert [mail["value"] for mail in person["emails"]] == ["mara@example.org"]
    api.patch(f"/people/{other.id}", {"emails": [{"value": "mara@example.org"}]})
    assert "Two people" in portal.get("/people/duplicates").get_data(as_text=True)
    both = {"a_id": str(one.id), "b_id": str(other.id)}
    assert portal.post("/people/duplicates/apart", both).status_code == 303
    assert "Two people" not in portal.get("/people/duplicates").get_data(as_text=True)


def test_a_member_is_the_one_that_is_kept_on_the_page(portal: Portal, owner: Actor) -> None:
    outside = make_person(owner, "Ivy O.")
    member = make_member(owner, "Ivy Okonjo")
    slug = slugs.slug(outside.id, outside.name)
    answer = portal.get(f"/people/{slug}/merge?with={slugs.slug(member.person_id, 'Ivy Okonjo')}")
    assert answer.status_code == 303
    assert f"/people/{slugs.slug(member.person_id, 'Ivy Okonjo')}/merge" in answer.location
