"""Ids of other programs, and many people brought up to date at once."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from community.core import db
from community.core.errors import Conflict, NotAllowed, RuleBroken
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import actions, queries
from community.people.models import ExternalId
from community.people.queries import Filter
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.people.doing import AUDIENCES, add, edit, emails, journal, loaded, row


def test_an_external_id_stands_for_one_person_of_its_source(owner: Actor) -> None:
    person_id = add(owner, external_id="7", source="crm")
    assert row(owner, person_id).external_id == "7"
    with pytest.raises(Conflict) as refused:
        add(owner, external_id="7", source="crm")
    assert refused.value.field == "external_id"
    other = add(owner, external_id="7", source="other")
    assert other != person_id
    assert edit(owner, person_id, external_id="8") == ["external_id"]
    assert edit(owner, person_id, external_id="8") == []
    assert row(owner, person_id).external_id == "8"
    with acting(owner) as unit:
        assert (
            len(
                unit.session.scalars(
                    select(ExternalId).where(ExternalId.person_id == person_id)
                ).all()
            )
            == 1
        )


def test_another_member_may_use_the_same_external_id(owner: Actor, member: Actor) -> None:
    assert add(owner, external_id="7") != add(member, external_id="7")


def test_an_external_id_of_a_deleted_person_is_free_again(owner: Actor) -> None:
    first = add(owner, external_id="7")
    with acting(owner):
        actions.delete_person(owner, first)
    second = add(owner, external_id="7")
    assert row(owner, second).external_id == "7"


def bulk(actor: Actor, *items: dict[str, Any]) -> list[tuple[UUID, str]]:
    with acting(actor):
        return [(person.id, outcome) for person, outcome in actions.upsert_people(actor, items)]


def test_many_people_are_added_once_and_then_brought_up_to_date(owner: Actor) -> None:
    items = [
        {"name": f"Person {n}", "external_id": str(n), "emails": emails(f"p{n}@example.org")}
        for n in range(40)
    ]
    with counting() as sent:
        first = bulk(owner, *items)
    assert len(sent) < 40 + 20, len(sent)
    assert {outcome for _id, outcome in first} == {"created"}
    with counting() as sent:
        again_ = bulk(owner, *items)
    assert len(sent) < 12, str(sent)
    assert again_ == [(person_id, "unchanged") for person_id, _outcome in first]
    changed = bulk(
        owner, {"name": "Renamed", "external_id": "3"}, {"name": "New", "external_id": "99"}
    )
    assert [outcome for _id, outcome in changed] == ["updated", "created"]
    person = loaded(owner, first[3][0])
    assert (person.name, [e.value for e in person.emails]) == ("Renamed", ["p3@example.org"])
    assert journal(owner, person.id) == [("add", []), ("edit", ["name"])]


def test_a_list_with_one_refused_person_changes_nobody(owner: Actor) -> None:
    author = make_member(owner)
    person_id = add(author, external_id="1")
    edit(
        author,
        person_id,
        visibility={"audience": "people", "people": [owner.person_id], "circle_id": None},
    )
    with acting(owner):
        db.add(
            ExternalId(
                person_id=person_id, importer_id=owner.person_id, source="api", external_id="1"
            )
        )
    with pytest.raises(NotAllowed) as refused:
        bulk(owner, {"name": "New", "external_id": "2"}, {"name": "Changed", "external_id": "1"})
    assert refused.value.field == "items.1.external_id"
    with pytest.raises(RuleBroken) as repeated:
        bulk(owner, {"name": "A", "external_id": "5"}, {"name": "B", "external_id": "5"})
    assert repeated.value.field == "items.1.external_id"
    with acting(owner):
        assert queries.find_people(owner, Filter(external_id="2"), PageRequest()).items == []


def test_an_id_of_somebody_hidden_by_now_is_refused(owner: Actor) -> None:
    author = make_member(owner)
    person_id = add(author, visibility=AUDIENCES["private"])
    with acting(owner):
        db.add(
            ExternalId(
                person_id=person_id, importer_id=owner.person_id, source="api", external_id="1"
            )
        )
    with pytest.raises(Conflict):
        bulk(owner, {"name": "X", "external_id": "1"})


def test_guests_add_nobody_in_bulk(owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    with pytest.raises(NotAllowed):
        bulk(guest, {"name": "X", "external_id": "1"})
