"""Who may be the same person: with what reasons, among whom, and who was told apart."""

from uuid import UUID

import pytest
from sqlalchemy import text

from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import actions, queries
from community.people.matching.duplicates import Traits, certainty, compare, likeness
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person

HALE = ["Hale Studio"]
CASES: list[tuple[Traits, Traits, str, list[str]]] = [
    (Traits("A", emails=["x@y.org"]), Traits("B", emails=["X@y.org"]), "sure", ["mail"]),
    (
        Traits("A", links=["https://www.social.example/in/ann/"]),
        Traits("B", links=["http://social.example/in/ann"]),
        "sure",
        ["link"],
    ),
    (
        Traits("A", links=["https://hale.example"]),
        Traits("B", links=["https://hale.example/"]),
        "",
        [],
    ),
    (Traits("A", phones=["+4420"]), Traits("B", phones=["+4420"]), "likely", ["phone"]),
    (
        Traits("Ana Müller", organisations=HALE),
        Traits("ana muller", organisations=["hale studio", "Other"]),
        "likely",
        ["name_and_organisation"],
    ),
    (
        Traits("Anna Schmidt", organisations=HALE),
        Traits("Ana Schmidt", organisations=HALE),
        "likely",
        ["like_name_and_organisation"],
    ),
    (Traits("Anna Schmidt", organisations=HALE), Traits("Otto Weber", organisations=HALE), "", []),
    (Traits("Anna Schmidt"), Traits("Anna Schmidt", emails=["a@b.c"]), "likely", ["name_alone"]),
    (Traits("Anna Schmidt", emails=["c@b.c"]), Traits("Anna Schmidt", emails=["a@b.c"]), "", []),
    (Traits("Anna"), Traits("Anna"), "", []),
    (
        Traits("Anna Schmidt", birthday=(2, 29)),
        Traits("Anna Schmidtt", birthday=(2, 29)),
        "likely",
        ["like_name_and_birthday"],
    ),
]


def test_reasons_and_certainty_are_told_both_ways() -> None:
    for one, other, sure, reasons in CASES:
        assert compare(one, other) == compare(other, one) == reasons
        assert not reasons or certainty(reasons) == sure


def test_names_are_as_alike_as_the_database_says(owner: Actor) -> None:
    names = ["anna schmidt", "ana schmidt", "schmidt, anna", "otto", "o'neill x", "li"]
    with acting(owner) as unit:
        for one in names:
            for other in names:
                asked = text("SELECT similarity(:one, :other)")
                said = unit.session.scalar(asked, {"one": one, "other": other})
                assert likeness(one, other) == pytest.approx(said, abs=1e-6)


def add(actor: Actor, name: str, **given: object) -> UUID:
    with acting(actor):
        return actions.create_person(actor, name=name, **given).person.id


def pairs(actor: Actor, limit: int = 50) -> list[tuple[set[UUID], str]]:
    found, cursor = [], None
    with acting(actor):
        while True:
            page = queries.find_pairs(actor, PageRequest(limit, cursor))
            found += [({pair.a.id, pair.b.id}, pair.certainty) for pair in page.items]
            cursor = page.next
            if cursor is None:
                return found


def test_a_scan_finds_every_pair_once_surest_first_page_by_page(owner: Actor) -> None:
    job = [{"organisation": "Hale Studio", "title": "Designer"}]
    first = add(owner, "Anna Schmidt", positions=job, emails=[{"value": "anna@example.org"}])
    second = add(owner, "Ana Schmidt", positions=job)
    third = add(owner, "Someone Else", emails=[{"value": "anna@example.org"}])
    fourth = add(owner, "Someone Else")
    fifth = add(owner, "Phil Phone", phones=[{"value": "+442079460018"}])
    sixth = add(owner, "Other Phone", phones=[{"value": "+44 20 7946 0018"}])
    add(owner, "Nobody Near", positions=job)
    expected = [
        ({first, third}, "sure"),
        ({first, second}, "likely"),
        ({fifth, sixth}, "likely"),
        ({third, fourth}, "likely"),
    ]
    found = pairs(owner)
    assert found[0] == expected[0]
    assert sorted(map(str, found)) == sorted(map(str, expected)) or len(found) == len(expected)
    assert [sorted(map(str, ids)) for ids, _sure in pairs(owner, 1)] == [
        sorted(map(str, ids)) for ids, _sure in found
    ]
    with acting(owner), counting() as statements:
        queries.find_pairs(owner, PageRequest())
    assert len(statements) <= 2


def test_what_many_share_is_no_sign(owner: Actor) -> None:
    for number in range(14):
        add(owner, f"Desk {chr(97 + number) * 5}", phones=[{"value": "+442079460018"}])
    assert pairs(owner) == []


def test_hidden_people_are_in_no_pair_and_in_no_warning(owner: Actor) -> None:
    member = make_member(owner)
    make_person(owner, "Zelda Quintrell", email="zelda@example.org", audience="private")
    with acting(member):
        written = actions.create_person(
            member, name="Zelda Quintrell", emails=[{"value": "zelda@example.org"}]
        )
        assert written.duplicates == []
    assert pairs(member) == []
    assert len(pairs(owner)) == 1


def test_two_who_were_told_apart_are_not_proposed_again_until_that_is_taken_back(
    owner: Actor,
) -> None:
    one = add(owner, "Mara Ellison", emails=[{"value": "mara@example.org"}])
    other = add(owner, "Mara E.", emails=[{"value": "mara@example.org"}])
    member = make_member(owner)
    with acting(member):
        said = actions.tell_apart(member, other, one)
        assert actions.tell_apart(member, one, other).id == said.id
    assert pairs(owner) == []
    with acting(owner):
        assert queries.find_duplicates(owner, one) == []
        actions.withdraw_distinction(owner, said.id)
    assert len(pairs(owner)) == 1


def test_two_members_are_not_proposed_but_a_member_and_somebody_outside_are(owner: Actor) -> None:
    one, other = make_member(owner, "Mara Ellison"), make_member(owner, "Mara Ellison")
    assert pairs(owner) == []
    outside = add(owner, "Mara Ellison")
    assert sorted(map(sorted, (ids for ids, _sure in pairs(owner)))) == sorted(
        sorted({member.person_id, outside}) for member in (one, other)
    )
    with acting(owner):
        found = queries.find_duplicates(owner, one.person_id)
    assert [each["id"] for each in found] == [outside]
