"""The team's own fields by the JSON API, on pages and in the table of people."""

import csv
import io
from uuid import uuid4

from community.exchange.actions import export_people
from community.identity.models import Actor
from community.people import actions, queries
from community.people.schemas import PersonOut
from community.people.schemas import custom as schemas
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.people.asking import agrees, create
from tests.people.browsing import page, send, words
from tests.web_client import Api, Portal


def test_fields_are_defined_filled_filtered_by_and_archived(
    app: CommunityFlask, api: Api, owner: Actor
) -> None:
    shirt = {"name": "T-shirt", "kind": "choice", "choices": ["Small", "Large"]}
    made = api.post("/custom_fields", shirt)
    assert made.status_code == 201
    agrees(schemas.FieldOut(), made.json)
    assert {**shirt, "key": "t_shirt"}.items() <= made.json.items()
    api.post("/custom_fields", {"name": "Size", "kind": "number"})
    mara = create(api, fields={"t_shirt": "Large", "size": 42.5})
    assert mara["fields"] == {"t_shirt": "Large", "size": 42.5}
    one = api.get(f"/people/{mara['id']}").json
    agrees(PersonOut(), one)
    assert one["fields"] == mara["fields"]
    bad = api.patch(f"/people/{mara['id']}", {"fields": {"t_shirt": "XL", "size": "x"}})
    assert {error["field"] for error in bad.json["errors"]} == {"fields.t_shirt", "fields.size"}
    for value in (True, {"a": 1}, ["x"], "a\0b"):
        refused = api.patch(f"/people/{mara['id']}", {"fields": {"size": value}})
        assert refused.status_code == 422, value
    found = api.get("/people?field=t_shirt:Large").json["items"]
    assert [each["id"] for each in found] == [mara["id"]]
    assert api.get("/people?field=t_shirt:Small").json["items"] == []
    field = f"/custom_fields/{made.json['id']}"
    assert api.patch(field, {"archived": True}).json["state"] == "archived"
    assert api.get(f"/people/{mara['id']}").json["fields"] == {"size": 42.5}
    assert len(api.get("/custom_fields").json["items"]) == 2
    assert api.patch(field, {"kind": "text"}).status_code == 422
    assert api.patch(f"/custom_fields/{uuid4()}", {"name": "x"}).status_code == 404
    assert Api(app, make_member(owner)).patch(field, {"name": "x"}).status_code == 403
    with counting() as statements:
        api.get(f"/people/{mara['id']}")
    assert len(statements) <= 6


def define(owner: Actor) -> None:
    with acting(owner):
        for name, kind in (("Size", "number"), ("Buddy", "person"), ("Since", "date")):
            actions.define_field(owner, name=name, kind=kind)
        actions.define_field(owner, name="Shirt", kind="choice", choices=["S", "L"])


def test_a_person_is_filled_in_by_the_form_and_shows_it_on_the_page(
    portal: Portal, owner: Actor
) -> None:
    define(owner)
    make_person(owner, "Oskar Blom")
    made = {"name": "Mara Ellison", "visibility": "team", "fields-size": "42.5"}
    there = send(portal, "/people/new", {**made, "fields-buddy": "Oskar Blom", "fields-shirt": "L"})
    here = there.headers["Location"]
    said = words(portal.get(here))
    assert "Size 42.5" in said
    assert "Buddy Oskar Blom" in said
    shown = page(portal.get(f"{here}/edit"))
    assert shown.select_one("[name=fields-buddy]")["value"] == "Oskar Blom"
    version = shown.select_one("[name=version]")["value"]
    sent = {**made, "version": version, "fields-buddy": "Oskar Blom", "fields-shirt": ""}
    bad = portal.post(f"{here}/edit", {**sent, "fields-size": "big", "fields-since": "soon"})
    assert bad.status_code == 422
    assert "Size: this must be a number" in words(bad)
    nobody = portal.post(f"{here}/edit", {**sent, "fields-buddy": "Nobody"})
    assert "Nobody here is called Nobody." in words(nobody)
    assert portal.post(f"{here}/edit", {**sent, "fields-since": "2020-02-29"}).status_code == 303
    said = words(portal.get(here))
    assert "Since 29 February 2020" in said
    assert "Shirt" not in said
    with counting() as statements:
        portal.get(here)
    assert len(statements) <= 12


def test_the_list_is_narrowed_by_a_choice_and_taken_out_with_the_fields(
    portal: Portal, owner: Actor
) -> None:
    define(owner)
    with acting(owner):
        for name, size in (("Mara", "S"), ("Oskar", "L")):
            actions.create_person(owner, name=name, fields={"shirt": size, "size": 40})
    shown = page(portal.get("/people?field=shirt:L"))
    assert [a.text for a in shown.select("#people-rows .row-title a")] == ["Oskar"]
    assert shown.select_one("option[value='shirt:S']").text == "Shirt: S"
    with acting(owner):
        rows = list(csv.DictReader(io.StringIO(export_people(owner).decode("utf-8-sig"))))
    sizes = {each["Name"]: (each["Shirt"], each["Size"]) for each in rows}
    assert sizes["Mara"] == ("S", "40")
    assert sizes[owner.name] == ("", "")
    with counting() as statements:
        portal.get("/people")
    assert len(statements) <= 8


def test_fields_are_added_ordered_and_put_away_on_their_page(
    app: CommunityFlask, portal: Portal, owner: Actor
) -> None:
    shirt = {"name": "Shirt", "kind": "choice", "choices": "S\n\n L \n"}
    assert send(portal, "/admin/fields", shirt).status_code == 303
    with acting(owner):
        field = queries.find_fields(owner)[0]
    assert field.choices == ["S", "L"]
    none = portal.post("/admin/fields", {"name": "Hat", "kind": "choice", "choices": ""})
    assert "Name at least one choice." in words(none)
    here = f"/admin/fields/{field.id}"
    changed = {"name": "T-shirt", "choices": "S\nM\nL", "place": "4"}
    assert send(portal, here, changed).status_code == 303
    assert portal.post(here, {**changed, "place": "x"}).status_code == 422
    assert "One of several: S, M, L" in words(portal.get("/admin/fields"))
    gone = portal.post(f"{here}/archive", {})
    undo = page(portal.get(gone.headers["Location"])).select_one("#toasts form")["action"]
    assert portal.post(undo, {}).status_code == 303
    theirs = Portal(app, make_member(owner))
    assert page(theirs.get("/admin/fields")).select_one("#new-field") is None
