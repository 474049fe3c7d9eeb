"""Between me and each person: in words, without totals or a ranking."""

from typing import Any

from bs4 import BeautifulSoup
from flask import g, render_template_string

from community.core import clock, slugs
from community.identity.models import Actor
from community.reciprocity import queries
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.ledger import days_ago, log_give, say_thanks
from tests.factories.people import make_person
from tests.web_client import Portal


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


def test_an_empty_page_says_how_it_fills(app: CommunityFlask, owner: Actor) -> None:
    page = soup(Portal(app, owner).get("/reciprocity"))
    assert "Once help has gone back and forth" in page.get_text()
    assert page.select_one('a[href$="/gives/new"]')


def test_people_stand_by_what_is_to_be_said_of_them_the_latest_first(
    app: CommunityFlask, owner: Actor
) -> None:
    ivy, mara = make_member(owner, "Ivy Okonjo"), make_member(owner, "Mara Ellison")
    outsider = make_person(owner, "Kofi Asante")
    for days in (120, 60, 30):
        say_thanks(owner, ivy.person_id, impact="large", happened_on=days_ago(owner, days))
        log_give(owner, outsider.id, size="large", happened_on=days_ago(owner, days + 1))
    theo = make_member(owner, "Theo Nakamura")
    say_thanks(owner, mara.person_id, happened_on=days_ago(owner, 2))
    say_thanks(owner, theo.person_id, happened_on=days_ago(owner, 1))
    page = soup(Portal(app, owner).get("/reciprocity"))
    groups = {
        card.h2.get_text(" ", strip=True): [row.a.get_text() for row in card.select(".rows > li")]
        for card in page.select("#pairs > .card")
    }
    assert groups == {
        "Mostly from them so far 1": ["Ivy Okonjo"],
        "Mostly from you so far 1": ["Kofi Asante"],
        "Too early to tell 2": ["Theo Nakamura", "Mara Ellison"],
    }
    assert "tone-receive" in page.select_one("#pairs-from-them")["class"]
    assert "tone-give" in page.select_one("#pairs-from-me")["class"]
    for word in ("balance", "one-sided", "debt", "owe", "score", "taker"):
        assert word not in page.get_text().lower()


def test_the_list_pages_on_a_button(app: CommunityFlask, owner: Actor) -> None:
    for number in range(31):
        day = days_ago(owner, number // 3)
        log_give(owner, make_person(owner).id, happened_on=day)
    portal = Portal(app, owner)
    first = soup(portal.get("/reciprocity"))
    assert len(first.select("#pairs .rows > li")) == 30
    rest = soup(portal.get(first.select_one("#show-more a")["href"]))
    assert len(rest.select("#pairs .rows > li")) == 1


def test_nobody_reads_anothers_page(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    third = make_member(owner, "Kofi Asante")
    say_thanks(owner, member.person_id)
    page = soup(Portal(app, third).get("/reciprocity"))
    assert page.select("#pairs .rows > li") == []


def section(app: CommunityFlask, reader: Actor, other_id: Any) -> BeautifulSoup:
    """The section of the person's page, alone."""
    with acting(reader):
        pair = queries.get_pair(reader, other_id, clock.today())
    path = f"/t/{reader.team_slug}/reciprocity"
    with app.test_request_context(path, base_url="http://localhost:8000"), acting(reader):
        app.preprocess_request()
        g.actor = reader
        html = render_template_string('{% include "reciprocity/_pair.html" %}', pair=pair)
    return BeautifulSoup(html, "html.parser")


def test_the_section_speaks_before_it_draws(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    nothing = section(app, owner, member.person_id)
    assert "Nothing between you yet" in nothing.get_text()
    assert nothing.select_one('a[href*="/gives/new?to="]')
    for days in (120, 60, 30):
        say_thanks(owner, member.person_id, impact="large", happened_on=days_ago(owner, days))
    told = section(app, owner, member.person_id)
    assert told.select_one("p.verdict").get_text() == "Mostly from them so far"
    assert told.select_one("svg.chart rect.received")
    assert told.select_one(f'a[href$="/gives?with={member.person_id}"]')
    assert len(told.select("tbody tr")) == 12


def test_the_page_costs_four_statements_for_its_rows(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    say_thanks(owner, member.person_id)
    portal = Portal(app, owner)
    portal.get("/reciprocity")
    with counting() as sent:
        portal.get("/reciprocity")
    assert len(sent) <= 4, sent


def test_one_rule_is_told_and_it_fits_the_pair(app: CommunityFlask, owner: Actor) -> None:
    ivy, outsider = make_member(owner, "Ivy Okonjo"), make_person(owner, "Kofi Asante")
    for days in (120, 60, 30):
        say_thanks(owner, ivy.person_id, happened_on=days_ago(owner, days))
        log_give(owner, outsider.id, happened_on=days_ago(owner, days))
    portal = Portal(app, owner)

    def words(path: str) -> str:
        return " ".join(soup(portal.get(path)).get_text().split())

    def of(person_id: Any, name: str) -> str:
        return words(f"/people/{slugs.slug(person_id, name)}")

    everybody = words("/reciprocity")
    colleague, outside = of(ivy.person_id, "Ivy Okonjo"), of(outsider.id, "Kofi Asante")
    ageing = "Older help weighs less: half after half a year."
    thanked = "Help counts once the one who received it said thank you."
    assert all(ageing in page for page in (everybody, colleague, outside))
    assert thanked in everybody
    assert "somebody outside the team counts at once" in everybody
    assert thanked in colleague
    assert "outside" not in colleague.partition(thanked)[2].partition(ageing)[0]
    assert "They are outside the team, so what you did for them counts at once" in outside
    assert thanked not in outside
