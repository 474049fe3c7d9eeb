"""What is held on one person, item by item: what its reader reads of it, who reads it, who looked."""

import pytest

from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import actions as people
from community.people.models import Person
from community.records import queries
from community.relationships import actions as ties
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.ledger import log_give
from tests.factories.people import make_fact, make_note, make_person
from tests.people.browsing import page, path, words
from tests.people.doing import AUDIENCES
from tests.web_client import Api, Portal

pytestmark = pytest.mark.usefixtures("in_application")
TEAM = AUDIENCES["team"]
ALL = {"note", "fact", "preference", "relation", "tie", "give"}


def fill(owner: Actor, member: Actor) -> Person:
    """Mara, and of every kind one item that the team reads and a note of the owner's alone."""
    mara, otto = make_person(owner, "Sybil Hart"), make_person(owner, "Otto Lind")
    make_note(owner, mara.id, "Quiet words.")
    named = [member.person_id]
    make_note(owner, mara.id, "For two.", audience="people", audience_people=named)
    make_fact(owner, mara.id, "Sails.", audience="team")
    log_give(owner, mara.id)
    with acting(owner):
        people.set_preferences(owner, mara.id, to_avoid="mornings", visibility=TEAM)
        people.add_relation(owner, otto.id, kind="manager", other_id=mara.id, visibility=TEAM)
        ties.add_tie(owner, mara.id, met_where="Lisbon", visibility=TEAM)
    return mara


def test_every_kind_is_listed_with_its_readers_and_the_private_to_its_author(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    third = make_member(owner)
    mara = fill(owner, member)
    address = f"/people/{mara.id}/holdings"
    of_owner, of_member, of_third = (
        {item["text"]: item for item in Api(app, actor).get(address).json["items"]}
        for actor in (owner, member, third)
    )
    assert {item["kind"] for item in of_owner.values()} == ALL
    assert set(of_owner) - set(of_member) == {"Quiet words."}
    assert set(of_member) - set(of_third) == {"For two."}
    assert {"Avoid: mornings", "Lisbon", "Otto Lind: Works for them"} <= set(of_third)
    assert of_member["For two."]["visibility"]["people"] == [str(member.person_id)]
    with acting(third):
        first = queries.find_items(third, mara.id, PageRequest(2))
        then = queries.find_items(third, mara.id, PageRequest(50, first.next))
    both = [*first.items, *then.items]
    assert len(both) == len(of_third)
    assert [i.since for i in both] == sorted((i.since for i in both), reverse=True)


def test_two_together_read_what_each_of_them_reads(owner: Actor, member: Actor) -> None:
    third = make_member(owner)
    mara = fill(owner, member)
    make_note(third, mara.id, "The third's own.")
    with acting(owner):
        for beside, hidden in ((member, 1), (third, 2)):
            page_ = queries.find_items(owner, mara.id, PageRequest(), beside=beside)
            texts = {item.text for item in page_.items}
            assert not {"Quiet words.", "The third's own."} & texts
            assert ("For two." in texts) is (beside is member)
            assert queries.count_kept(owner, mara.id, beside) == hidden
    with acting(member):
        assert queries.count_kept(member, mara.id, third) == 0, "others' are not counted"


def test_who_opened_an_outsiders_page_is_told_to_those_who_answer_for_it(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    mara = fill(owner, member)
    own = path(mara)
    for _twice in range(2):
        Portal(app, member).get(own).close()
    portal = Portal(app, owner)
    portal.get(f"{own}/privacy")
    with counting() as statements:
        shown = page(portal.get(f"{own}/privacy"))
    assert len(statements) <= 15, str(statements)
    rows = shown.select("#opening-rows li")
    assert [row.select_one(".row-title").get_text() for row in rows] == [member.name]
    assert "Quiet words." in shown.select_one("#items").get_text()
    said = " ".join(shown.select_one("#items").get_text(" ").split())
    assert f"{owner.name} alone" in said
    assert f"{owner.name} and {member.name}" in said
    theirs = words(Portal(app, member).get(f"{own}/privacy"))
    assert "Who opened their page" not in theirs
    assert "Quiet words." not in theirs
    address = f"/people/{mara.id}/openings"
    (opening,) = Api(app, owner).get(address).json["items"]
    assert opening["reader_id"] == str(member.person_id)
    assert Api(app, member).get(address).status_code == 403
    of_member = f"/people/{member.person_id}/openings"
    assert Api(app, owner).get(of_member).status_code == 403, "a member reads their own alone"
