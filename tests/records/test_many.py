"""One act on many people: those one may change, all in a filter, and one undo for all of it."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from community.core.errors import NotAllowed, NotFound, RuleBroken
from community.identity.models import Actor, CircleMember
from community.people.models import Person
from community.people.policy import can_edit, editable
from community.people.queries import Filter
from community.records import actions
from community.records.actions import Chosen
from community.records.models import BulkAct
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.people import make_person
from tests.web_client import Api, Portal


def act(actor: Actor, what: str, chosen: Chosen, **more: Any) -> BulkAct:
    with acting(actor):
        return actions.act_on_many(actor, what, chosen, **more)


def undo(actor: Actor, done: BulkAct) -> None:
    with acting(actor):
        actions.undo_act(actor, done.id)


def tags(actor: Actor, *people: Person) -> list[list[str]]:
    with acting(actor) as unit:
        found = [unit.session.get_one(Person, (actor.team_id, person.id)) for person in people]
        return [list(person.tags) for person in found]


def test_a_tag_reaches_whom_one_may_change_and_the_rest_is_counted(owner: Actor) -> None:
    member = make_member(owner)
    plain, has = make_person(owner), make_person(owner, tags=["Design", "sails"])
    shown = make_person(owner, audience="people", audience_people=[member.person_id])
    hidden = make_person(owner, audience="private")
    ids = [one.id for one in (plain, has, shown, hidden)]
    done = act(member, "tag", Chosen(ids), tag="sails")
    assert (done.changed_ids, done.skipped) == ([plain.id], 1), "hidden ones are in no count"
    assert tags(owner, plain, has, shown, hidden) == [["sails"], ["Design", "sails"], [], []]
    with acting(owner), pytest.raises(NotFound):
        actions.undo_act(owner, done.id)
    undo(member, done)
    assert tags(owner, plain, has) == [[], ["Design", "sails"]], "who had it before keeps it"
    with acting(member), pytest.raises(NotFound):
        actions.undo_act(member, done.id)


def test_all_in_a_filter_are_changed_in_few_statements(owner: Actor) -> None:
    people = [make_person(owner, tags=["old"]) for _number in range(30)]
    other = make_person(owner)
    with acting(owner), counting() as statements:
        wanted = Chosen(wanted=Filter(tag="old"))
        done = actions.act_on_many(owner, "untag", wanted, tag="old")
    assert len(done.changed_ids) == len(people)
    assert len(statements) <= 8
    assert tags(owner, people[0], other) == [[], []]
    undo(owner, done)
    assert tags(owner, people[0], other) == [["old"], []]


def test_archiving_leaves_members_in_the_lists_and_undo_spares_what_changed_since(
    owner: Actor,
) -> None:
    member = make_member(owner)
    one, other = make_person(owner), make_person(owner)
    done = act(owner, "archive", Chosen([one.id, other.id, member.person_id]))
    assert (set(done.changed_ids), done.skipped) == ({one.id, other.id}, 1)
    act(owner, "unarchive", Chosen([one.id]))
    undo(owner, done)
    with acting(owner) as unit:
        asked = select(Person.id).where(Person.archived_at.is_not(None))
        assert unit.session.scalars(asked).all() == []


def test_members_are_let_into_a_circle_by_whoever_keeps_it(owner: Actor) -> None:
    keeper, friend, other = (make_member(owner) for _number in range(3))
    circle = make_circle(keeper)
    outside = make_person(owner)
    with acting(owner) as unit:
        (seat,) = _seats(unit, circle.id)
        seat.is_keeper = True
    keeper = again(keeper)
    ids = [friend.person_id, other.person_id, outside.id, keeper.person_id]
    with acting(friend), pytest.raises(NotAllowed):
        actions.act_on_many(friend, "circle", Chosen(ids), circle_id=circle.id)
    done = act(keeper, "circle", Chosen(ids), circle_id=circle.id)
    assert (len(done.changed_ids), done.skipped) == (2, 1)
    with acting(owner) as unit:
        assert len(_seats(unit, circle.id)) == 3
    undo(keeper, done)
    with acting(owner) as unit:
        assert len(_seats(unit, circle.id)) == 1


def _seats(unit: Any, circle_id: UUID) -> list[Any]:
    found = select(CircleMember).where(CircleMember.circle_id == circle_id)
    return list(unit.session.scalars(found))


def test_what_is_not_said_is_refused_with_the_mend(owner: Actor) -> None:
    person, guest = make_person(owner), make_member(owner, role="guest")
    cases: list[tuple[str, Chosen, dict[str, Any]]] = [
        ("tag", Chosen([person.id]), {}),
        ("tag", Chosen([person.id]), {"tag": "x" * 61}),
        ("tag", Chosen([]), {"tag": "x"}),
        ("circle", Chosen([person.id]), {}),
    ]
    for what, chosen, more in cases:
        with acting(owner), pytest.raises(RuleBroken):
            actions.act_on_many(owner, what, chosen, **more)
    with acting(guest), pytest.raises(NotAllowed):
        actions.act_on_many(guest, "tag", Chosen([person.id]), tag="x")


def test_the_clause_of_who_may_be_edited_says_what_the_question_says(owner: Actor) -> None:
    member, guest = make_member(owner), make_member(owner, role="guest")
    steward = make_member(owner, role="steward")
    named = [member.person_id, guest.person_id]
    make_person(owner, audience="people", audience_people=named)
    make_person(member, audience="private")
    make_person(owner)
    for actor in (owner, steward, member, guest):
        with acting(actor) as unit:
            everybody = unit.session.scalars(select(Person)).all()
            clause = set(unit.session.scalars(select(Person.id).where(editable(actor))))
            assert clause == {one.id for one in everybody if can_edit(actor, one)}


def test_a_program_and_the_list_act_on_many_and_undo_it(app: CommunityFlask, owner: Actor) -> None:
    api, portal = Api(app, owner), Portal(app, owner)
    people = [make_person(owner, f"Mara {number}") for number in range(3)]
    body = {"act": "tag", "tag": "sails", "filter": {"q": "mara"}}
    answer = api.post("/people/bulk_acts", body)
    assert (answer.status_code, answer.get_json()["changed"]) == (201, 3)
    path = f"/people/bulk_acts/{answer.get_json()['id']}"
    assert api.get(path).get_json() == answer.get_json()
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.post("/people/bulk_acts", {"act": "archive"}).status_code == 422
    page = portal.get("/people?q=mara").get_data(as_text=True)
    assert page.count('name="person"') == 3
    chosen = [str(people[0].id), str(people[1].id)]
    csv = portal.post("/people/chosen.csv", {"person": chosen, "q": "mara"})
    assert csv.get_data(as_text=True).count("Mara") == 2
    done = portal.post("/people/many", {"act": "archive", "person": chosen, "q": "mara"})
    assert (done.status_code, done.location.endswith("/people?q=mara")) == (303, True)
    shown = portal.get("/people?q=mara").get_data(as_text=True)
    assert "2 people are changed." in shown
    assert shown.count('name="person"') == 1
    everybody = {"act": "tag", "with_tag": "all", "all": "yes", "q": "mara", "show": "any"}
    assert portal.post("/people/many", everybody).status_code == 303
    assert tags(owner, *people) == [["all"]] * 3
