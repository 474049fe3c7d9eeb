"""Who says who sees a person, and who may change them at all."""

from uuid import UUID

import pytest

from community.accounts.actions import circles
from community.core import db
from community.core.errors import NotAllowed, NotFound, RuleBroken
from community.identity.models import Actor
from community.ledger import actions as ledger
from community.ledger import queries as ledger_queries
from community.ledger.actions import Draft
from community.people import actions, queries
from community.web.session import CommunityFlask
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.people import make_note
from tests.people.doing import AUDIENCES, add, edit, row
from tests.web_client import Api


def test_only_the_author_says_who_sees_a_person(owner: Actor) -> None:
    author = make_member(owner)
    person_id = add(author)
    with pytest.raises(NotAllowed):
        edit(owner, person_id, visibility=AUDIENCES["private"])
    assert edit(owner, person_id, visibility=AUDIENCES["team"]) == []
    assert edit(author, person_id, visibility=AUDIENCES["private"]) == ["visibility"]
    with pytest.raises(NotFound):
        row(owner, person_id)


def test_an_audience_names_members_and_own_circles_only(owner: Actor) -> None:
    author, inside = make_member(owner), make_member(owner)
    outsider = add(author, "Outsider")
    circle, foreign = make_circle(author), make_circle(inside)
    author = again(author)
    for given, code in (
        ({"audience": "people", "people": [outsider], "circle_id": None}, "not_a_member"),
        ({"audience": "people", "people": [db.new_id()], "circle_id": None}, "not_a_member"),
        ({"audience": "circle", "people": [], "circle_id": foreign.id}, "not_your_circle"),
        ({"audience": "circle", "people": [], "circle_id": None}, "not_your_circle"),
    ):
        with pytest.raises(RuleBroken) as refused:
            add(author, visibility=given)
        assert refused.value.code == code
    person_id = add(author, visibility={"audience": "circle", "people": [], "circle_id": circle.id})
    assert row(author, person_id).circle_id == circle.id
    named = [inside.person_id, author.person_id, inside.person_id]
    person_id = add(author, visibility={"audience": "people", "people": named, "circle_id": None})
    assert row(inside, person_id).audience_people == [inside.person_id]


def test_an_audience_of_nobody_else_is_private(owner: Actor) -> None:
    for people in ([], [owner.person_id]):
        person_id = add(
            owner, visibility={"audience": "people", "people": people, "circle_id": None}
        )
        assert row(owner, person_id).audience == "private"


def test_a_member_is_edited_by_themself_or_an_owner_and_never_deleted(owner: Actor) -> None:
    member, other = make_member(owner), make_member(owner, role="steward")
    assert edit(member, member.person_id, call_name="Me") == ["call_name"]
    assert edit(owner, member.person_id, tags=["Mentor"]) == ["tags"]
    with pytest.raises(NotAllowed):
        edit(other, member.person_id, name="Changed")
    with pytest.raises(NotAllowed):
        edit(member, member.person_id, visibility=AUDIENCES["private"])
    for act in (actions.delete_person, actions.archive_person):
        with pytest.raises(NotAllowed), acting(owner):
            act(owner, member.person_id)


def test_what_is_in_a_circle_is_its_members_and_ends_with_being_one(owner: Actor) -> None:
    author, inside, outside = (make_member(owner) for _number in range(3))
    circle = make_circle(author, inside)
    author, inside = again(author), again(inside)
    visibility = {"audience": "circle", "people": [], "circle_id": circle.id}
    person_id = add(author, visibility=visibility)
    with acting(author):
        note = actions.add_note(author, person_id, body="For us.", visibility=visibility)
        give = log(author, Draft(receiver_id=person_id, visibility=visibility))
    assert sees(inside, person_id, note.id, give) == [True, True, True]
    for nobody in (owner, outside):
        assert sees(nobody, person_id, note.id, give) == [False, False, False]
    with acting(inside):
        circles.take_from_circle(inside, circle.id, inside.person_id)
    assert sees(again(inside), person_id, note.id, give) == [False, False, False]


def test_a_keeper_who_left_their_circle_reads_nothing_of_it(owner: Actor) -> None:
    keeper = make_member(owner, role="steward")
    with acting(keeper):
        circle = circles.create_circle(keeper, name="Board")
        circles.add_to_circle(keeper, circle.id, owner.person_id, is_keeper=True)
    owner = again(owner)
    visibility = {"audience": "circle", "people": [], "circle_id": circle.id}
    person_id = add(owner, visibility=visibility)
    assert row(again(keeper), person_id).id == person_id
    keeper = again(keeper)
    with acting(keeper):
        circles.take_from_circle(keeper, circle.id, keeper.person_id)
    with pytest.raises(NotFound):
        row(again(keeper), person_id)


def test_a_closed_circle_keeps_what_it_has_and_takes_nothing_new(owner: Actor) -> None:
    inside = make_member(owner)
    circle = make_circle(owner, inside)
    owner, inside = again(owner), again(inside)
    visibility = {"audience": "circle", "people": [], "circle_id": circle.id}
    person_id = add(owner, visibility=visibility)
    with acting(owner):
        circles.close_circle(owner, circle.id)
    assert row(again(inside), person_id).id == person_id
    with pytest.raises(RuleBroken) as refused:
        add(again(owner), visibility=visibility)
    assert refused.value.code == "closed"


def test_an_audience_names_to_a_guest_nobody_but_themselves(
    app: CommunityFlask, owner: Actor
) -> None:
    guest, other = make_member(owner, role="guest"), make_member(owner)
    person_id = add(
        owner,
        visibility={
            "audience": "people",
            "people": [guest.person_id, other.person_id],
            "circle_id": None,
        },
    )
    note = make_note(
        owner,
        guest.person_id,
        audience="people",
        audience_people=[other.person_id],
    )
    everybody = [str(guest.person_id), str(other.person_id)]
    for reader, people in ((guest, everybody[:1]), (other, everybody), (owner, everybody)):
        for path in (f"/people/{person_id}", "/people?is_member=no"):
            body = Api(app, reader).get(path).json
            found = body["items"][0] if "items" in body else body
            assert found["visibility"]["people"] == people, path
    assert Api(app, guest).get(f"/notes/{note.id}").json["visibility"]["people"] == []
    circle = make_circle(owner, other)
    shared = make_note(owner, guest.person_id, audience="circle", circle_id=circle.id)
    for path in (f"/notes/{shared.id}", "/me/about", f"/people/{guest.person_id}/timeline"):
        assert str(circle.id) not in Api(app, guest).get(path).get_data(as_text=True), path
    assert Api(app, again(other)).get(f"/notes/{shared.id}").json["visibility"]["circle_id"] == str(
        circle.id
    )


def sees(reader: Actor, person_id: UUID, note_id: UUID, give_id: UUID) -> list[bool]:
    """Whether a person, a note and help are there for the reader."""
    with acting(reader) as unit:
        return [
            thing in unit.session.scalars(ids).all()
            for thing, ids in (
                (person_id, queries.readable(reader)),
                (note_id, queries.readable_notes(reader)),
                (give_id, ledger_queries.readable(reader)),
            )
        ]


def log(actor: Actor, draft: Draft) -> UUID:
    return ledger.log_give(actor, draft).entry.give.id
