"""Everything of one's own, out of one team and into another: equal in number and in what it says."""

import io
import zipfile
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import select

from community.core import db
from community.exchange.queries.mine import MODELS
from community.identity.models import Actor
from community.people import actions as people
from community.people import queries
from community.people.models import CustomField, CustomValue, Fact, Note, Person
from community.relationships import actions as relationships
from community.relationships.models import Tie
from community.web.session import CommunityFlask
from tests.exchange.test_actions import counts, outsiders
from tests.factories.exchange import TEAM, bring, rows_of, undo
from tests.factories.identity import acting, make_member, make_team
from tests.factories.people import make_person
from tests.records.doing import built, data_of, export

MARA = "Quilla Varn"
# What is another in another team: keys, who wrote it there, when it came, and who reads it.
_OTHERWISE = {"id", "author", "audience", "person", "other", "met_through", "kind_named", "field"}
_OTHERWISE |= {"created_at", "lawful_basis", "source", "source_detail", "seen"}
_OWN = ("persons", "person_emails", "person_phones", "person_links", "positions", "custom_values")
_TABLES = (*_OWN, *MODELS)


def _defined(owner: Actor) -> None:
    """The same fields and words in a team."""
    people.define_field(owner, name="Shoe size", kind="number")
    people.define_field(owner, name="Lotse", kind="person")
    people.define_relation_kind(owner, name="Bandmate", reverse_name="")


def _known(owner: Actor) -> dict[str, Person]:
    """A team in which one member knows somebody in every way."""
    with acting(owner):
        _defined(owner)
        jonas = people.create_person(owner, name="Zeno Harrow", visibility=TEAM).person
        mara = people.create_person(
            owner,
            name=MARA,
            sort_name="Varn, Quilla",
            emails=[{"value": "mara@example.org", "label": "work"}],
            phones=[{"value": "+49 30 231257", "label": "Boat"}],
            links=[{"value": "https://mara.example.org/me", "label": "blog"}],
            birthday={"month": 2, "day": 29, "year": None},
            tags=["choir"],
            positions=[
                {"organisation": "Hale", "title": "CTO", "from_on": date(2021, 1, 1)},
                {"organisation": "Acme", "title": "Dev", "to_on": date(2020, 12, 31)},
                {"organisation": "Acme", "title": "Intern", "from_on": date(2015, 1, 1)},
            ],
            fields={"shoe_size": "41.5", "lotse": str(jonas.id)},
        ).person
        day = datetime(2019, 5, 4, 18, 30, tzinfo=UTC)
        people.add_note(owner, mara.id, body="Sails *well*.", happened_at=day, visibility=TEAM)
        people.add_note(owner, mara.id, body="Between us.", happened_at=day, in_confidence=True)
        people.add_fact(
            owner,
            mara.id,
            kind="goal",
            text="Run a marathon",
            certainty="likely",
            by_on=date(2027, 4, 1),
            recheck_on=date(2027, 1, 1),
        )
        people.add_fact(owner, mara.id, kind="family", text="Two sons", in_confidence=True)
        people.set_preferences(owner, mara.id, channel="phone", to_avoid="Politics")
        people.add_relation(
            owner, mara.id, kind="mentor", other_id=jonas.id, from_on=date(2020, 1, 1)
        )
        kind = people_kind(owner)
        people.add_relation(owner, jonas.id, kind=kind, other_id=mara.id, visibility=TEAM)
        relationships.add_tie(
            owner,
            mara.id,
            met_on="2019-05",
            met_where="Lisbon",
            met_through={"kind": "person", "id": jonas.id},
        )
    return {MARA: mara, "Zeno Harrow": jonas}


def people_kind(owner: Actor) -> str:
    (kind,) = queries.find_relation_kinds(owner)
    return str(kind.id)


def _said(data: dict[str, Any], table: str) -> Counter[str]:
    """The rows of a table without what is another elsewhere; people by name."""
    rows = []
    for row in data["tables"].get(table, ()):
        named = {k: (row.get(k) or {}).get("name") for k in ("person", "other", "met_through")}
        named |= {k: (row.get(k) or {}).get("name") for k in ("kind_named", "field")}
        whose = row.get("author") or {}
        if "author" in row and table in MODELS and whose.get("id") != data["made_by_id"]:
            continue
        plain = {k: v for k, v in row.items() if k not in _OTHERWISE}
        rows.append(str(sorted({**named, **plain}.items(), key=str)))
    return Counter(rows)


