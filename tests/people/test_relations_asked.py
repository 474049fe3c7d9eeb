"""Relations by the JSON API and on pages."""

from typing import Any

from community.identity.models import Actor
from community.people.schemas import relations as schemas
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import make_member
from tests.factories.people import make_person
from tests.people.asking import agrees
from tests.people.browsing import page, path, send, words
from tests.web_client import Api, Portal


def test_a_relation_is_written_read_from_both_sides_changed_and_brought_back(
    api: Api, owner: Actor
) -> None:
    ada, bob = make_person(owner, "Ada"), make_person(owner, "Bob")
    sent = {"kind": "mentor", "other_id": str(bob.id), "from": "2020-01-01"}
    made = api.post(f"/people/{ada.id}/relations", sent)
    assert made.status_code == 201
    assert {name: made.json[name] for name in sent} == sent
    assert made.json["visibility"]["audience"] == "private", "the author's default"
    assert set(made.json) == {f.data_key or n for n, f in schemas.RelationOut().fields.items()}
    assert schemas.RelationOut().validate(made.json) == {}
    there = api.get(f"/people/{bob.id}/relations").json["items"]
    assert [(each["kind"], each["other_id"], each["reverse"]) for each in there] == [
        ("mentee", str(ada.id), "mentor")
    ]
    one = made.headers["Location"].removeprefix("/api/v1")
    assert api.patch(one, {"to": "2019-01-01"}, 1).json["errors"][0]["field"] == "to"
    assert api.patch(one, {"to": "2024-01-01"}, 1).json["state"] == "past"
    assert api.patch(one, {"word": "x"}, 1).status_code == 412
    assert api.delete(one).status_code == 204
    assert api.get(f"/people/{ada.id}/relations").json["items"] == []
    assert api.post(f"{one}/restoration").json["to"] == "2024-01-01"
    bad = api.post(f"/people/{ada.id}/relations", {**sent, "kind": "nemesis", "x": 1})
    assert bad.status_code == 422


def test_the_teams_own_kinds_stand_beside_the_fixed_ones(
    app: CommunityFlask, api: Api, owner: Actor
) -> None:
    made = api.post("/relation_kinds", {"name": "Godparent", "reverse_name": "Godchild"}).json
    agrees(schemas.RelationKindOut(), made)
    kinds = {each["kind"]: each for each in api.get("/relation_kinds").json["items"]}
    assert kinds[made["reverse"]]["reverse"] == made["kind"]
    assert kinds["parent"]["reverse"] == "child"
    ada, bob = make_person(owner, "Ada"), make_person(owner, "Bob")
    sent = {"kind": made["kind"], "other_id": str(bob.id)}
    assert api.post(f"/people/{ada.id}/relations", sent).json["name"] == "Godparent"
    gone = api.patch(f"/relation_kinds/{made['reverse']}", {"archived": True}).json
    assert gone["state"] == "archived"
    member = Api(app, make_member(owner))
    assert member.post("/relation_kinds", {"name": "Rival"}).status_code == 403


def sent_for(who: str, kind: str = "friend") -> dict[str, Any]:
    return {"who": who, "kind": kind, "visibility": "team"}


def test_a_relation_is_added_on_the_persons_page_and_stands_on_both(
    portal: Portal, owner: Actor
) -> None:
    ada = make_person(owner, "Ada Lovelace")
    bob = make_person(owner, "Bob Blom", email="bob@example.org")
    assert "Add a relation" in words(portal.get(path(ada)))
    here = path(ada, "relations")
    refused = send(portal, here, sent_for("Nobody Known"))
    assert refused.status_code == 422
    assert "Nobody here is called Nobody Known." in words(refused)
    make_person(owner, "Bob Blom", email="other@example.org")
    unclear = portal.post(here, sent_for("Bob Blom"))
    assert "Whom do you mean?" in words(unclear)
    done = portal.post(here, sent_for("Bob Blom (bob@example.org)", "parent"))
    assert done.status_code == 303
    assert "Bob Blom Parent" in words(portal.get(path(ada)))
    card = page(portal.get(path(bob))).select_one("#relations")
    assert "Child" in card.text
    edit = card.select_one("a[href$='/edit']")["href"]
    assert portal.post(edit, {"kind": "partner", "visibility": "team"}).status_code == 303
    shown = page(portal.get(edit))
    form = shown.select_one("form[action$='/remove']")
    gone = portal.post(form["action"], {})
    undo = page(portal.get(gone.headers["Location"])).select_one("#toasts form")["action"]
    assert portal.post(undo, {}).status_code == 303
    assert "Partner" in words(portal.get(path(ada)))
    with counting() as statements:
        portal.get(path(ada))
    assert len(statements) <= 12


def test_words_for_relations_are_the_owners_and_stewards_to_make(
    app: CommunityFlask, portal: Portal, owner: Actor
) -> None:
    sent = {"name": "Godparent", "reverse_name": "Godchild"}
    assert send(portal, "/admin/relations", sent).status_code == 303
    assert "There is one of this name already." in words(portal.post("/admin/relations", sent))
    shown = page(portal.get("/admin/relations"))
    form = shown.select_one("#own form")
    gone = portal.post(form["action"], {})
    shown = page(portal.get(gone.headers["Location"]))
    assert "not in use" in shown.select_one("#own").text
    assert portal.post(shown.select_one("#toasts form")["action"], {}).status_code == 303
    theirs = Portal(app, make_member(owner))
    assert page(theirs.get("/admin/relations")).select_one("#new-kind") is None
    theirs.get("/settings/keyboard")
    assert theirs.post("/admin/relations", {"name": "Rival"}).status_code == 403
