"""Duplicates among people whose names are sorted otherwise, written otherwise, or hidden."""

import pytest
from sqlalchemy import literal, select

from community.core.paging import PageRequest
from community.core.text import fold
from community.identity.models import Actor
from community.people import actions, queries
from community.people.queries.folding import folded
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.people.test_duplicates import add, pairs


def test_the_database_folds_as_the_program_does(owner: Actor) -> None:
    said = [
        "Café  Hale",
        "ŁÓDŹ",
        "Straße",
        "Ærø",
        "Œuvre",
        "Þór",
        "İzmir Ilı",
        "  Ana\tMüller ",
        "Đỗ",
    ]
    with acting(owner) as unit:
        for text in said:
            assert unit.session.scalar(select(folded(literal(text)))) == fold(text), text


def test_a_scan_goes_by_what_somebody_is_called_and_not_by_where_they_are_sorted(
    owner: Actor,
) -> None:
    job = [{"organisation": "Café Hale"}]
    same = [add(owner, "Mara Ellison", sort_name="Ellison, Mara"), add(owner, "Mara Ellison")]
    accents = [
        add(owner, "Zoë Brandt", sort_name="Brandt, Zoë", positions=job),
        add(owner, "Zoe Brandt", positions=[{"organisation": "Cafe hale"}]),
    ]
    add(owner, "Else Ellison", sort_name="Mara Ellison")
    assert sorted(pairs(owner), key=str) == sorted(
        [(set(same), "likely"), (set(accents), "likely")], key=str
    )


def test_a_page_is_the_same_however_its_address_is_written(owner: Actor) -> None:
    known = add(owner, "Ann Somebody", links=[{"value": "https://www.social.example/in/ann/"}])
    with acting(owner):
        written = actions.create_person(
            owner, name="Otto Else", links=[{"value": "http://social.example/in/ann"}]
        )
    assert [(one["id"], one["certainty"]) for one in written.duplicates] == [(known, "sure")]


def test_people_whom_one_does_not_see_take_up_no_place_among_those_who_may_be_the_same(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("community.people.queries.duplicates._SHARING", 2)
    member, phone = make_member(owner), [{"value": "+49 30 1000"}]
    for number in range(4):
        with acting(member):
            actions.create_person(
                member,
                name=f"A Hidden {number}",
                phones=phone,
                visibility={"audience": "private", "people": [], "circle_id": None},
            )
    seen = add(owner, "Zita Seen", phones=phone)
    with acting(owner):
        found = actions.create_person(owner, name="Somebody New", phones=phone).duplicates
        assert [one["id"] for one in found] == [seen]
        assert queries.find_pairs(owner, PageRequest()).items


def test_a_tag_is_one_however_its_letters_are_written(owner: Actor) -> None:
    has, other = make_person(owner, tags=["Désign"]), make_person(owner)
    with acting(owner):
        changed, skipped = actions.change_many(owner, "tag", [has.id, other.id], tag="design")
        assert (changed, skipped) == ([other.id], 0)