def test_all_of_ones_own_comes_into_another_team_equal_and_can_be_taken_back(
    app: CommunityFlask, owner: Actor
) -> None:
    known = _known(owner)
    member = make_member(owner)
    with acting(member):
        people.add_note(member, known[MARA].id, body="Theirs.", visibility=TEAM)
        people.add_fact(member, known[MARA].id, kind="work", text="Theirs", visibility=TEAM)
    with app.app_context():
        made = export(owner, "team")
        content = built(made)
    before = orjson.loads(zipfile.ZipFile(io.BytesIO(content)).read("data.json"))
    here = bring(owner, content, filename="all.zip")
    assert set(counts(here)) <= {"unchanged", "skipped"}, rows_of(here)
    other = make_team()
    with acting(other):
        _defined(other)
    batch = bring(other, content, filename="all.zip", visibility=TEAM)
    assert batch.counts["error"] == 0, rows_of(batch)
    with app.app_context():
        after = data_of(export(other, "team"))
    names = {owner.name, member.name, other.name}
    for table in _TABLES:
        ours, theirs = (
            {row: n for row, n in _said(data, table).items() if not any(x in row for x in names)}
            for data in (before, after)
        )
        assert ours == theirs, table
        assert ours, f"nothing of {table} was compared"
    with acting(other) as unit:
        for model in (Note, Fact):
            kept = unit.session.execute(select(model.audience, model.in_confidence)).all()
            assert {row.audience for row in kept} == {"private"}, "who reads it is said anew"
            assert sorted(row.in_confidence for row in kept) == [False, True]
    again = bring(other, content, filename="all.zip", visibility=TEAM)
    assert set(counts(again)) <= {"unchanged", "skipped"}, rows_of(again)
    back = undo(other, batch.id)
    assert back.counts["kept"] == 0, rows_of(back)
    assert outsiders(other) == {}


def test_what_a_file_adds_to_somebody_here_is_taken_back_but_for_what_was_changed(
    app: CommunityFlask, owner: Actor
) -> None:
    _known(owner)
    with app.app_context():
        content = built(export(owner, "team"))
    other = make_team()
    make_person(other, MARA, email="mara@example.org")
    with acting(other):
        _defined(other)
    batch = bring(other, content, filename="all.zip")
    mara = outsiders(other)[MARA]
    assert (mara.sort_name, mara.sort_key) == ("Varn, Quilla", "varn, quilla")
    with acting(other) as unit:
        tie = unit.session.scalars(select(Tie)).one()
        relationships.edit_tie(other, tie.id, met_where="Porto")
    back = undo(other, batch.id)
    assert back.counts["kept"] == 1, "whom a tie is about that was changed since"
    mara = outsiders(other)[MARA]
    assert (mara.sort_name, mara.sort_key, mara.positions) == ("", "quilla varn", [])
    with acting(other) as unit:
        assert unit.session.scalars(select(CustomValue)).all() == []
        for part, model in MODELS.items():
            rows = unit.session.scalars(select(model)).all()
            standing = [row for row in rows if getattr(row, "deleted_at", None) is None]
            about = {row.person_id for row in standing}
            assert about <= {mara.id} if part == "ties" else mara.id not in about, part


def test_a_field_that_is_not_here_or_cannot_hold_it_costs_itself_alone(owner: Actor) -> None:
    with acting(owner):
        people.define_field(owner, name="Shoe size", kind="number")
    header = b"Name,Email,Shoe size\nAnn Lee,a@x.org,big\nBob Ray,b@x.org,44.0\n"
    batch = bring(owner, header)
    rows = rows_of(batch)
    assert [error["code"] for error in rows[2].errors] == ["field_refused"]
    assert rows[3].errors == []
    with db.transaction(owner.team_id) as unit:
        (value,) = unit.session.scalars(select(CustomValue.value))
        (key,) = unit.session.scalars(select(CustomField.key))
    assert (key, value) == ("shoe_size", "44")
    assert counts(bring(owner, header)) == {"unchanged": 2}
