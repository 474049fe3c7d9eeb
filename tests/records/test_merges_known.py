"""What the team's fields, organisations, preferences, ties and relations become by a merge."""

from uuid import UUID

import orjson
import pytest
from sqlalchemy import select

from community.core.errors import Conflict, NotFound
from community.core.paging import PageRequest
from community.home.queries import find_timeline
from community.identity.models import Actor
from community.people import actions as people_actions
from community.people import queries as people
from community.people.models import PersonChange
from community.people.schemas.facts import dump_preferences
from community.relationships import actions as ties
from community.relationships import queries as tie_queries
from tests.factories.identity import acting, again, make_member
from tests.factories.people import make_organisation, make_person
from tests.people.doing import AUDIENCES
from tests.records.test_merges import exports, full, merged, row, unmerged

TEAM = AUDIENCES["team"]


def held(actor: Actor, person_id: UUID) -> dict[str, object]:
    found: dict[str, object] = orjson.loads(row(actor, person_id).fields)
    return found


def test_fields_sort_name_and_organisation_are_the_kept_ones_and_go_again(owner: Actor) -> None:
    hale = make_organisation(owner, "anna")
    with acting(owner):
        for name, kind in (("Motto", "text"), ("Size", "number"), ("Aide", "person")):
            people_actions.define_field(owner, name=name, kind=kind)
    kept = full(owner, "Ann Hale", fields={"motto": "Sail"})
    other = full(owner, "Anna Hale", fields={"motto": "Row", "size": 41, "aide": str(kept)})
    with acting(owner):
        people_actions.edit_person(owner, other, sort_name="Hale, Anna")
    before = exports(owner)
    merge_id = merged(owner, kept, other)
    assert held(owner, kept) == {"motto": "Sail", "size": 41}
    with acting(owner) as unit:
        noted = select(PersonChange.fields).where(PersonChange.person_id == kept)
        assert "fields" in (
            unit.session.scalars(noted.order_by(PersonChange.id.desc())).first() or ()
        )
    assert (row(owner, kept).sort_name, row(owner, kept).sort_key) == ("Hale, Anna", "hale, anna")
    with acting(owner):
        there = people.find_people_at(owner, hale.id, PageRequest()).items
        assert [one.person_id for one in there] == [kept]
    unmerged(owner, merge_id)
    assert exports(owner) == before
    assert held(owner, other) == {"motto": "Row", "size": 41, "aide": str(kept)}


def test_what_is_written_of_the_merged_one_is_of_the_kept_one_wherever_it_is_read(
    owner: Actor,
) -> None:
    one, other = make_person(owner), make_person(owner)
    with acting(owner) as unit:
        today = unit.now.date()
        fact = people_actions.add_fact(owner, other.id, kind="work", text="X", recheck_on=today)
        note = people_actions.add_note(owner, other.id, body="First.")
        people_actions.edit_note(owner, note.id, body="Second.")
    merged(owner, one.id, other.id)
    page = PageRequest()
    with acting(owner):
        seen = [
            people.get_fact_row(owner, fact.id),
            *people.find_facts(owner, one.id, page).items,
            *people.find_to_verify(owner, today, page).items,
            people.get_note_row(owner, note.id),
            *people.find_notes(owner, one.id, page).items,
        ]
        assert [row.person_id for row in seen] == [one.id] * 5
        assert [row.body for row in people.find_versions(owner, note.id, page).items] == ["First."]
        assert note.id in [item.id for item in find_timeline(owner, one.id, page).items]


def test_what_one_member_noted_of_both_is_all_told_and_narrowed_and_cleared_at_once(
    owner: Actor,
) -> None:
    one, other = make_person(owner), make_person(owner)
    with acting(owner):
        for person in (one, other):
            said = f"Of {person.id}"
            people_actions.set_preferences(owner, person.id, to_avoid=said, visibility=TEAM)
    merged(owner, one.id, other.id)
    member = make_member(owner)
    with acting(owner):
        told = dump_preferences(owner, one.id, people.find_preferences(owner, one.id))
        said = {told["avoid"], *(each["avoid"] for each in told["others"])}
        assert said == {f"Of {one.id}", f"Of {other.id}"}
    for visibility, read in ((TEAM, 2), (AUDIENCES["private"], 0), (TEAM, 1)):
        with acting(owner):
            people_actions.set_preferences(
                owner, one.id, to_avoid="Politics", visibility=visibility
            )
        with acting(member):
            assert len(people.find_preferences(member, one.id)) == read
    with acting(owner):
        people_actions.set_preferences(owner, other.id)
        assert people.find_preferences(owner, one.id) == []


def test_nobody_has_a_tie_or_a_relation_to_themself(owner: Actor) -> None:
    member = make_member(owner)
    one, other = make_person(owner), make_person(owner)
    through = {"kind": "person", "id": other.id}
    with acting(member):
        ties.add_tie(member, one.id, met_through=through, visibility=TEAM)
        met = ties.add_tie(member, other.id, met_where="Porto", visibility=TEAM)
        said = people_actions.add_relation(
            member, one.id, kind="friend", other_id=other.id, visibility=TEAM
        )
    merge_id = merged(owner, one.id, other.id)
    with acting(member):
        assert people.find_relations(member, one.id) == []
        with pytest.raises(NotFound):
            people_actions.edit_relation(member, said.id, word="Old")
        shown = tie_queries.find_ties_of(member, one.id)
        assert [row.through_id for row in shown] == [None, None]
        with pytest.raises(Conflict):
            ties.add_tie(member, one.id)
    unmerged(owner, merge_id)
    with acting(member):
        assert [row.id for row in people.find_relations(member, one.id)] == [said.id]
    merged(owner, member.person_id, other.id)
    member = again(member)
    with acting(member):
        assert tie_queries.find_ties_of(member, member.person_id) == []
        with pytest.raises(NotFound):
            ties.edit_tie(member, met.id, met_where="Faro")


def test_the_same_relation_is_not_written_again_after_a_merge(owner: Actor) -> None:
    one, other, friend = (make_person(owner) for _number in range(3))
    with acting(owner):
        people_actions.add_relation(owner, other.id, kind="friend", other_id=friend.id)
    merged(owner, one.id, other.id)
    with acting(owner), pytest.raises(Conflict):
        people_actions.add_relation(owner, one.id, kind="friend", other_id=friend.id)
