"""Who comes a second time is known again, and who may be here already is told of."""

import pytest

from community.identity.models import Actor
from community.people import actions as people_actions
from community.people.models import Person
from tests.exchange.test_actions import ANN, BOB, SAMPLES, count, counts
from tests.factories.exchange import bring, rows_of, table
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person


@pytest.fixture
def member(owner: Actor) -> Actor:
    return make_member(owner)


@pytest.mark.parametrize(
    "sample", sorted(path.name for path in SAMPLES.iterdir() if path.is_file())
)
def test_real_files_twice_add_nothing(owner: Actor, sample: str) -> None:
    content = (SAMPLES / sample).read_bytes()
    first = bring(owner, content, filename=sample)
    people = count(owner, Person)
    second = bring(owner, content, filename=sample)
    assert first.counts["new"] > 0
    assert second.counts["new"] == second.counts["update"] == 0
    assert count(owner, Person) == people


def test_new_people_who_may_be_known_are_told_and_made(owner: Actor, member: Actor) -> None:
    like = make_person(member, "Ann Lee")
    hidden = make_person(member, "Bob Ray", audience="private")
    with acting(member):
        at = [{"organisation": "Café Hale", "title": ""}]
        sorted_so = people_actions.create_person(
            member, name="Zita Ellison", sort_name="Ellison, Zita", positions=at
        ).person
        called = people_actions.create_person(
            member, name="Otto Call", phones=[{"value": "+49 30 231257"}]
        ).person
        page = people_actions.create_person(
            member, name="Pia Page", links=[{"value": "https://pia.example.org/me"}]
        ).person
        for number in range(13):
            people_actions.create_person(
                member, name=f"Desk {number}", phones=[{"value": "+49 30 999999"}]
            )
    batch = bring(
        owner,
        table(ANN, BOB)
        + b"Zita Ellison,,,Cafe Hale,,,,,m1\nZitah Ellison,,,Caf\xc3\xa9 Hale,,,,,m2\n"
        b"O. Call,,+49 30 231257,,,,,,o\nDesk X,,+49 30 999999,,,,,,d\n",
    )
    rows = rows_of(batch)
    assert counts(batch) == {"new": 6}
    told = {line: row.before.get("duplicates", []) for line, row in rows.items()}
    assert told[2] == [{"id": str(like.id), "reasons": ["name_alone"]}]
    assert told[3] == [], hidden.id
    assert told[4] == [{"id": str(sorted_so.id), "reasons": ["name_and_organisation"]}]
    assert told[5] == [{"id": str(sorted_so.id), "reasons": ["like_name_and_organisation"]}]
    assert told[6] == [{"id": str(called.id), "reasons": ["phone"]}]
    assert told[7] == [], "a switchboard says nothing"
    linked = bring(owner, b"Name,Website\nP. Page,http://www.pia.example.org/me/\n", dry_run=True)
    assert rows_of(linked)[2].before["duplicates"] == [{"id": str(page.id), "reasons": ["link"]}]


def test_a_row_of_a_name_alone_is_known_again_and_another_of_the_name_is_not_it(
    owner: Actor,
) -> None:
    plain = b"Name,Company\nOmar Lind,Hale\nOmar Lind,Hale\nOmar Lind,Acme\n"
    assert counts(bring(owner, plain)) == {"new": 2, "joined": 1}
    assert counts(bring(owner, plain)) == {"unchanged": 2, "joined": 1}
    more = b"Name,Company,Email\nOmar Lind,Hale,omar@example.org\n"
    assert counts(bring(owner, more)) == {"new": 1}, "names alone are nobody's"
    elsewhere = make_member(owner)
    assert counts(bring(elsewhere, plain)) == {"new": 2, "joined": 1}
