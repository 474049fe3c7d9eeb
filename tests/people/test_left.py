"""Who left the team stays a person people know, and is shown as a member no more."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup

from community.accounts.actions import membership
from community.core import slugs
from community.core.paging import PageRequest
from community.identity.models import Actor, Membership
from community.people import queries
from community.people.queries import Filter
from community.web.session import CommunityFlask
from tests.factories.identity import acting, make_member
from tests.factories.ledger import log_give
from tests.factories.people import make_note
from tests.web_client import Api, Portal

LEFT = "In the team until"


@pytest.fixture
def ivy(owner: Actor) -> Actor:
    return make_member(owner, "Ivy Okonjo")


def leave(actor: Actor) -> date:
    with acting(actor) as unit:
        membership.leave_team(actor)
        ended = unit.session.get_one(Membership, (actor.team_id, actor.member_id)).ended_at
    assert ended is not None
    return ended.date()


def main(app: CommunityFlask, actor: Actor, path: str) -> Any:
    return BeautifulSoup(Portal(app, actor).get(path).text, "html.parser").select_one("main")


def page_of(person: Actor) -> str:
    return f"/people/{slugs.slug(person.person_id, person.name)}"


def test_pages_say_until_when_somebody_was_in_the_team(
    app: CommunityFlask, owner: Actor, ivy: Actor
) -> None:
    for path in ("/people?q=ivy", page_of(ivy)):
        assert "In the team" in main(app, owner, path).get_text()
        assert LEFT not in main(app, owner, path).get_text()
    day = leave(ivy)
    for path in ("/people?q=ivy", page_of(ivy)):
        assert f"{LEFT} {day.day} {day:%B %Y}" in main(app, owner, path).get_text()


def test_they_are_listed_with_those_outside(owner: Actor, ivy: Actor) -> None:
    leave(ivy)
    with acting(owner):
        found = {
            kind: {
                row.name
                for row in queries.find_people(owner, Filter(is_member=kind), PageRequest()).items
            }
            for kind in (True, False)
        }
    assert found == {True: {"Noor Haddad"}, False: {"Ivy Okonjo"}}


def test_the_api_says_since_when_they_are_no_member(
    app: CommunityFlask, owner: Actor, ivy: Actor
) -> None:
    api = Api(app, owner)
    before = api.get(f"/people/{ivy.person_id}").get_json()
    assert (before["member_id"], before["member_until"]) == (str(ivy.member_id), None)
    day = leave(ivy)
    after = api.get(f"/people/{ivy.person_id}").get_json()
    assert after["member_id"] is None
    assert after["member_until"].startswith(day.isoformat())


def test_no_page_promises_that_they_see_or_hear_anything(
    app: CommunityFlask, owner: Actor, ivy: Actor
) -> None:
    waiting = log_give(owner, ivy.person_id).give.id
    told = log_give(ivy, owner.person_id).give.id
    note = make_note(owner, ivy.person_id, audience="team")
    paths = (page_of(ivy), f"/notes/{note.id}/edit", f"/gives/{waiting}", f"/gives/{told}")
    for path in paths:
        assert "will see this" in main(app, owner, path).get_text(), path
    leave(ivy)
    for path in paths:
        assert "will see this" not in main(app, owner, path).get_text(), path
    assert Api(app, owner).get(f"/notes/{note.id}").get_json()["subject_sees"] is False


def test_an_answer_to_them_says_of_no_notice(app: CommunityFlask, owner: Actor, ivy: Actor) -> None:
    told = log_give(ivy, owner.person_id).give.id
    leave(ivy)
    portal = Portal(app, owner)
    portal.get(f"/gives/{told}")
    portal.post(f"/gives/{told}/dispute", {"reason": "It was Kofi."})
    toast = BeautifulSoup(portal.get(f"/gives/{told}").text, "html.parser").select_one(".toast")
    assert "Nobody else reads of it." in toast.get_text()
    assert "leaves in" not in toast.get_text()


def test_help_for_them_is_told_by_mail_only_if_one_chooses_it(
    app: CommunityFlask, owner: Actor, ivy: Actor
) -> None:
    new = f"/gives/new?to={slugs.slug(ivy.person_id, ivy.name)}&mode=helped"
    letter = "Only for somebody outside the team: tell them by mail"
    assert letter not in main(app, owner, new).get_text()
    leave(ivy)
    assert letter in main(app, owner, new).get_text()
    portal = Portal(app, owner)
    portal.get(new)
    portal.post("/gives", {"who": ivy.name, "what": "a lead", "mode": "helped"})
    toast = BeautifulSoup(portal.get("/gives").text, "html.parser").select_one(".toast")
    assert "Ivy Okonjo is not told." in toast.get_text()


def test_they_come_after_the_members_among_the_names_a_form_proposes(
    owner: Actor, ivy: Actor
) -> None:
    make_member(owner, "Theo Nakamura")
    leave(ivy)
    with acting(owner):
        options = queries.name_options(owner)
    assert [(o.name, o.is_member) for o in options] == [
        ("Theo Nakamura", True),
        ("Ivy Okonjo", False),
    ]
