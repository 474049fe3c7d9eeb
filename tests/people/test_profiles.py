"""What members say of themselves: who writes, who reads, who is found by it; and the directory."""

from typing import Any

import pytest

from community.core.errors import NotAllowed, Stale
from community.core.paging import PageRequest
from community.identity.models import Actor, Membership
from community.people import actions, queries
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, again, make_circle, make_member, make_team
from tests.people.browsing import page, words
from tests.people.doing import AUDIENCES, journal
from tests.web_client import Api, Portal

TEAM, PRIVATE = AUDIENCES["team"], AUDIENCES["private"]


def say(actor: Actor, part: str, text: str, visibility: Any = TEAM, **more: Any) -> None:
    with acting(actor):
        actions.set_profile(actor, {part: {"text": text, "visibility": visibility}}, **more)


def read(actor: Actor, of: Actor) -> dict[str, str]:
    with acting(actor):
        return {k: row.text for k, row in queries.find_profile(actor, of.person_id).items()}


def listed(actor: Actor, q: str = "", limit: int = 50) -> list[str]:
    with acting(actor):
        return [e.name for e in queries.find_directory(actor, q, PageRequest(limit)).items]


def test_each_part_is_read_by_whom_its_member_chose(owner: Actor, stranger: Actor) -> None:
    ivy, noor = make_member(owner, "Ivy"), make_member(owner, "Noor")
    guest = make_member(owner, "Gast", role="guest")
    circle = make_circle(ivy, noor, name="Studio").id
    ivy, noor = again(ivy), again(noor)
    say(ivy, "wishes", "A boat.", {"audience": "circle", "people": [], "circle_id": circle})
    named = {"audience": "people", "people": [owner.person_id, guest.person_id], "circle_id": None}
    say(ivy, "gaps", "Figures.", named)
    say(ivy, "story", "By the sea.")
    say(ivy, "values", "Calm.", PRIVATE)
    with acting(ivy):
        actions.set_profile(ivy, {"goals": {"text": "Rest."}})
    all_parts = ["story", "values", "gaps", "goals", "wishes"]
    assert list(read(ivy, ivy)) == all_parts, (
        "in the order of the parts, whenever they were written"
    )
    assert list(read(noor, ivy)) == ["story", "wishes"]
    assert list(read(owner, ivy)) == ["story", "gaps"]
    assert read(guest, ivy) == {}, "who does not see her reads nothing of her"
    assert read(stranger, ivy) == {}
    with acting(owner) as unit:
        ids = set(unit.session.scalars(queries.readable_profiles(owner)))
    assert len(ids) == 2


def test_a_part_is_edited_against_what_was_seen_and_taken_away_by_no_words(owner: Actor) -> None:
    say(owner, "story", "One.", version=0)
    with pytest.raises(Stale):
        say(owner, "story", "Two.", version=0)
    say(owner, "story", "Two.", version=1)
    with acting(owner):
        part_id = queries.find_profile(owner, owner.person_id)["story"].id
        actions.set_profile(owner, {"story": None})
    assert read(owner, owner) == {}
    assert [verb for verb, _fields in journal(owner, part_id)] == ["add", "edit", "delete"]


def test_the_directory_lists_members_by_what_they_say_to_the_reader(owner: Actor) -> None:
    ivy, noor = make_member(owner, "Ivy Okonjo"), make_member(owner, "Noor Haddad")
    guest = make_member(owner, "Gast", role="guest")
    say(ivy, "strengths", "Pricing, and sailing boats.")
    say(ivy, "gaps", "Bookkeeping.", PRIVATE)
    say(noor, "story", "Sailed from Lisbon.")
    assert {"Ivy Okonjo", "Noor Haddad"} <= set(listed(owner))
    assert "Gast" not in listed(owner)
    cases = {"sailing": 2, "sails pricing": 1, "ivy pricing": 1, "lisbon pricing": 0}
    assert {q: len(listed(owner, q)) for q in cases} == cases
    assert listed(owner, "bookkeeping") == [], "what is private finds nobody"
    assert listed(ivy, "bookkeeping") == ["Ivy Okonjo"]
    with acting(owner):
        first = queries.find_directory(owner, "sail", PageRequest(1))
        then = queries.find_directory(owner, "sail", PageRequest(1, first.next))
    assert [e.name for e in (*first.items, *then.items)] == ["Ivy Okonjo", "Noor Haddad"]
    with pytest.raises(NotAllowed):
        listed(guest)


