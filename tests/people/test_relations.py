"""How people stand to each other: seen from both sides, by those who see both."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from community.identity.models import Actor
from community.people import actions, queries
from community.people.formats.relations import NAMES
from community.people.models import REVERSE, Relation
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person, merge
from tests.people.doing import AUDIENCES, journal

TEAM = AUDIENCES["team"]


def relate(actor: Actor, person: Any, other: Any, kind: str = "parent", **given: Any) -> Relation:
    with acting(actor):
        visibility = given.pop("visibility", TEAM)
        return actions.add_relation(
            actor, person.id, kind=kind, other_id=other.id, visibility=visibility, **given
        )


def seen(actor: Actor, person: Any) -> list[tuple[str, str]]:
    with acting(actor):
        found = queries.find_relations(actor, person.id)
        return [(each.shown, each.other_name) for each in found]


def test_every_kind_has_a_name_and_a_reverse_that_leads_back() -> None:
    assert set(NAMES) == set(REVERSE)
    assert all(REVERSE[REVERSE[code]] == code for code in REVERSE)


def test_a_relation_is_read_from_both_sides_each_in_its_own_words(owner: Actor) -> None:
    ada, bob = make_person(owner, "Ada"), make_person(owner, "Bob")
    made = relate(owner, ada, bob, "manager", from_on=date(2020, 1, 1))
    assert seen(owner, ada) == [("Manager", "Bob")]
    assert seen(owner, bob) == [("Works for them", "Ada")]
    with acting(owner):
        there = queries.find_relations(owner, bob.id)[0]
    assert (there.kind, there.reverse, there.id) == ("report", "manager", made.id)
    relate(owner, ada, bob, "other", word="rows with")
    assert ("rows with", "Ada") in seen(owner, bob)


def test_the_teams_own_words_turn_round_by_their_id_whatever_they_are_called(owner: Actor) -> None:
    ada, bob = make_person(owner, "Ada"), make_person(owner, "Bob")
    with acting(owner):
        kind = actions.define_relation_kind(owner, name="Godparent", reverse_name="Godchild")
        same = actions.define_relation_kind(owner, name="Neighbour")
    relate(owner, ada, bob, str(kind.id))
    relate(owner, ada, bob, str(same.id))
    with acting(owner):
        actions.edit_relation_kind(owner, kind.reverse_id, name="Ward")
    assert seen(owner, ada) == [("Godparent", "Bob"), ("Neighbour", "Bob")]
    assert seen(owner, bob) == [("Neighbour", "Ada"), ("Ward", "Ada")]
    with acting(owner):
        actions.edit_relation_kind(owner, kind.reverse_id, archived=True)
        assert len(queries.find_relation_kinds(owner, archived=True)) == 2
        with pytest.raises(RuleBroken) as refused:
            actions.add_relation(owner, bob.id, kind=str(kind.id), other_id=ada.id)
        assert refused.value.code == "archived"
        with pytest.raises(Conflict):
            actions.define_relation_kind(owner, name="neighbour")
    assert seen(owner, ada)[0] == ("Godparent", "Bob"), "what is written stays"


def test_a_relation_is_hidden_with_either_of_the_two_and_by_its_own_audience(owner: Actor) -> None:
    member = make_member(owner)
    ada, bob = make_person(owner, "Ada"), make_person(owner, "Bob")
    secret = make_person(owner, "Secret", audience="private")
    hidden = relate(owner, ada, secret)
    private = relate(owner, ada, bob, "friend", visibility=AUDIENCES["private"])
    relate(owner, ada, bob, "colleague")
    assert seen(member, ada) == [("Colleague", "Bob")]
    assert seen(member, bob) == [("Colleague", "Ada")]
    assert len(seen(owner, ada)) == 3
    with acting(member):
        for one in (hidden, private):
            with pytest.raises(NotFound):
                queries.get_relation_row(member, one.id)
            with pytest.raises(NotFound):
                actions.remove_relation(member, one.id)
        with pytest.raises(NotFound):
            actions.add_relation(member, ada.id, kind="friend", other_id=secret.id)


def test_a_member_reads_what_is_shared_about_them_and_not_what_is_kept(owner: Actor) -> None:
    member, third = make_member(owner, "Ivy Okonjo"), make_member(owner)
    ada = make_person(owner, "Ada")
    to_third = {"audience": "people", "people": [third.person_id], "circle_id": None}
    ivy = queries_person(owner, member)
    relate(owner, ada, ivy, "friend", visibility=to_third)
    relate(owner, ada, ivy, "colleague", visibility=AUDIENCES["private"])
    assert seen(member, ada) == [("Friend", "Ivy Okonjo")]


def queries_person(owner: Actor, member: Actor) -> Any:
    with acting(owner):
        return queries.get_person(owner, member.person_id)


def test_merged_people_are_who_they_became_and_relate_to_nobody_twice(owner: Actor) -> None:
    ada, bob, old = (make_person(owner, name) for name in ("Ada", "Bob", "Old Bob"))
    relate(owner, ada, old, "friend")
    relate(owner, bob, old, "relative")
    merge(owner, old, bob)
    assert seen(owner, ada) == [("Friend", "Bob")]
    assert seen(owner, bob) == [("Friend", "Ada")], "nobody relates to themself"


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"kind": "nemesis"}, "kind"),
    ({"kind": str(uuid4())}, "kind"),
    ({"kind": "other"}, "word"),
    ({"kind": "friend", "from_on": date(2021, 1, 1), "to_on": date(2020, 1, 1)}, "to"),
]


def test_what_makes_no_sense_is_refused_with_its_field(owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    ada, bob = make_person(owner, "Ada"), make_person(owner, "Bob")
    with acting(owner):
        for given, field in REFUSED:
            with pytest.raises(RuleBroken) as refused:
                actions.add_relation(owner, ada.id, other_id=bob.id, **given)
            assert refused.value.field == field
        with pytest.raises(RuleBroken) as same:
            actions.add_relation(owner, ada.id, other_id=ada.id, kind="friend")
        assert same.value.code == "same_person"
    relate(owner, ada, bob, "friend")
    with pytest.raises(Conflict):
        relate(owner, ada, bob, "friend")
    with acting(guest):
        with pytest.raises(NotAllowed):
            actions.add_relation(guest, ada.id, kind="friend", other_id=bob.id)
        with pytest.raises(NotAllowed):
            actions.define_relation_kind(guest, name="Mine")


def test_only_the_author_changes_removes_and_brings_back(owner: Actor) -> None:
    member = make_member(owner)
    ada, bob = make_person(owner, "Ada"), make_person(owner, "Bob")
    made = relate(owner, ada, bob, "friend")
    with acting(member):
        with pytest.raises(NotAllowed):
            actions.edit_relation(member, made.id, kind="partner")
        with pytest.raises(NotFound):
            actions.restore_relation(member, made.id)
    with acting(owner):
        actions.edit_relation(owner, made.id, kind="partner", to_on=date(2025, 1, 1))
    assert seen(member, bob) == [("Partner", "Ada")]
    with acting(owner):
        actions.remove_relation(owner, made.id)
    assert seen(owner, bob) == []
    with acting(owner):
        actions.restore_relation(owner, made.id)
    assert [verb for verb, _fields in journal(owner, made.id)] == [
        "add",
        "edit",
        "delete",
        "restore",
    ]
    with acting(owner), counting() as statements:
        queries.find_relations(owner, ada.id)
    assert len(statements) == 1
