"""What one does not know yet: questions on the page and in the API, and what a contact taught."""

from datetime import timedelta
from typing import Any

from community.core import clock
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import queries as people
from community.people.formats.wording import QUESTIONS
from community.people.models import Person
from community.relationships import actions as ties
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.people.browsing import page, path, send
from tests.web_client import Api, Portal


def facts(actor: Actor, person: Person) -> list[tuple[str, str, str]]:
    with acting(actor):
        found = people.find_facts(actor, person.id, PageRequest()).items
        return [(fact.kind, fact.text, fact.audience) for fact in found]


def put_all_aside_but(api: Api, person: Person, kept: str) -> Any:
    """Every question but one; what is asked then."""
    for code in QUESTIONS:
        if code != kept:
            api.post(f"/people/{person.id}/questions/{code}/dismissal")
    return api.get(f"/people/{person.id}/questions").json


def test_how_one_met_is_asked_once_and_leads_to_the_tie(app: CommunityFlask, owner: Actor) -> None:
    person, portal, api = make_person(owner, "Mara Ellison"), Portal(app, owner), Api(app, owner)
    asked = put_all_aside_but(api, person, "how_we_met")
    assert asked["asked"] == "how_we_met"
    assert "Mara" in asked["text"]
    question = page(portal.get(path(person))).select_one("#question a")
    assert question["href"].endswith("/met")
    new = path(person, "facts/new")
    assert portal.get(f"{new}?kind=how_we_met").headers["Location"].endswith("/met")
    kinds = [option["value"] for option in page(portal.get(new)).select("[name=kind] option")]
    assert "how_we_met" not in kinds
    assert "hope" in kinds
    with acting(owner):
        ties.add_tie(owner, person.id, met_where="In Lisbon")
    with counting() as sent:
        after = api.get(f"/people/{person.id}/questions").json
    assert len(sent) <= 6, sent
    assert after["asked"] is None
    assert page(portal.get(path(person))).select_one("#question") is None
    others = Api(app, make_member(owner)).get(f"/people/{person.id}/questions").json
    assert others["dismissed"] == [], "what one put aside is one's own"


def test_a_question_is_put_aside_and_asked_again_by_a_program(
    app: CommunityFlask, owner: Actor
) -> None:
    person, api = make_person(owner), Api(app, owner)
    here = f"/people/{person.id}/questions"
    first = api.get(here).json["asked"]
    told = api.post(f"{here}/{first}/dismissal").json
    assert told["dismissed"] == [first]
    assert told["asked"] != first
    assert api.open("DELETE", f"{here}/{first}/dismissal").status_code == 204
    assert api.get(here).json == {**told, "asked": first, "dismissed": []} | {
        "text": api.get(here).json["text"]
    }
    assert api.post(f"{here}/weight/dismissal").status_code == 404


def test_what_a_contact_taught_is_a_fact_for_oneself(app: CommunityFlask, owner: Actor) -> None:
    person, portal = make_person(owner, "Mara Ellison"), Portal(app, owner)
    note = {"body": "Had lunch.", "visibility": "team", "learned": "Rows on Sundays."}
    assert send(portal, path(person, "notes"), note, form=path(person)).status_code == 303
    thanks = {"mode": "thank", "who": "Mara Ellison", "what": "a lunch", "kind": "time"}
    learned = {"learned": "Has twins.", "visibility": "team", "shown_audience": "private"}
    assert send(portal, "/gives", {**thanks, **learned}, form="/gives/new").status_code == 303
    helped = {**thanks, "mode": "helped", "learned": ""}
    assert send(portal, "/gives", helped, form="/gives/new").status_code == 303
    assert facts(owner, person) == [
        ("other", "Has twins.", "private"),
        ("other", "Rows on Sundays.", "private"),
    ]
    assert facts(make_member(owner), person) == []
    late = (clock.local_clock().date() + timedelta(days=9)).isoformat()
    refused = {**thanks, "learned": "Sails.", "happened_on": late}
    shown = send(portal, "/gives", refused, form="/gives/new")
    assert shown.status_code == 422
    assert page(shown).select_one("[name=learned]")["value"] == "Sails."
    assert len(facts(owner, person)) == 2, "nothing is learned from what was refused"
    guest = Portal(app, make_member(owner, role="guest"))
    assert page(guest.get("/gives/new")).select_one("[name=learned]") is None
