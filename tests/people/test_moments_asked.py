"""Achievements and hard times on pages and as JSON resources."""

from community.identity.models import Actor
from community.people.schemas.moments import AchievementOut, HardTimeOut
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import make_member
from tests.factories.people import make_fact, make_person
from tests.people.asking import agrees, create
from tests.people.browsing import page, path, send, words
from tests.web_client import Api, Portal

TEAM = {"audience": "team", "people": [], "circle_id": None}
ACHIEVEMENT = {
    "title": "Opened a studio",
    "happened_on": "2026-03-01",
    "source": "public",
    "visibility": TEAM,
}


def test_an_achievement_is_noted_claimed_let_go_and_sent(
    app: CommunityFlask, api: Api, owner: Actor
) -> None:
    person = create(api)
    listed = f"/people/{person['id']}/achievements"
    response = api.post(listed, ACHIEVEMENT)
    assert response.status_code == 201
    made = response.json
    agrees(AchievementOut(), made)
    assert ACHIEVEMENT.items() <= made.items()
    here, claim = f"/achievements/{made['id']}", f"/achievements/{made['id']}/congratulation"
    assert response.headers["Location"] == f"/api/v1{here}"
    ivy = make_member(owner, "Ivy Okonjo")
    other = Api(app, ivy)
    assert other.get(listed).json["items"] == [made]
    claimed = other.post(claim).json
    assert (claimed["state"], claimed["claimed_by_id"]) == ("claimed", str(ivy.person_id))
    refused = api.post(claim)
    assert (refused.status_code, refused.json["code"]) == (409, "claimed")
    assert other.get("/achievements").json["items"] == [claimed]
    assert api.get("/achievements").json["items"] == []
    assert other.open("DELETE", claim).status_code == 204
    assert api.open("PATCH", claim, json={"state": "sent"}).json["state"] == "sent"
    assert other.post(claim).json["code"] == "sent"
    assert api.open("PATCH", claim, json={"state": "claimed"}).json["ended_at"] is None
    assert api.open("PATCH", claim, json={"state": "over"}).status_code == 422
    assert api.patch(here, {"title": "Opened two"}).json["title"] == "Opened two"
    assert api.get(f"/hard_times/{made['id']}").status_code == 404
    timeline = api.get(f"/people/{person['id']}/timeline?kind=achievement").json["items"]
    assert [(item["id"], item["title"]) for item in timeline] == [(made["id"], "Opened two")]
    for kind in ("achievement", "person"):
        found = other.get(f"/search?q=opened&kind={kind}").json["items"]
        assert [hit["person_id"] for hit in found] == [person["id"]]
    assert api.delete(here).status_code == 204
    assert api.get(here).status_code == other.get(here).status_code == 404
    assert api.post(f"{here}/restoration").json["title"] == "Opened two"


def test_a_hard_time_is_read_by_the_named_and_hides_who_is_with_them_from_whom_it_is_about(
    app: CommunityFlask, api: Api, owner: Actor
) -> None:
    subject, friend, other = (make_member(owner) for _number in range(3))
    named = {"audience": "people", "people": [str(friend.person_id)], "circle_id": None}
    listed = f"/people/{subject.person_id}/hard_times"
    sent = {"title": "Her father is ill", "visibility": named, "is_with": True}
    refused = api.post(listed, {**sent, "visibility": TEAM})
    assert (refused.status_code, refused.json["code"]) == (422, "named_few")
    made = api.post(listed, sent).json
    agrees(HardTimeOut(), made)
    here = f"/hard_times/{made['id']}"
    assert (made["state"], made["claimed_by_id"]) == ("claimed", str(owner.person_id))
    assert Api(app, friend).get(here).json["claimed_by_id"] == str(owner.person_id)
    assert Api(app, other).get(here).status_code == 404
    told = Api(app, subject).get(here).json
    assert (told["state"], told["claimed_by_id"], told["claimed_at"]) == ("noticed", None, None)
    about = page(Portal(app, subject).get("/me/about")).select_one(f"#about-{made['id']} a")
    assert about.get_text() == "Her father is ill"
    shown = Portal(app, subject).get(f"/moments/{made['id']}")
    assert "with them" not in words(shown)
    assert page(shown).select("#moment form") == []
    assert api.open("PATCH", f"{here}/support", json={"state": "over"}).json["state"] == "over"
    assert api.open("PATCH", f"{here}/support", json={"state": "open"}).json["state"] == "claimed"


