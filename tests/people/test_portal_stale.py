"""Two people edit the same: the second to save sees both, keeps what they typed, and chooses."""

from typing import Any

import pytest
from bs4 import BeautifulSoup

from community.core import slugs
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.factories.people import make_note, make_person
from tests.web_client import Portal


@pytest.fixture
def portal(app: CommunityFlask, owner: Actor) -> Portal:
    return Portal(app, owner)


def page(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.text, "html.parser")


def test_a_form_that_is_too_old_shows_both_and_is_saved_as_chosen(
    portal: Portal, app: CommunityFlask, owner: Actor
) -> None:
    person = make_person(owner, "Mara Ellison", email="mara@hale.example", tags=["Design"])
    path = f"/people/{slugs.slug(person.id, person.name)}/edit"
    old = page(portal.get(path)).select_one("[name=version]")["value"]
    base = {"emails-0-value": "mara@hale.example", "visibility": "team"}
    theirs = {**base, "name": "Mara Ellison", "call_name": "Mara", "tags": "Design, Lisbon"}
    assert portal.post(path, {**theirs, "version": old}).status_code == 303

    mine = {**base, "name": "Mara E. Ellison", "call_name": "", "tags": "Design, Garden"}
    refused = portal.post(path, {**mine, "version": old})
    assert refused.status_code == 422
    came_back = page(refused)
    differing = [field.legend.text for field in came_back.select(".differences fieldset")]
    assert differing == ["Name", "Call name", "Tags"], "what is the same is not asked"
    assert "Design, Lisbon" in came_back.select_one(".differences").text
    assert came_back.select_one("[name=name]")["value"] == "Mara E. Ellison", "nothing is lost"
    version = came_back.select_one("[name=version]")["value"]
    assert version != old
    chosen = {"keep-name": "mine", "keep-call_name": "theirs", "keep-tags": "mine"}
    assert portal.post(path, {**mine, **chosen, "version": version}).status_code == 303

    row = page(portal.get(f"/people/{slugs.slug(person.id, 'Mara E. Ellison')}/edit"))
    shown = {name: row.select_one(f"[name={name}]")["value"] for name in chosen_names(chosen)}
    assert shown == {"name": "Mara E. Ellison", "call_name": "Mara", "tags": "Design, Garden"}
    assert row.select_one("[name=emails-0-value]")["value"] == "mara@hale.example"


def chosen_names(chosen: dict[str, str]) -> list[str]:
    return [name.removeprefix("keep-") for name in chosen]


def test_an_old_form_of_a_note_and_of_a_deletion_goes_through_knowingly(
    portal: Portal, owner: Actor
) -> None:
    person = make_person(owner, "Mara Ellison")
    note = make_note(owner, person.id, "one")
    path = f"/notes/{note.id}/edit"
    old = page(portal.get(path)).select_one("[name=version]")["value"]
    sent = {"visibility": "private", "happened_on": ""}
    assert portal.post(path, {**sent, "body": "theirs", "version": old}).status_code == 303
    came_back = page(portal.post(path, {**sent, "body": "mine", "version": old}))
    assert [f.legend.text for f in came_back.select(".differences fieldset")] == ["Note"]
    version = came_back.select_one("[name=version]")["value"]
    again = {**sent, "body": "mine", "keep-body": "mine", "version": version}
    assert portal.post(path, again).status_code == 303
    assert "mine" in page(portal.get(path)).select_one("[name=body]").text

    path = f"/people/{slugs.slug(person.id, person.name)}/delete"
    refused = page(portal.post(path, {"name": "Mara Ellison", "version": "0"}))
    version = refused.select_one("[name=version]")["value"]
    gone = portal.post(path, {"name": "Mara Ellison", "version": version})
    assert gone.headers["Location"].endswith("/people")


def test_what_was_left_as_it_came_is_kept_as_theirs(portal: Portal, owner: Actor) -> None:
    person = make_person(owner, "Mara Ellison", tags=["Design"])
    path = f"/people/{slugs.slug(person.id, person.name)}/edit"
    opened = page(portal.get(path))
    hidden = {name: opened.select_one(f"[name={name}]")["value"] for name in ("version", "shown")}
    base = {"visibility": "team", "tags": "Design"}
    portal.post(path, {**base, **hidden, "name": "Mara Theirs", "call_name": "Mar"})

    refused = portal.post(path, {**base, **hidden, "name": "Mara Mine", "call_name": ""})
    assert refused.status_code == 422
    checked = {
        field["name"]: field["value"] for field in page(refused).select(".differences [checked]")
    }
    assert checked == {"keep-name": "mine", "keep-call_name": "theirs"}
