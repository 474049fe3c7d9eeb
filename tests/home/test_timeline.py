"""One timeline of every kind: its order, its pages and filters, and what it costs."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from community.core import slugs
from community.core.paging import PageRequest
from community.home import queries
from community.identity.models import Actor, User
from community.people.models import Person
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, again, make_member
from tests.factories.ledger import log_give, say_thanks
from tests.factories.people import make_note, make_person, merge
from tests.web_client import Api, Portal, soup_of


@pytest.fixture
def mara(owner: Actor) -> Person:
    return make_person(owner, "Mara Ellison")


def path(person: Person, query: str = "") -> str:
    return f"/people/{slugs.slug(person.id, person.name)}{query}"


def read(actor: Actor, person: Person, size: int = 100, **more: Any) -> list[Any]:
    """All pages of a size."""
    found: list[Any] = []
    cursor = None
    with acting(actor):
        while True:
            page = queries.find_timeline(actor, person.id, PageRequest(size, cursor), **more)
            found += page.items
            cursor = page.next
            if cursor is None:
                return [item.id for item in found]


@pytest.mark.parametrize("zone", ["UTC", "America/Havana", "Pacific/Auckland"])
def test_pages_of_any_size_hold_everything_once_around_midnight(
    owner: Actor, mara: Person, zone: str
) -> None:
    """Also where an hour of the night comes twice: Havana's clocks go back at one on 1 November."""
    reader = replace(owner, zone=zone)
    day = date(2026, 11, 1)
    for _number in range(3):
        log_give(owner, mara.id, happened_on=day)
        log_give(owner, mara.id, happened_on=day - timedelta(days=1))
    for hour in range(-14, 16):
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=hour)
        make_note(owner, mara.id, f"{hour}", happened_at=at)
    whole = read(reader, mara)
    assert len(whole) == len(set(whole)) == 36
    for size in (1, 4):
        assert read(reader, mara, size) == whole


def test_it_holds_both_directions_of_everybody_they_were_merged_from(
    owner: Actor, mara: Person
) -> None:
    gone = make_person(owner, "M. Ellison")
    kept = [
        log_give(owner, mara.id, happened_on=date(2026, 3, 1)).give.id,
        say_thanks(owner, gone.id, happened_on=date(2026, 3, 2)).give.id,
        make_note(owner, gone.id, happened_at=datetime(2026, 3, 3, tzinfo=UTC)).id,
    ]
    merge(owner, gone, mara)
    assert read(owner, mara) == kept[::-1]
    assert read(owner, mara, kind="give") == kept[1::-1]


def test_it_is_filtered_by_who_wrote_or_took_part(app: CommunityFlask, owner: Actor) -> None:
    noor, ivy = make_member(owner, "Noor Haddad"), make_member(owner, "Ivy Okonjo")
    mine = make_note(owner, noor.person_id, "Mine", audience="team")
    hers = make_note(ivy, noor.person_id, "Hers", audience="team")
    quiet = {"audience": "private", "people": [], "circle_id": None}
    give = log_give(ivy, noor.person_id, visibility=quiet).give.id
    person = Person(id=noor.person_id, name="Noor Haddad")
    assert read(owner, person, member_id=owner.person_id) == [mine.id]
    team = {"audience": "team", "people": [], "circle_id": None}
    shared = log_give(ivy, noor.person_id, visibility=team, happened_on=date(2026, 1, 1)).give.id
    assert set(read(owner, person, member_id=ivy.person_id)) == {hers.id, shared}
    assert set(read(noor, person, member_id=ivy.person_id)) == {hers.id, shared, give}
    api = Api(app, owner).get(f"/people/{noor.person_id}/timeline?member={ivy.person_id}&kind=note")
    assert [item["id"] for item in api.json["items"]] == [str(hers.id)]
    soup = soup_of(Portal(app, owner).get(path(person, f"?member={ivy.person_id}")))
    assert len(soup.select("#timeline > li:not(.month)")) == 2
    chosen = soup.select_one("#timeline-member option[selected]")
    assert chosen.get_text() == "Ivy Okonjo"
    for chip in soup.select("#timeline-part .filters a"):
        assert f"member={ivy.person_id}" in chip["href"]
    assert Portal(app, owner).get(path(person, "?member=nobody")).status_code == 404


def test_months_are_the_readers_and_a_day_stays_its_day(app: CommunityFlask, owner: Actor) -> None:
    mara = make_person(owner, "Mara Ellison")
    make_note(owner, mara.id, "Late", happened_at=datetime(2026, 3, 1, 2, tzinfo=UTC))
    log_give(owner, mara.id, happened_on=date(2026, 3, 1))
    with acting(owner) as unit:
        unit.session.get_one(User, owner.user_id).zone = "America/Lima"
    soup = soup_of(Portal(app, again(owner)).get(path(mara)))
    lines = [li.get_text(" ", strip=True) for li in soup.select("#timeline > li")]
    assert [line for line in lines if line.endswith("2026")] == ["March 2026", "February 2026"]
    assert "You helped" in lines[1]
    assert "Your note" in lines[3]


def test_older_things_join_the_page_without_their_month_twice(
    app: CommunityFlask, owner: Actor, mara: Person
) -> None:
    for number in range(25):
        at = datetime(2026, 3, 25, tzinfo=UTC) - timedelta(days=number)
        make_note(owner, mara.id, f"Note {number}", happened_at=at)
    portal = Portal(app, owner)
    first = soup_of(portal.get(path(mara)))
    older = first.select_one("#timeline-more a")["href"].split(f"/t/{owner.team_slug}")[1]
    joined = soup_of(portal.get(older, partial=True))
    assert joined.select("#timeline .month") == []
    assert len(joined.select("#timeline > li")) == 5
    alone = soup_of(portal.get(older))
    assert alone.select_one("#timeline .month").get_text(strip=True) == "March 2026"


def test_it_costs_the_same_whatever_is_in_it(app: CommunityFlask, owner: Actor) -> None:
    mara = make_person(owner, "Mara Ellison")
    api, counts = Api(app, owner), []
    for number in range(3):
        for _twice in range(2):
            with counting() as sent:
                api.get(f"/people/{mara.id}/timeline?limit=20").close()
        counts.append(len(sent))
        make_note(owner, mara.id, f"{number}")
        log_give(owner, mara.id)
    assert counts == [counts[0]] * 3
    assert counts[0] <= 5, str(sent)