def test_who_left_says_nothing_any_more(owner: Actor) -> None:
    ivy = make_member(owner, "Ivy Okonjo")
    say(ivy, "story", "By the sea.")
    with acting(owner) as unit:
        unit.session.get_one(Membership, (owner.team_id, ivy.member_id)).end("left", unit.now)
    assert read(owner, ivy) == {}
    assert "Ivy Okonjo" not in listed(owner)


def test_programs_read_and_write_it(app: CommunityFlask, owner: Actor) -> None:
    ivy = make_member(owner, "Ivy Okonjo")
    mine, theirs = Api(app, ivy), Api(app, owner)
    sent = mine.open(
        "PATCH",
        "/me/profile",
        json={"strengths": {"text": "Pricing", "visibility": {"audience": "team"}}},
    )
    assert sent.status_code == 200, sent.text
    assert sent.json["strengths"]["visibility"]["audience"] == "team"
    assert sent.json["story"] is None
    assert mine.get("/me/profile").json == sent.json
    assert theirs.get(f"/people/{ivy.person_id}/profile").json == sent.json
    theirs.get("/directory?q=pricing")
    with counting() as statements:
        found = theirs.get("/directory?q=pricing")
    assert [item["name"] for item in found.json["items"]] == ["Ivy Okonjo"]
    assert len(statements) <= 4, str(statements)
    hits = theirs.get("/search?q=pricing").json["items"]
    assert [(hit["kind"], hit["person_id"]) for hit in hits] == [
        ("person", str(ivy.person_id)),
        ("profile", str(ivy.person_id)),
    ]
    refused = mine.open("PATCH", "/me/profile", json={"story": {"words": "x"}})
    assert refused.status_code == 422
    assert Api(app, make_team()).get(f"/people/{ivy.person_id}/profile").status_code == 404


def test_my_page_is_written_part_by_part_and_stands_on_the_persons_page(
    app: CommunityFlask, owner: Actor
) -> None:
    ivy = make_member(owner, "Ivy Okonjo")
    portal = Portal(app, ivy)
    assert "How did you come to do what you do?" in words(portal.get("/me"))
    form = page(portal.get("/me/edit?part=story"))
    version = form.select_one("[name=version]")["value"]
    told = {"text": "By the sea.", "visibility": "team", "version": version}
    on = portal.post("/me/edit?part=story", {**told, "then": "next"})
    assert on.headers["Location"].endswith("/me/edit?part=values")
    assert portal.post("/me/edit?part=story", {**told, "text": "Late."}).status_code == 422
    assert portal.get("/me/edit?part=size").status_code == 404
    assert "By the sea." in words(portal.get("/me"))
    listed_page = page(Portal(app, owner).get("/directory?q=sea"))
    link = listed_page.select_one("#directory-rows a")["href"]
    shown = page(Portal(app, owner).get(link.removeprefix(portal.path(""))))
    assert "By the sea." in shown.select_one("#profile").get_text()
    quiet = {**told, "visibility": "private", "version": "1"}
    assert portal.post("/me/edit?part=story", quiet).status_code == 303
    shown = page(Portal(app, owner).get(link.removeprefix(portal.path(""))))
    assert shown.select_one("#profile") is None
    assert "Nobody in the team says so" in words(Portal(app, owner).get("/directory?q=sea"))
