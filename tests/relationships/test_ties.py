"""How members met people: each their own, seen with the person and by its own audience."""

from typing import Any

import pytest

from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken, Stale
from community.identity.models import Actor
from community.people import queries as people
from community.relationships import actions, queries
from community.relationships.models import Tie
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person, merge
from tests.people.doing import AUDIENCES, journal

TEAM = AUDIENCES["team"]


def tie(actor: Actor, person_id: Any, **given: Any) -> Tie:
    with acting(actor):
        return actions.add_tie(actor, person_id, **{"visibility": TEAM, **given})


def told(actor: Actor, person_id: Any) -> list[tuple[str, str, str | None]]:
    with acting(actor):
        rows = queries.find_ties_of(actor, person_id)
        return [(row.holder_name, row.met_where, row.through_name) for row in rows]


def test_each_member_says_once_how_they_met_and_may_change_it(owner: Actor) -> None:
    member = make_member(owner, "Ivy Okonjo")
    mara = make_person(owner, "Mara")
    first = tie(owner, mara.id, met_where="Lisbon dinner", met_on="2019-03")
    tie(member, mara.id, met_where="Work")
    assert [where for _who, where, _by in told(owner, mara.id)] == ["Lisbon dinner", "Work"]
    assert [where for _who, where, _by in told(member, mara.id)] == ["Work", "Lisbon dinner"]
    with acting(owner):
        with pytest.raises(Conflict):
            actions.add_tie(owner, mara.id, met_where="Again")
        with pytest.raises(Stale):
            actions.say_how_met(owner, mara.id, version=9, met_where="Porto")
        assert actions.say_how_met(owner, mara.id, met_where="Porto").id == first.id
    with acting(member), pytest.raises(NotAllowed):
        actions.delete_tie(member, first.id)
    with acting(owner):
        actions.delete_tie(owner, first.id)
    assert len(told(owner, mara.id)) == 1
    with acting(owner):
        actions.restore_tie(owner, first.id)
    assert told(owner, mara.id)[0][1] == "Porto"
    assert [verb for verb, _fields in journal(owner, first.id)] == [
        "add",
        "edit",
        "delete",
        "restore",
    ]


def test_a_tie_is_seen_with_its_person_by_its_audience_and_by_whom_it_is_about(
    owner: Actor,
) -> None:
    member, third = make_member(owner, "Ivy Okonjo"), make_member(owner)
    secret, mara = make_person(owner, "Secret", audience="private"), make_person(owner, "Mara")
    tie(owner, secret.id)
    private = tie(owner, mara.id, visibility=AUDIENCES["private"])
    to_third = {"audience": "people", "people": [third.person_id], "circle_id": None}
    tie(owner, member.person_id, visibility=to_third, met_where="School")
    assert told(member, secret.id) == []
    assert told(member, mara.id) == []
    assert [where for _who, where, _by in told(member, member.person_id)] == ["School"]
    with acting(member), pytest.raises(NotFound):
        queries.get_tie_row(member, private.id)


def test_through_whom_is_told_to_those_who_see_them_as_who_they_became(owner: Actor) -> None:
    member = make_member(owner)
    mara, ada, old = (make_person(owner, name) for name in ("Mara", "Ada", "Old Ada"))
    hidden = make_person(owner, "Hidden", audience="private")
    made = tie(owner, mara.id, met_through={"kind": "person", "id": old.id})
    merge(owner, old, ada)
    assert told(member, mara.id)[0][2] == "Ada"
    with acting(owner):
        through = {"kind": "person", "id": hidden.id}
        actions.edit_tie(owner, made.id, met_through=through)
    assert told(owner, mara.id)[0][2] == "Hidden"
    assert told(member, mara.id)[0][2] is None
    with acting(owner):
        actions.edit_tie(owner, made.id, met_through=None)
    assert told(owner, mara.id)[0][2] is None


def test_what_makes_no_sense_is_refused_with_its_field(owner: Actor) -> None:
    member, guest = make_member(owner), make_member(owner, role="guest")
    mara, hidden = make_person(owner), make_person(owner, audience="private")
    refused = [
        (owner.person_id, {}, "person_id"),
        (mara.id, {"met_on": "2199-01"}, "met_on"),
        (mara.id, {"met_through": {"kind": "person", "id": mara.id}}, "met_through.id"),
    ]
    with acting(owner):
        for person_id, given, field in refused:
            with pytest.raises(RuleBroken) as error:
                actions.add_tie(owner, person_id, **given)
            assert error.value.field == field
    with acting(member):
        with pytest.raises(NotFound):
            actions.add_tie(member, hidden.id)
        with pytest.raises(NotFound):
            actions.add_tie(member, mara.id, met_through={"kind": "person", "id": hidden.id})
    with acting(guest), pytest.raises(NotAllowed):
        actions.add_tie(guest, guest.person_id)


def test_a_person_that_became_another_keeps_how_one_met_them(owner: Actor) -> None:
    mara, old = make_person(owner, "Mara"), make_person(owner, "Old Mara")
    tie(owner, old.id, met_where="Porto")
    merge(owner, old, mara)
    assert told(owner, mara.id) == [(owner.name, "Porto", None)]
    with acting(owner):
        assert people.get_person(owner, old.id).id == mara.id
        with pytest.raises(Conflict):
            actions.add_tie(owner, mara.id)
    with acting(owner), counting() as statements:
        queries.find_ties_of(owner, mara.id)
    assert len(statements) == 1
