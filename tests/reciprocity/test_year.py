"""One's own year on Today: the months add up from the entries one can open, in words first."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from bs4 import BeautifulSoup

from community.core import clock
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.ledger import queries as ledger
from community.ledger.queries import GiveFilter
from community.people import actions as people
from community.reciprocity import queries
from community.web.session import CommunityFlask
from tests.factories.identity import acting, make_member
from tests.factories.ledger import acknowledge, days_ago, log_give, say_thanks
from tests.factories.people import make_person
from tests.web_client import Portal


def year(actor: Actor) -> dict[date, tuple[int, int]]:
    """What the months say, those without anything left out."""
    with acting(actor):
        months = queries.find_year(actor, clock.today(actor.zone))
    assert len(months) == 12
    return {m.first_on: (m.given, m.received) for m in months if m.given or m.received}


def rows(actor: Actor) -> dict[date, tuple[int, int]]:
    """The same from the entries of the history that count for the reader."""
    found: dict[date, tuple[int, int]] = {}
    with acting(actor):
        page = ledger.find_gives(actor, GiveFilter(open_only=True), PageRequest(100))
    for give in page.items:
        if give.counted_value and (give.i_gave or give.i_received):
            month = give.happened_on.replace(day=1)
            gave, got = found.get(month, (0, 0))
            found[month] = (gave + give.i_gave, got + give.i_received)
    return found


def card(app: CommunityFlask, actor: Actor) -> Any:
    page = BeautifulSoup(Portal(app, actor).get("/").text, "html.parser")
    return page.select_one("#my-year")


def told_year(owner: Actor, ivy: Actor) -> UUID:
    """Some of everything; answers a person who may be deleted."""
    outsider = make_person(owner, "Kofi Asante").id
    for days in (0, 45, 46, 300):
        say_thanks(owner, ivy.person_id, happened_on=days_ago(owner, days))
    for days in (1, 45, 200):
        log_give(owner, outsider, happened_on=days_ago(owner, days))
    acknowledge(ivy, log_give(owner, ivy.person_id, happened_on=days_ago(owner, 90)).give.id)
    log_give(owner, ivy.person_id, happened_on=days_ago(owner, 5))  # Nobody said yes to it yet.
    log_give(owner, ivy.person_id, happened_on=days_ago(owner, 6), no_reply=True)
    return outsider


def test_the_months_are_those_of_the_entries(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    told_year(owner, member)
    assert sum(sum(both) for both in year(owner).values()) == 9
    assert year(owner) == rows(owner)
    # What asks for no reply is in its writer's year alone.
    assert sum(sum(both) for both in year(member).values()) == 5
    assert year(member) == rows(member)


def test_a_year_ends_where_its_first_month_begins(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    with acting(owner):
        first = queries.months_until(clock.today(owner.zone))[0]
    for day in (first, first - timedelta(days=1)):
        say_thanks(owner, member.person_id, happened_on=day)
    assert year(owner) == {first: (0, 1)}


def test_entries_with_somebody_deleted_count_on_and_are_shown(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    outsider = told_year(owner, member)
    before = year(owner)
    with acting(owner):
        people.delete_person(owner, outsider)
    assert year(owner) == before == rows(owner)


def test_entries_with_somebody_hidden_are_in_neither(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    shared = make_person(member, "Dana Fox").id
    log_give(owner, shared)
    assert year(owner) == rows(owner) != {}
    with acting(member):
        private = {"audience": "private", "people": [], "circle_id": None}
        people.edit_person(member, shared, visibility=private)
    assert year(owner) == rows(owner) == {}


def test_a_year_is_nobody_elses(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    told_year(owner, member)
    assert year(make_member(owner, "Theo Nakamura")) == {}


def test_today_shows_the_year_in_words_a_chart_and_a_table(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    told_year(owner, member)
    shown = card(app, owner)
    months = year(owner).values()
    gave, got = (sum(bool(both[side]) for both in months) for side in (0, 1))
    words = f"You helped in {gave} of the last twelve months, and were helped in {got}."
    assert words in shown.get_text()
    assert shown.select_one("svg[role=img]")["aria-label"].startswith("Your year")
    table = [[int(cell.text) for cell in row.select("td")] for row in shown.select("tbody tr")]
    assert len(table) == 12
    assert [tuple(line) for line in table if any(line)] == [
        year(owner)[m] for m in sorted(year(owner))
    ]
    assert not shown.select("[style]")


def test_the_year_opens_its_entries(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    told_year(owner, member)
    hrefs = [link["href"] for link in card(app, owner).select(".flow a")]
    pages = [Portal(app, owner).get(f"/{href}").text for href in hrefs]
    counts = [len(BeautifulSoup(page, "html.parser").select("#gives-rows > li")) for page in pages]
    # Five of the six given entries count: one waits for its answer.
    assert counts == [6, 4]


def test_a_first_entry_is_told_in_words_and_none_by_how_it_fills(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    assert "Once you were thanked" in card(app, owner).get_text()
    say_thanks(owner, member.person_id)
    shown = card(app, owner)
    assert "You were helped in 1 of the last twelve months." in shown.get_text()
    assert not shown.select("svg.chart")
    assert "You helped in 1 of the last twelve months." in card(app, member).get_text()
