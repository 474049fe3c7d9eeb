"""Statements made once and asked with other values."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from community.core import db
from community.core.prepared import Prepared
from community.identity.models import Actor
from community.people.models import Person
from community.people.policy import visible
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.people import make_person


def names(prepared: Prepared, actor: Actor) -> set[str]:
    with acting(actor):
        return {row.name for row in prepared.rows(actor.places)}


@pytest.mark.parametrize("circles", [0, 1, 2])
def test_a_prepared_audience_answers_as_the_one_built_for_the_actor(
    owner: Actor, circles: int
) -> None:
    author, reader = make_member(owner), make_member(owner)
    for number in range(circles):
        circle = make_circle(author, reader)
        make_person(author, f"Circle {number}", audience="circle", circle_id=circle.id)
    make_person(author, "Hidden", audience="private")
    make_person(author, "Named", audience="people", audience_people=[reader.person_id])
    make_person(author, "Team")
    for actor in (again(author), again(reader), owner, make_member(owner, role="guest")):
        nobody = Actor.stand_in(actor.shape)
        statement = select(Person.name).where(visible(nobody))
        with acting(actor):
            built = set(db.session().scalars(select(Person.name).where(visible(actor))))
        assert names(Prepared(statement, nobody.places), actor) == built


def test_one_statement_serves_one_actor_after_another(owner: Actor, stranger: Actor) -> None:
    nobody = Actor.stand_in(owner.shape)
    prepared = Prepared(select(Person.name).where(visible(nobody)), nobody.places)
    make_person(owner, "Ours")
    make_person(stranger, "Theirs")
    assert "Theirs" not in names(prepared, owner)
    assert "Ours" not in names(prepared, stranger)
    assert "Theirs" in names(prepared, stranger)


def test_an_id_that_is_no_stand_in_is_refused(owner: Actor) -> None:
    with pytest.raises(RuntimeError, match="no stand-in"):
        Prepared(select(Person.name).where(Person.id == owner.person_id), {})
    with pytest.raises(RuntimeError, match="no stand-in"):
        Prepared(select(Person.name).where(Person.audience_people.overlap([uuid4()])), {})


def test_a_value_without_a_place_is_refused() -> None:
    with pytest.raises(RuntimeError, match="no place"):
        Prepared(select(Person.name).where(Person.name == "a"), {"name": "a", "other": "b"})
