"""Who says who sees a person, and who may change them at all."""

import pytest

from community.core import db
from community.core.errors import NotAllowed, NotFound, RuleBroken
from community.identity.models import Actor
from community.people import actions
from tests.factories.identity import acting, again, make_circle, make_member
from tests.people.doing import AUDIENCES, add, edit, row


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
