"""Circles: keepers look after them, closing keeps what was shared, leaving ends seeing at once."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from community.accounts.actions import circles
from community.core import slugs
from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken, Stale
from community.identity.models import Actor, Circle, CircleMember
from community.notifications.models import Notice
from community.people import actions as people
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.people import make_note, make_person
from tests.web_client import Api, Portal, soup_of


def _circle(owner: Actor, *others: Actor, name: str = "Founders") -> Circle:
    with acting(owner):
        made = circles.create_circle(owner, name=name)
        for other in others:
            circles.add_to_circle(owner, made.id, other.person_id)
    return made


def _path(circle: Circle) -> str:
    return f"/circles/{slugs.slug(circle.id, circle.name)}"


def _kinds(actor: Actor) -> list[str]:
    with acting(actor) as unit:
        rows = select(Notice.kind).where(Notice.member_id == actor.member_id).order_by(Notice.id)
        return list(unit.session.scalars(rows))


def test_leaving_a_circle_ends_seeing_at_once(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    circle = _circle(owner, member)
    person = make_person(owner, "Quill Xanthe", audience="circle", circle_id=circle.id)
    portal, api = Portal(app, member), Api(app, member)
    assert "Quill Xanthe" in portal.get("/people").text
    assert api.get(f"/people/{person.id}").status_code == 200
    portal.get(_path(circle))
    assert portal.post(f"{_path(circle)}/members/{member.person_id}/remove").status_code == 303
    assert "Quill Xanthe" not in portal.get("/people").text
    assert api.get(f"/people/{person.id}").status_code == 404


def test_being_taken_out_ends_seeing_and_can_be_undone(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    circle = _circle(owner, member)
    note = make_note(
        owner, owner.person_id, "Quite secret.", audience="circle", circle_id=circle.id
    )
    portal, path = Portal(app, owner), _path(circle)
    portal.get(path)
    sent = portal.post(f"{path}/members/{member.person_id}/remove")
    assert sent.status_code == 303
    assert Api(app, member).get(f"/notes/{note.id}").status_code == 404
    undo = re.search(r'action="([^"]+/add)"', portal.get(path).text)
    assert undo
    assert portal.post(undo[1]).status_code == 303
    assert Api(app, member).get(f"/notes/{note.id}").status_code == 200


def test_a_closed_circle_takes_nothing_new_and_keeps_what_it_has(
    owner: Actor, member: Actor
) -> None:
    circle = _circle(owner, member)
    note = make_note(owner, owner.person_id, "Before.", audience="circle", circle_id=circle.id)
    with acting(owner):
        circles.close_circle(owner, circle.id)
    owner, member = again(owner), again(member)
    third = make_member(owner)
    asked = {"audience": "circle", "people": [], "circle_id": circle.id}
    with acting(owner), pytest.raises(RuleBroken) as refused:
        people.add_note(owner, owner.person_id, body="After.", visibility=asked)
    assert refused.value.code == "closed"
    with acting(owner), pytest.raises(Conflict):
        circles.add_to_circle(owner, circle.id, third.person_id)
    with acting(owner):
        kept = people.edit_note(owner, note.id, body="Before, and better.", visibility=asked)
    assert kept.circle_id == circle.id
    with acting(owner):
        circles.reopen_circle(owner, circle.id)
        circles.add_to_circle(owner, circle.id, third.person_id)


def test_a_note_stays_in_the_circle_its_author_left(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    kept, other = _circle(owner, member, name="Kept"), _circle(owner, member, name="Another")
    note = make_note(member, owner.person_id, "Mine.", audience="circle", circle_id=kept.id)
    inside = again(member)
    with acting(inside):
        circles.take_from_circle(inside, kept.id, member.person_id)
    portal = Portal(app, member)
    page = portal.get(f"/notes/{note.id}/edit").text
    assert re.search(rf'<option value="{kept.id}" selected', page)
    assert str(other.id) in page
    asked = {"audience": "circle", "people": [], "circle_id": kept.id}
    actor = again(member)
    with acting(actor):
        assert (
            people.edit_note(actor, note.id, body="Still.", visibility=asked).circle_id == kept.id
        )
    with acting(actor), pytest.raises(RuleBroken):
        people.add_note(actor, owner.person_id, body="New.", visibility=asked)


def test_keepers_rename_close_and_fill_theirs_and_no_other(owner: Actor, member: Actor) -> None:
    mine, other = _circle(owner, name="Mine"), _circle(owner, name="Other")
    with acting(owner):
        circles.add_to_circle(owner, mine.id, member.person_id, is_keeper=True)
    keeper = again(member)
    with acting(keeper):
        circles.change_circle(keeper, mine.id, name="Ours", purpose="For us.")
        circles.close_circle(keeper, mine.id)
    for act in (circles.close_circle, circles.reopen_circle):
        with acting(keeper), pytest.raises(NotAllowed):
            act(keeper, other.id)
    with acting(keeper), pytest.raises(NotAllowed):
        circles.change_circle(keeper, other.id, name="Taken over")


def test_a_circle_is_changed_from_the_version_that_was_read(owner: Actor) -> None:
    circle = _circle(owner)
    with acting(owner):
        circles.change_circle(owner, circle.id, name="First", version=circle.version)
    with acting(owner), pytest.raises(Stale):
        circles.change_circle(owner, circle.id, name="Second", version=1)


def test_a_name_is_given_to_one_circle(owner: Actor) -> None:
    _circle(owner, name="Founders")
    other = _circle(owner, name="Studio")
    with acting(owner), pytest.raises(Conflict) as refused:
        circles.change_circle(owner, other.id, name="Founders")
    assert refused.value.field == "name"


def test_many_let_in_at_once_are_all_in(owner: Actor) -> None:
    circle, others = _circle(owner), [make_member(owner) for _number in range(8)]

    def let_in(other: Actor) -> None:
        with acting(owner):
            circles.add_to_circle(owner, circle.id, other.person_id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(let_in, others))
    assert all(circle.id in again(other).circle_ids for other in others)


def test_who_is_let_in_hears_of_it_and_those_in_it_when_no_keeper_did_it(owner: Actor) -> None:
    inside, member = make_member(owner), make_member(owner, "Mei Tanaka")
    circle = make_circle(inside)
    with acting(owner):
        circles.add_to_circle(owner, circle.id, member.person_id, is_keeper=True)
    assert _kinds(member) == ["circle_let_in"]
    assert _kinds(inside) == ["circle_widened"]
    assert _kinds(owner) == []


@pytest.mark.parametrize("role", ["owner", "steward"])
def test_no_role_opens_a_circle_for_itself_or_past_its_keepers(
    app: CommunityFlask, owner: Actor, role: str
) -> None:
    keeper, other = make_member(owner), make_member(owner)
    who = owner if role == "owner" else make_member(owner, role=role)
    kept, unkept = make_circle(keeper, name="Kept"), make_circle(keeper, name="Unkept")
    with acting(owner) as unit:
        unit.session.execute(
            update(CircleMember).where(CircleMember.circle_id == kept.id).values(is_keeper=True)
        )
    note = make_note(keeper, other.person_id, "Ours.", audience="circle", circle_id=kept.id)
    api = Api(app, who)
    for circle, person in ((kept, who), (kept, other), (unkept, who)):
        refused = api.put(f"/circles/{circle.id}/members/{person.person_id}")
        assert (refused.status_code, refused.json["code"]) == (403, "not_in_circle")
    for refused in (
        api.put(f"/circles/{kept.id}/members/{keeper.person_id}", {"is_keeper": False}),
        api.delete(f"/circles/{kept.id}/members/{keeper.person_id}"),
    ):
        assert refused.status_code == 403
    assert api.get(f"/notes/{note.id}").status_code == 404
    let_in = api.put(f"/circles/{unkept.id}/members/{other.person_id}", {"is_keeper": True})
    assert let_in.status_code == (200 if role == "owner" else 403)
    page = Portal(app, who).get(_path(kept)).text
    assert "Make keeper" not in page
    assert "Let somebody in" not in page
    assert "Name and purpose" in page


def test_another_teams_circle_is_not_there(
    app: CommunityFlask, owner: Actor, stranger: Actor
) -> None:
    theirs = _circle(stranger, name="Theirs")
    with acting(owner), pytest.raises(NotFound):
        circles.close_circle(owner, theirs.id)
    assert Portal(app, owner).get(_path(theirs)).status_code == 404
    assert "Theirs" not in Portal(app, owner).get("/circles").text


def test_pages_make_change_close_and_open_a_circle(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    assert portal.get("/circles").status_code == 200
    made = portal.post("/circles", {"name": "Founders", "purpose": "We began it."})
    assert made.status_code == 303
    path = made.headers["Location"].split(owner.team_slug)[1]
    page = portal.get(path)
    assert "We began it." in page.text
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version
    data = {"name": "Founding six", "purpose": "", "version": version[1]}
    moved = portal.post(path, data).headers["Location"].split(owner.team_slug)[1]
    assert portal.get(path).status_code == 302
    assert portal.post(f"{moved}/closing").status_code == 303
    assert "Nothing new is shared" in portal.get(moved).text
    assert portal.post(f"{moved}/opening").status_code == 303
    assert portal.post("/circles", {"name": "Founding six"}).status_code == 422


def test_pages_let_in_and_name_keepers(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    circle = _circle(owner)
    portal, path = Portal(app, owner), _path(circle)
    first = soup_of(portal.get(path)).select_one("#add option")
    assert first is not None
    assert (first["value"], first.get_text()) == ("", "Choose…")
    assert portal.post(f"{path}/members", {"person_id": ""}).status_code == 422
    sent = portal.post(f"{path}/members", {"person_id": str(member.person_id)})
    assert sent.status_code == 303
    assert portal.post(f"{path}/members/{member.person_id}/keeping").status_code == 303
    assert again(member).kept_circle_ids == (circle.id,)
    assert portal.post(f"{path}/members/{member.person_id}/resting").status_code == 303
    assert again(member).kept_circle_ids == ()
    assert again(member).circle_ids == (circle.id,)


def test_members_see_circles_and_change_none(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    circle = _circle(owner)
    portal, path = Portal(app, member), _path(circle)
    assert portal.get("/circles").status_code == 200
    page = portal.get(path)
    assert page.status_code == 200
    assert "Make keeper" not in page.text
    portal.get("/settings/keyboard")
    assert portal.post(f"{path}/closing").status_code == 403
    assert portal.post("/circles", {"name": "Mine"}).status_code == 403


def test_a_guest_knows_only_the_circles_they_are_in(app: CommunityFlask, owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    other, mine = make_circle(owner, name="Hidden"), make_circle(owner, guest, name="Known")
    portal = Portal(app, guest)
    page = portal.get("/circles").text
    assert "Known" in page
    assert "Hidden" not in page
    assert portal.get(_path(mine)).status_code == 200
    assert portal.get(_path(other)).status_code == 404


@pytest.mark.parametrize("page", ["/circles", "one"])
def test_circles_cost_few_statements(
    app: CommunityFlask, owner: Actor, member: Actor, page: str
) -> None:
    circle = _circle(owner, member)
    _circle(owner, name="Studio")
    portal = Portal(app, owner)
    with counting() as sent:
        assert portal.get(_path(circle) if page == "one" else page).status_code == 200
    assert len(sent) <= 7, sent


def test_people_are_narrowed_to_a_circle(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    circle = _circle(owner, member)
    make_person(owner, "Petra Plain")
    api = Api(app, owner)
    found = api.get(f"/people?circle={circle.id}").json["items"]
    assert {each["id"] for each in found} == {str(owner.person_id), str(member.person_id)}
    page = Portal(app, owner).get(f"/people?circle={circle.id}").text
    assert "Petra Plain" not in page
    assert member.name in page
    assert api.get(f"/people?circle={make_circle(member).id}").json["items"] != found


def test_the_filter_says_nothing_of_circles_one_may_not_know(
    app: CommunityFlask, owner: Actor, stranger: Actor
) -> None:
    guest = make_member(owner, role="guest")
    hidden, known = make_circle(owner, guest), make_circle(owner, guest)
    inside = again(guest)
    with acting(inside):
        circles.take_from_circle(inside, hidden.id, guest.person_id)
    api = Api(app, guest)
    assert api.get(f"/people?circle={hidden.id}").json["items"] == []
    found = api.get(f"/people?circle={known.id}").json["items"]
    assert [each["id"] for each in found] == [str(guest.person_id)]
    assert Api(app, owner).get(f"/people?circle={make_circle(stranger).id}").json["items"] == []


def test_the_api_renames_closes_and_opens(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    api = Api(app, owner)
    made = api.post("/circles", {"name": "Founders"})
    path = f"/circles/{made.json['id']}"
    version = int(api.get(path).headers["ETag"].strip('"'))
    assert api.open("PATCH", path, json={"name": "Six"}).status_code == 428
    assert api.patch(path, {"name": "Six"}, version).json["name"] == "Six"
    assert api.patch(path, {"name": "Seven"}, version).status_code == 412
    before = api.get(path).headers["ETag"]
    api.put(f"{path}/members/{member.person_id}", {})
    assert api.get(path).headers["ETag"] != before, "who is in it is part of what one reads"
    assert api.post(f"{path}/closing").json["state"] == "closed"
    assert api.open("DELETE", f"{path}/closing").status_code == 204
    assert api.get(path).json["state"] == "open"
