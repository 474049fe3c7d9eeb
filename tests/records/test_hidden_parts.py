"""What hangs on a person and names what its reader may not see: in files, counts and the audit."""

from typing import Any
from uuid import UUID

import orjson
import pytest

from community.identity.models import Actor
from community.people import actions as people_actions
from community.people import queries as people
from community.records import queries
from community.records.queries import Wanted
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.people.doing import AUDIENCES
from tests.records.test_merges import full, merged, row, unmerged

ONLY_ME = AUDIENCES["private"]


def taken(actor: Actor, wanted: Wanted) -> dict[str, list[dict[str, Any]]]:
    with acting(actor):
        return {
            one.table: [dict(row) for row in one.rows] for one in queries.find_held(actor, wanted)
        }


def asked_of(actor: Actor, person_id: UUID) -> Wanted:
    with acting(actor):
        return Wanted(queries.get_subject(actor, person_id), is_asked=True)


@pytest.fixture
def steward(owner: Actor) -> Actor:
    return make_member(owner, role="steward")


def test_who_narrows_a_person_narrows_all_that_was_merged_into_them(
    owner: Actor, steward: Actor
) -> None:
    kept, other = full(owner, "Ann Hale"), full(owner, "Mara Verbund")
    with acting(owner):
        people_actions.edit_person(owner, other, visibility=AUDIENCES["team"])
    merged(owner, kept, other)
    assert "Mara Verbund" in str(taken(steward, Wanted(None)))
    with acting(owner):
        people_actions.edit_person(owner, kept, visibility=ONLY_ME)
    file = taken(steward, Wanted(None))
    for said in ("Mara", "mara", "Ann", "ann"):
        assert said not in str(file), said
    assert taken(steward, asked_of(owner, kept))["persons"] == []
    with acting(steward) as unit:
        for seen in (people.readable(steward), people.recorded(steward)):
            assert {kept, other}.isdisjoint(unit.session.scalars(seen))
    with acting(owner) as unit:
        assert {kept, other} <= set(unit.session.scalars(people.readable(owner)))


def test_a_field_that_names_somebody_hidden_is_in_no_file_and_no_count(
    owner: Actor, steward: Actor
) -> None:
    author = make_member(owner)
    hidden, shown = make_person(author, audience="private"), make_person(author)
    kept, other = make_person(author, "Ann Hale"), make_person(author, "Anna Hale")
    with acting(owner):
        for name in ("Mentor", "Aide"):
            people_actions.define_field(owner, name=name, kind="person")
    with acting(author):
        fields = {"mentor": str(hidden.id), "aide": str(shown.id)}
        people_actions.edit_person(author, other.id, fields=fields)
    for person, values in ((other, 1), (kept, 2)):
        if person is kept:
            merged(author, kept.id, other.id)
        for wanted in (Wanted(None), asked_of(owner, person.id)):
            file = taken(steward, wanted)
            assert len(file["custom_values"]) == values
            assert str(hidden.id) not in str(file)
        with acting(steward):
            counts = queries.count_held(steward, queries.get_subject(steward, person.id))
            assert counts["custom_values"] == values
    assert len(taken(author, Wanted(None))["custom_values"]) == 4


def test_what_a_field_hides_of_the_kept_one_keeps_no_value_of_the_other_away(owner: Actor) -> None:
    """Its absence would say that there is something; undoing brings it back."""
    member = make_member(owner)
    hidden, shown = make_person(owner, audience="private"), make_person(owner)
    kept, other = make_person(owner, "Ann Hale"), make_person(owner, "Anna Hale")
    with acting(owner):
        people_actions.define_field(owner, name="Mentor", kind="person")
        for person, named in ((kept, hidden), (other, shown)):
            people_actions.edit_person(owner, person.id, fields={"mentor": str(named.id)})
    merge_id = merged(member, kept.id, other.id)
    assert orjson.loads(row(member, kept.id).fields) == {"mentor": str(shown.id)}
    unmerged(member, merge_id)
    assert orjson.loads(row(owner, kept.id).fields) == {"mentor": str(hidden.id)}
    assert orjson.loads(row(member, kept.id).fields) == {}
    merged(owner, kept.id, other.id)
    assert orjson.loads(row(owner, kept.id).fields) == {"mentor": str(hidden.id)}
