"""Lists, details, search and names: what they answer, in how many statements, and to whom."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from community.core import clock, db, slugs
from community.core.errors import BadRequest, NotFound
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import queries
from community.people.models import ExternalId, Person, PersonEmail, Position
from community.people.queries import Filter
from tests.conftest import counting
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.people import make_note, make_person, merge


def names(actor: Actor, wanted: Filter | None = None, limit: int = 50) -> list[str]:
    with acting(actor):
        page = queries.find_people(actor, wanted or Filter(is_member=False), PageRequest(limit))
        return [row.name for row in page.items]


def everybody(actor: Actor, wanted: Filter, limit: int) -> list[str]:
    """All names, page by page."""
    found: list[str] = []
    cursor = None
    while True:
        with acting(actor):
            page = queries.find_people(actor, wanted, PageRequest(limit, cursor))
        found += [row.name for row in page.items]
        cursor = page.next
        if cursor is None:
            return found


def test_a_list_costs_one_statement_whatever_hangs_on_the_people(owner: Actor) -> None:
    for number in range(8):
        person = make_person(owner, email=f"p{number}@example.org")
        with acting(owner):
            db.add(PersonEmail(person_id=person.id, value=f"q{number}@example.org", position=1))
            db.add(Position(person_id=person.id, organisation="Corvid"))
    with acting(owner), counting() as sent:
        page = queries.find_people(owner, Filter(is_member=False), PageRequest())
    assert len(sent) == 1, str(sent)
    assert len(page.items) == 8
    for row in page.items:
        assert len(orjson.loads(row.emails)) == 2
        assert orjson.loads(row.positions)[0]["organisation"] == "Corvid"


def test_people_are_listed_by_name_without_regard_to_accents(owner: Actor) -> None:
    for name in ("Zoe", "Émile", "emil", "Åsa", "bo", "Çelik"):
        make_person(owner, name)
    assert names(owner) == ["Åsa", "bo", "Çelik", "emil", "Émile", "Zoe"]


@pytest.mark.parametrize("sort", ["name", "updated", "-updated"])
def test_pages_hold_everybody_once(owner: Actor, sort: str) -> None:
    made = [make_person(owner, f"Same Name {n % 3}").name for n in range(11)]
    found = everybody(owner, Filter(is_member=False, sort=sort), 3)
    assert sorted(found) == sorted(made)


def test_who_is_added_meanwhile_moves_nobody_to_another_page(owner: Actor) -> None:
    for name in "bdfhj":
        make_person(owner, name)
    with acting(owner):
        first = queries.find_people(owner, Filter(is_member=False), PageRequest(2))
    for name in "ace":
        make_person(owner, name)
    with acting(owner):
        rest = queries.find_people(owner, Filter(is_member=False), PageRequest(10, first.next))
    assert [row.name for row in first.items] == ["b", "d"]
    assert [row.name for row in rest.items] == ["e", "f", "h", "j"]


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIiwiYiJd", "WzEsMl0", "é", "%00", "WyJhIl0"])
def test_a_foreign_cursor_is_refused(owner: Actor, cursor: str) -> None:
    with pytest.raises(BadRequest), acting(owner):
        queries.find_people(owner, Filter(), PageRequest(10, cursor))


def test_a_cursor_of_one_order_is_refused_in_another(owner: Actor) -> None:
    for _ in range(3):
        make_person(owner)
    with acting(owner):
        page = queries.find_people(owner, Filter(sort="name"), PageRequest(1))
    with pytest.raises(BadRequest), acting(owner):
        queries.find_people(owner, Filter(sort="updated"), PageRequest(1, page.next))


def test_filters_narrow_the_list(owner: Actor) -> None:
    tagged = make_person(owner, "Tagged", tags=["Design", "Mentor"], email="t@example.org")
    make_person(owner, "Plain", tags=["Mentor"])
    with acting(owner) as unit:
        make = unit.session.get_one(Person, (owner.team_id, tagged.id))
        db.add(
            ExternalId(
                person_id=make.id, importer_id=owner.person_id, source="crm", external_id="7"
            )
        )
    make_person(owner, "Archived", archived_at=tagged.created_at)
    assert names(owner, Filter(tag="Design")) == ["Tagged"]
    assert names(owner, Filter(tag="design")) == []
    assert names(owner, Filter(email="t@example.org")) == ["Tagged"]
    assert names(owner, Filter(external_id="7")) == ["Tagged"]
    assert names(owner, Filter(external_id="7", source="crm")) == ["Tagged"]
    assert names(owner, Filter(external_id="7", source="other")) == []
    assert names(owner, Filter(archived=True)) == ["Archived"]
    assert set(names(owner, Filter(archived=None, is_member=False))) == {
        "Tagged",
        "Plain",
        "Archived",
    }
    assert names(owner, Filter(is_member=True)) == [owner.name]


def test_external_ids_are_each_importers_own(owner: Actor, member: Actor) -> None:
    person = make_person(owner)
    with acting(owner):
        db.add(
            ExternalId(
                person_id=person.id, importer_id=owner.person_id, source="crm", external_id="9"
            )
        )
    assert names(member, Filter(external_id="9")) == []
    with acting(member):
        assert queries.get_person_row(member, person.id).external_id is None
    with acting(owner):
        assert queries.get_person_row(owner, person.id).external_id == "9"


def test_changes_since_a_time_are_listed_oldest_first(owner: Actor) -> None:
    old = make_person(owner, "Old")
    with clock.shifted(timedelta(hours=2)):
        make_person(owner, "Newer")
    with clock.shifted(timedelta(hours=1)):
        make_person(owner, "New")
    since = old.updated_at + timedelta(minutes=1)
    assert names(owner, Filter(updated_since=since, sort="updated")) == ["New", "Newer"]
    assert names(owner, Filter(updated_since=since, sort="-updated")) == ["Newer", "New"]


def test_a_list_can_be_narrowed_by_features_above(owner: Actor) -> None:
    person = make_person(owner)
    make_person(owner)
    with acting(owner):
        page = queries.find_people(owner, Filter(), PageRequest(), Person.id == person.id)
    assert [row.id for row in page.items] == [person.id]


def test_a_hidden_absent_or_foreign_person_is_not_found(owner: Actor, stranger: Actor) -> None:
    hidden = make_person(make_member(owner), audience="private")
    foreign = make_person(stranger)
    for person_id in (hidden.id, foreign.id, db.new_id()):
        for get in (queries.get_person_row, queries.get_person):
            with pytest.raises(NotFound), acting(owner):
                get(owner, person_id)


def test_a_merged_id_answers_the_person_it_became(owner: Actor) -> None:
    gone, kept = make_person(owner, "Gone"), make_person(owner, "Kept")
    merge(owner, gone, kept)
    with acting(owner):
        assert queries.get_person_row(owner, gone.id).name == "Kept"
        assert queries.get_person(owner, gone.id).id == kept.id
        assert queries.get_person_by_slug(owner, slugs.slug(gone.id, "Gone")).id == kept.id


def test_a_person_merged_into_a_hidden_one_is_not_found(owner: Actor, member: Actor) -> None:
    gone, kept = make_person(owner), make_person(owner, audience="private")
    merge(owner, gone, kept)
    with pytest.raises(NotFound), acting(member):
        queries.get_person_row(member, gone.id)


def test_a_slug_finds_its_person_whatever_name_it_carries(owner: Actor) -> None:
    person = make_person(owner, "Lena Brandt")
    make_person(owner, "Lena Brandt")
    for name in ("Lena Brandt", "Someone Else"):
        with acting(owner), counting() as sent:
            assert queries.get_person_by_slug(owner, slugs.slug(person.id, name)).id == person.id
        assert len(sent) == 1
    for slug in ("lena-brandt", "0" * 16, "new", ""):
        with pytest.raises(NotFound), acting(owner):
            queries.get_person_by_slug(owner, slug)


def test_a_slug_shows_no_hidden_person(owner: Actor) -> None:
    hidden = make_person(make_member(owner), audience="private")
    with pytest.raises(NotFound), acting(owner):
        queries.get_person_by_slug(owner, slugs.slug(hidden.id, hidden.name))


def found(actor: Actor, q: str, **more: Any) -> list[str]:
    with acting(actor):
        return [row.name for row in queries.search_people(actor, q, **more)]


@pytest.mark.parametrize(
    "typed",
    [
        "Mara Ellison",
        "mara elison",
        "ELLISON",
        "Ellisson",
        "Mára",
        "mara@hale.example",
        "ma",
        "m",
        "Maar Ellison",
    ],
)
def test_search_forgives_typos_accents_and_case(owner: Actor, typed: str) -> None:
    make_person(owner, "Mara Ellison", email="mara@hale.example")
    make_person(owner, "Oskar Blom")
    assert found(owner, typed) == ["Mara Ellison"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Özgür Şahin", "ozgur sahin"),
        ("Ольга Петрова", "петрова"),
        ("李小龍", "李小龍"),
        ("Søren", "soren"),
        ("O'Hara", "o'hara"),
    ],
)
def test_search_reads_every_script(owner: Actor, name: str, typed: str) -> None:
    make_person(owner, name)
    assert found(owner, typed) == [name]


@pytest.mark.parametrize("typed", ["", "   ", "%", "___", "zzzzzz", "\\", "%%%"])
def test_search_for_nothing_or_signs_finds_nobody(owner: Actor, typed: str) -> None:
    make_person(owner, "Mara Ellison")
    assert found(owner, typed) == []


def test_search_puts_the_closest_first_and_archived_last(owner: Actor) -> None:
    now = make_person(owner, "Ivy Mensah").created_at
    make_person(owner, "Daniel Mensah-Ivyson")
    make_person(owner, "Ivy Ivanova", archived_at=now)
    assert found(owner, "ivy") == ["Ivy Mensah", "Daniel Mensah-Ivyson", "Ivy Ivanova"]


def test_hidden_people_change_neither_hits_nor_their_number(owner: Actor, stranger: Actor) -> None:
    author = make_member(owner, "Kofi Asante")
    for _ in range(5):
        make_person(author, "Mara Hidden", audience="private")
        make_person(stranger, "Mara Foreign")
    make_person(owner, "Mara Zzz Visible")
    assert found(owner, "mara", limit=3) == ["Mara Zzz Visible"]
    assert found(owner, "ma", limit=3) == ["Mara Zzz Visible"]
    guest = make_member(owner, "Gustav Gast", role="guest")
    assert found(guest, "mara") == []
    assert found(guest, "gustav") == ["Gustav Gast"]


def test_search_finds_what_a_circle_or_a_name_opens(owner: Actor) -> None:
    author, inside = make_member(owner, "Author A"), make_member(owner, "Inside I")
    circle = make_circle(author, inside)
    make_person(author, "Circle Friend", audience="circle", circle_id=circle.id)
    make_person(author, "Named Friend", audience="people", audience_people=[inside.person_id])
    assert sorted(found(again(inside), "friend")) == ["Circle Friend", "Named Friend"]
    assert found(owner, "friend") == []


def test_search_costs_one_statement(owner: Actor) -> None:
    make_person(owner, "Mara Ellison")
    with acting(owner), counting() as sent:
        queries.search_people(owner, "mara")
    assert len(sent) == 1, str(sent)


def test_a_list_narrowed_by_name_pages_best_first_and_whole(owner: Actor) -> None:
    for number in range(7):
        make_person(owner, f"Mara {'x' * number}")
    make_person(owner, "Tamara Other")
    assert sorted(everybody(owner, Filter(q="mara"), 2)) == sorted(
        [f"Mara {'x' * n}".strip() if n else "Mara " for n in range(7)] + ["Tamara Other"]
    )
    assert everybody(owner, Filter(q="mara"), 3)[-1] == "Tamara Other"
    assert everybody(owner, Filter(q="mara", sort="name"), 3)[0] == "Mara "


def test_a_typed_name_is_understood_or_offered(owner: Actor) -> None:
    lena = make_person(owner, "Lena Brandt")
    make_person(owner, "Lena Blom", call_name="")
    with acting(owner):
        db.add(Position(person_id=lena.id, organisation="Corvid"))
    with acting(owner):
        assert [o.id for o in queries.find_named(owner, "lena brandt")] == [lena.id]
        assert [o.id for o in queries.find_named(owner, "Lena Brandt (Corvid)")] == [lena.id]
        assert {o.name for o in queries.find_named(owner, "Lena")} == {"Lena Brandt", "Lena Blom"}
        assert queries.find_named(owner, "Nobody Known") == []


def test_namesakes_are_told_apart_by_where_they_work(owner: Actor) -> None:
    one, two = make_person(owner, "Jo Kim"), make_person(owner, "Jo Kim")
    with acting(owner):
        db.add(Position(person_id=one.id, organisation="Corvid"))
        db.add(Position(person_id=two.id, organisation="Hale"))
    with acting(owner):
        assert len(queries.find_named(owner, "Jo Kim")) == 2
        assert [o.id for o in queries.find_named(owner, "Jo Kim (Hale)")] == [two.id]


def test_forms_propose_members_first_but_never_oneself(owner: Actor) -> None:
    member = make_member(owner, "Zora Member")
    make_person(owner, "Anna Outside")
    hidden = make_person(member, "Hidden One", audience="private")
    with acting(owner), counting() as sent:
        options = queries.name_options(owner)
    assert len(sent) == 1
    assert [o.name for o in options] == ["Zora Member", "Anna Outside"]
    assert hidden.id not in {o.id for o in options}


def test_an_audience_can_name_active_members_but_oneself(owner: Actor) -> None:
    member = make_member(owner, "Zora Member")
    make_person(owner, "Anna Outside")
    with acting(owner):
        assert [o.id for o in queries.member_options(owner)] == [member.person_id]
    with acting(member) as unit:
        unit.session.execute(
            text("UPDATE memberships SET state = 'left' WHERE team_id = :t AND id = :m"),
            {"t": member.team_id, "m": member.member_id},
        )
    with acting(owner):
        assert queries.member_options(owner) == []
    guest = make_member(owner, role="guest")
    with acting(guest):
        assert queries.member_options(guest) == []


def test_an_audience_can_be_ones_own_circles(owner: Actor) -> None:
    member = make_member(owner)
    circle = make_circle(member)
    with acting(owner):
        assert queries.circle_options(owner) == []
    member = again(member)
    with acting(member):
        assert queries.circle_options(member) == [(circle.id, circle.name)]


def test_tags_in_use_are_those_one_sees(owner: Actor) -> None:
    make_person(owner, tags=["Design", "Ärzte"])
    make_person(make_member(owner), tags=["Secret"], audience="private")
    with acting(owner):
        assert queries.find_tags(owner) == ["Ärzte", "Design"]


def test_notes_are_paged_newest_happening_first(owner: Actor) -> None:
    person = make_person(owner)
    at = person.created_at
    for day in (3, 1, 2, 5, 4):
        make_note(owner, person.id, f"day {day}", happened_at=at - timedelta(days=day))
    bodies: list[str] = []
    cursor = None
    for _page in range(3):
        with acting(owner), counting() as sent:
            page = queries.find_notes(owner, person.id, PageRequest(2, cursor))
        assert len(sent) == 1
        bodies += [row.body for row in page.items]
        cursor = page.next
    assert bodies == ["day 1", "day 2", "day 3", "day 4", "day 5"]
    assert cursor is None


def test_notes_of_a_merged_person_are_read_with_whom_it_became(owner: Actor) -> None:
    gone, kept = make_person(owner), make_person(owner, "Kept")
    make_note(owner, gone.id, "on the old one")
    make_note(owner, kept.id, "on the new one")
    merge(owner, gone, kept)
    with acting(owner):
        rows = queries.find_notes(owner, kept.id, PageRequest()).items
    assert {row.body for row in rows} == {"on the old one", "on the new one"}
    assert {row.person_id for row in rows} == {kept.id}
    assert {row.author_name for row in rows} == {owner.name}
