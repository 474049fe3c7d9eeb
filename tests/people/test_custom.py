"""Fields of a team's own: what they may hold, who defines them, and who sees what they hold."""

import math
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from community.core.paging import PageRequest
from community.core.text import fold
from community.identity.models import Actor
from community.people import actions, queries
from community.people.actions.custom import _number, _Refused
from community.people.models import CustomField
from community.people.queries import Filter
from tests.conftest import counting
from tests.factories.exchange import bring, table
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person, merge
from tests.people.doing import AUDIENCES, add, edit, journal, row


def define(actor: Actor, name: str, kind: str = "text", **given: Any) -> CustomField:
    with acting(actor):
        return actions.define_field(actor, name=name, kind=kind, **given)


def held(actor: Actor, person_id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(row(actor, person_id).fields)
    return found


def found_by(actor: Actor, field: str) -> list[str]:
    with acting(actor):
        return [
            found.name
            for found in queries.find_people(actor, Filter(field=field), PageRequest()).items
        ]


@pytest.fixture
def fields(owner: Actor) -> dict[str, CustomField]:
    made = [
        define(owner, "Motto"),
        define(owner, "Shoe size", "number"),
        define(owner, "Joined on", "date"),
        define(owner, "T-shirt", "choice", choices=["Small", "Large", "small"]),
        define(owner, "Buddy", "person"),
    ]
    return {field.key: field for field in made}


def test_each_kind_holds_its_own_and_says_it_as_its_type(
    owner: Actor, fields: dict[str, CustomField]
) -> None:
    assert list(fields) == ["motto", "shoe_size", "joined_on", "t_shirt", "buddy"]
    assert fields["t_shirt"].choices == ["Small", "Large"]
    buddy = make_person(owner, "Buddy")
    given = {
        "motto": "Give\nfirst",
        "shoe_size": "42.50",
        "joined_on": "2020-02-29",
        "t_shirt": "LARGE",
        "buddy": str(buddy.id),
    }
    mara = add(owner, fields=given)
    expected = {**given, "shoe_size": 42.5, "t_shirt": "Large"}
    assert held(owner, mara) == expected
    assert edit(owner, mara, fields={"shoe_size": 43, "motto": None}) == ["fields"]
    assert edit(owner, mara, fields={"shoe_size": "43.0", "motto": ""}) == []
    expected["shoe_size"] = 43
    del expected["motto"]
    assert held(owner, mara) == expected
    assert row(owner, mara).version == 2
    assert journal(owner, mara)[-1] == ("edit", ["fields"])


REFUSED = [
    ("motto", 7),
    ("shoe_size", "big"),
    ("shoe_size", "1,5"),
    ("shoe_size", 1e15),
    ("shoe_size", math.inf),
    ("shoe_size", math.nan),
    ("shoe_size", "0.0000001"),
    ("joined_on", "2021-02-29"),
    ("joined_on", "yesterday"),
    ("joined_on", 2020),
    ("t_shirt", "Medium"),
    ("buddy", "Mara"),
    ("buddy", str(uuid4())),
    ("nothing", "x"),
]


def test_what_a_field_cannot_hold_is_refused_by_name_and_nothing_is_written(
    owner: Actor, fields: dict[str, CustomField]
) -> None:
    mara = add(owner, fields={"motto": "Give"})
    with acting(owner):
        for key, value in REFUSED:
            with pytest.raises(RuleBroken) as refused:
                actions.edit_person(owner, mara, fields={key: value})
            assert [error.field for error in refused.value.errors] == [f"fields.{key}"]
            if key in fields:
                assert fields[key].name in refused.value.errors[0].message
        both = {"shoe_size": "big", "t_shirt": "XL"}
        items = [
            {"name": "A", "external_id": "1"},
            {"name": "B", "external_id": "2", "fields": both},
        ]
        with pytest.raises(RuleBroken) as refused:
            actions.upsert_people(owner, items)
    where = [error.field for error in refused.value.errors]
    assert where == ["items.1.fields.shoe_size", "items.1.fields.t_shirt"]


@given(st.decimals(-(10**14), 10**14, places=6))
def test_a_number_is_kept_as_it_was_meant(number: Any) -> None:
    field = CustomField(name="Size")
    once = _number(field, str(number))
    assert _number(field, once) == once
    assert type(number)(once) == number


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_number_or_refused(text: str) -> None:
    field = CustomField(name="Size")
    with suppress(_Refused):
        assert float(_number(field, text)) == float(text)


def test_a_person_whom_the_reader_does_not_see_is_held_by_no_field(
    owner: Actor, fields: dict[str, CustomField]
) -> None:
    member = make_member(owner)
    secret = make_person(owner, "Secret", audience="private")
    mara = add(owner, fields={"buddy": str(secret.id)})
    assert held(owner, mara) == {"buddy": str(secret.id)}
    assert held(member, mara) == {}
    with acting(member):
        assert all(not one.other_id for one in queries.find_held(member, mara))
        with pytest.raises(RuleBroken):
            actions.edit_person(member, mara, fields={"buddy": str(secret.id)})
    old, new = make_person(owner, "Old"), make_person(owner, "New")
    edit(member, mara, fields={"buddy": str(old.id)})
    merge(owner, old, new)
    assert held(member, mara) == {"buddy": str(new.id)}


def test_whom_somebody_does_not_see_they_neither_find_out_nor_wipe_away(owner: Actor) -> None:
    member = make_member(owner)
    secret = make_person(owner, "Secret", audience="private")
    define(owner, "Buddy", "person")
    full, empty = add(owner, "Mara"), add(owner, "Nora")
    edit(owner, full, fields={"buddy": str(secret.id)})
    for value in (None, ""):
        outcomes = []
        for person_id in (full, empty):
            version = row(member, person_id).version
            with acting(member):
                said = actions.edit_person(member, person_id, fields={"buddy": value}).fields
            outcomes.append((said, row(member, person_id).version - version))
        assert outcomes == [([], 0), ([], 0)]
    assert held(owner, full) == {"buddy": str(secret.id)}
    edit(member, full, fields={"buddy": str(empty)})
    edit(member, full, fields={"buddy": None})
    assert held(owner, full) == {}


def test_many_people_are_written_with_their_fields_or_none(
    owner: Actor, fields: dict[str, CustomField]
) -> None:
    items = [
        {"name": name, "external_id": name, "fields": {"t_shirt": "Small"}} for name in ("A", "B")
    ]
    with acting(owner):
        made = actions.upsert_people(owner, items)
    assert [outcome for _person, outcome in made] == ["created", "created"]
    with acting(owner):
        again = actions.upsert_people(owner, items)
        items[1]["fields"] = {"t_shirt": "Large"}
        changed = actions.upsert_people(owner, items)
    assert [outcome for _person, outcome in again] == ["unchanged", "unchanged"]
    assert [outcome for _person, outcome in changed] == ["unchanged", "updated"]
    assert found_by(owner, "t_shirt:Large") == ["B"]
    assert found_by(owner, "t_shirt:Medium") == []
    assert found_by(owner, "motto:Large") == []
    with acting(owner), counting() as statements:
        queries.find_people(owner, Filter(field="t_shirt:Large"), PageRequest())
    assert len(statements) == 1


def test_owners_and_stewards_say_which_fields_there_are(
    owner: Actor, fields: dict[str, CustomField]
) -> None:
    steward, member = make_member(owner, role="steward"), make_member(owner)
    guest = make_member(owner, role="guest")
    define(steward, "Motto 2")
    field = fields["motto"]
    with acting(member), pytest.raises(NotAllowed):
        actions.define_field(member, name="Mine", kind="text")
    with acting(member), pytest.raises(NotAllowed):
        actions.edit_field(member, field.id, name="Mine")
    with acting(guest):
        assert queries.find_fields(guest) == []
        with pytest.raises(NotFound):
            actions.edit_field(guest, field.id, name="Mine")
    with acting(owner):
        for given in ({"name": "MOTTO"}, {"name": "Other", "key": "motto"}):
            with pytest.raises(Conflict):
                actions.define_field(owner, kind="text", **given)
        for wrong in (
            {"kind": "choice"},
            {"kind": "text", "choices": ["x"]},
            {"kind": "text", "key": "A b"},
        ):
            with pytest.raises(RuleBroken):
                actions.define_field(owner, name="New", **wrong)
        with pytest.raises(Conflict):
            actions.edit_field(owner, field.id, name="buddy")


def test_an_archived_field_keeps_what_it_holds_and_shows_it_no_more(
    owner: Actor, fields: dict[str, CustomField]
) -> None:
    mara = add(owner, fields={"motto": "Give", "t_shirt": "Small"})
    with acting(owner):
        actions.edit_field(owner, fields["motto"].id, archived=True)
        actions.edit_field(owner, fields["t_shirt"].id, choices=["Large"], place=0)
    assert held(owner, mara) == {"t_shirt": "Small"}
    with acting(owner):
        assert queries.find_fields(owner)[0].key == "t_shirt"
        with pytest.raises(RuleBroken):
            actions.edit_person(owner, mara, fields={"motto": "Take"})
        actions.edit_field(owner, fields["motto"].id, archived=False)
    assert held(owner, mara)["motto"] == "Give"
    assert [verb for verb, _fields in journal(owner, fields["motto"].id)] == [
        "create",
        "change",
        "change",
    ]


def test_a_name_is_sorted_as_its_culture_wants_and_shown_as_it_is_written(owner: Actor) -> None:
    mara = add(owner, "Mara Ellison", sort_name="Ellison, Mara")
    add(owner, "Yamada Tarō")
    add(owner, "Frida Kahlo")

    def listed() -> list[str]:
        with acting(owner):
            wanted = Filter(is_member=False)
            return [found.name for found in queries.find_people(owner, wanted, PageRequest()).items]

    assert listed() == ["Mara Ellison", "Frida Kahlo", "Yamada Tarō"]
    edit(owner, mara, name="Mara Vance")
    assert listed()[0] == "Mara Vance", "another name leaves the order that was chosen"
    assert edit(owner, mara, sort_name="") == ["sort_name"]
    assert listed() == ["Frida Kahlo", "Mara Vance", "Yamada Tarō"]
    assert row(owner, mara).sort_key == fold("Mara Vance")
    hidden = add(owner, "Zed", visibility=AUDIENCES["private"], sort_name="Aa")
    assert row(owner, hidden).sort_name == "Aa"


def test_a_file_that_brings_another_name_leaves_where_lists_put_it(owner: Actor) -> None:
    line = "Ann Lee,ann@example.org,,,,,,,1"
    bring(owner, table(line))
    with acting(owner):
        ann = queries.find_people(owner, Filter(is_member=False), PageRequest()).items[0].id
    edit(owner, ann, sort_name="Lee, Ann")
    bring(owner, table(line.replace("Lee", "Long")))
    assert (row(owner, ann).name, row(owner, ann).sort_key) == ("Ann Long", "lee, ann")