def test_a_list_costs_few_statements(api: Api) -> None:
    person = create(api)
    listed = f"/people/{person['id']}/achievements"
    for number in range(3):
        api.post(listed, {**ACHIEVEMENT, "title": f"Prize {number}"})
    for address in (listed, "/achievements"):
        api.get(address)
        with counting() as sent:
            assert len(api.get(address).json["items"]) == 3 * (address == listed)
        assert len(sent) <= 4, sent


def test_pages_note_it_and_say_who_writes(
    app: CommunityFlask, portal: Portal, owner: Actor
) -> None:
    person, ivy = make_person(owner, "Mara Ellison"), make_member(owner, "Ivy Okonjo")
    theirs = Portal(app, ivy)
    new = path(person, "moments/new")
    assert send(portal, new, {"title": "", "visibility": "team"}).status_code == 422
    sent = {"title": "Opened a studio", "visibility": "team", "source": "public"}
    assert send(portal, new, sent).status_code == 303
    today = page(theirs.get("/")).select_one("#moments")
    assert "Nobody has said yet that they write" in today.get_text()
    act = today.select_one("form[action$=claim]")["action"].removeprefix(theirs.path(""))
    assert theirs.post(act).status_code == 303
    card = page(portal.get(path(person))).select_one("#moments")
    assert "Ivy Okonjo will write" in card.get_text()
    assert card.select("form") == []
    assert portal.post(act).status_code == 409
    here = act.removesuffix("/claim")
    assert "You will write" in words(theirs.get(here))
    assert theirs.post(f"{here}/finish").status_code == 303
    assert "Ivy Okonjo congratulated them" in words(portal.get(here))
    assert page(theirs.get("/")).select_one("#moments") is None
    history = page(portal.get(f"{path(person)}?kind=achievement")).select_one("#timeline")
    assert "Opened a studio" in history.get_text()
    assert theirs.get(f"{here}/edit").status_code == 200
    edited = {**sent, "title": "Opened two", "version": "3"}
    assert theirs.post(f"{here}/edit", edited).status_code == 403
    portal.get(f"{here}/edit")
    assert portal.post(f"{here}/edit", edited).status_code == 303
    assert portal.post(f"{here}/delete").status_code == 303
    assert theirs.get(here).status_code == 404


def test_a_hard_time_is_offered_to_a_few_alone_and_shown_to_them(
    app: CommunityFlask, portal: Portal, owner: Actor
) -> None:
    person, friend = make_person(owner, "Mara Ellison"), make_member(owner, "Finn Friend")
    new = path(person, "moments/new")
    form = page(portal.get(f"{new}?kind=hard_time")).select_one("#moment form")
    assert [box["value"] for box in form.select("[name=visibility]")] == ["private", "people"]
    sent = {"kind": "hard_time", "title": "A lawsuit", "is_with": "yes", "visibility": "people"}
    sent["visibility_people"] = str(friend.person_id)
    assert send(portal, new, sent).status_code == 303
    card = page(Portal(app, friend).get(path(person))).select_one("#moments").get_text()
    assert "A lawsuit" in card
    assert f"{owner.name} is with them" in card
    assert "A lawsuit" not in words(Portal(app, make_member(owner)).get(path(person)))


def test_today_names_what_of_ones_own_to_look_at_again(
    app: CommunityFlask, portal: Portal, owner: Actor
) -> None:
    person, due = make_person(owner, "Mara Ellison"), "2020-01-01"
    make_fact(owner, person.id, "Lives in Lisbon.", recheck_on=due, audience="team")
    assert "Lives in Lisbon." in page(portal.get("/")).select_one("#to-verify").get_text()
    assert page(Portal(app, make_member(owner)).get("/")).select_one("#to-verify") is None
    with counting() as sent:
        portal.get("/")
    assert len(sent) <= 12, sent
