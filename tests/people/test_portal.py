"""The pages of people, as a browser without JavaScript uses them."""

import re

import pytest
from bs4 import BeautifulSoup

from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import make_member
from tests.factories.people import make_note, make_person
from tests.people.browsing import TEAM, outsiders, page, path, send, words
from tests.web_client import Portal


def test_the_list_shows_whom_one_sees_and_leads_to_them(portal: Portal, owner: Actor) -> None:
    shown = make_person(owner, "Mara Ellison", email="mara@hale.example", tags=["Design"])
    make_person(make_member(owner), "Hidden Friend", audience="private")
    response = portal.get("/people")
    assert response.status_code == 200
    assert "Hidden Friend" not in words(response)
    link = page(response).find("a", string="Mara Ellison")
    assert link["href"] == portal.path(path(shown))
    assert "mara@hale.example" in words(response)
    assert len(page(response).find_all("h1")) == 1


def test_the_list_costs_few_statements(portal: Portal, owner: Actor) -> None:
    for _ in range(12):
        make_person(owner, email="x@example.org")
    portal.get("/people")
    with counting() as sent:
        portal.get("/people")
    assert len(sent) <= 6, str(sent)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=elison", {"Mara Ellison"}),
        ("tag=Design", {"Mara Ellison"}),
        ("show=archived", {"Old Friend"}),
        ("show=any&sort=-updated", {"Mara Ellison", "Oskar Blom", "Old Friend"}),
        ("show=nonsense&sort=nonsense&knows=ivy", {"Mara Ellison", "Oskar Blom"}),
        ("q=nobody+here", set()),
    ],
)
def test_filters_are_in_the_address(
    portal: Portal, owner: Actor, query: str, names: set[str]
) -> None:
    made = make_person(owner, "Mara Ellison", tags=["Design"])
    make_person(owner, "Oskar Blom")
    make_person(owner, "Old Friend", archived_at=made.created_at)
    response = portal.get(f"/people?{query}")
    assert response.status_code == 200
    rows = {link.get_text() for link in page(response).select("#people-rows th a")} - {owner.name}
    assert rows == names
    if not names:
        assert "Nobody here fits this filter" in words(response)


def test_more_people_are_one_link_away(portal: Portal, owner: Actor) -> None:
    for number in range(60):
        make_person(owner, f"Person {number:02}")
    first = page(portal.get("/people?sort=name"))
    link = first.select_one("#show-more a")
    second = portal.get(link["href"])
    names = [
        a.get_text() for soup in (first, page(second)) for a in soup.select("#people-rows th a")
    ]
    assert [name for name in names if name != owner.name] == [f"Person {n:02}" for n in range(60)]
    assert page(second).select_one("#show-more a") is None
    part = page(portal.get(link["href"], partial=True))
    assert [row.get_text() for row in part.select("#people-rows th a")] == names[50:]
    assert part.select_one("#show-more")["hx-swap-oob"] == "outerHTML"
    assert part.select_one("nav.tabs") is None


def test_an_empty_team_is_shown_three_ways_in(portal: Portal) -> None:
    response = portal.get("/people")
    hrefs = {link["href"] for link in page(response).select("#start a")}
    assert hrefs == {portal.path("/people/paste"), portal.path("/people/import")}
    form = page(response).select_one("#start form")
    assert form["action"] == portal.path("/people/new")
    added = portal.post("/people/new", {"name": "Mara Ellison", **TEAM})
    assert added.status_code == 303
    assert page(portal.get("/people")).select_one("#start") is None


def test_archiving_has_an_undo(portal: Portal, owner: Actor) -> None:
    person = make_person(owner, "Mara Ellison")
    response = send(portal, path(person, "archive"), {}, form=path(person, "edit"))
    assert response.status_code == 303
    assert outsiders(owner)["Mara Ellison"].archived_at is not None
    undo = page(portal.get("/people")).select_one(".toast form")
    assert portal.post(undo["action"]).status_code == 303
    assert outsiders(owner)["Mara Ellison"].archived_at is None


def test_a_person_is_deleted_when_their_name_was_typed_and_comes_back(
    portal: Portal, owner: Actor
) -> None:
    person = make_person(owner, "Mara Ellison")
    told = words(portal.get(path(person, "delete")))
    assert "every note about them disappear, also what others wrote" in told
    assert "Help with them stays in the history of the member" in told
    refused = send(portal, path(person, "delete"), {"name": "Mara", "version": "1"})
    assert refused.status_code == 422
    assert "This is not the name" in words(refused)
    done = portal.post(path(person, "delete"), {"name": "mara  éllison", "version": "1"})
    assert (done.status_code, done.headers["Location"]) == (303, portal.path("/people"))
    assert outsiders(owner) == {}
    undo = page(portal.get("/people")).select_one(".toast form")
    back = portal.post(undo["action"])
    assert back.headers["Location"] == portal.path(path(person))
    assert list(outsiders(owner)) == ["Mara Ellison"]


def test_who_may_not_delete_is_told_what_else_to_do(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, make_member(owner))
    person = make_person(owner, "Mara Ellison")
    assert "You can archive" in words(portal.get(path(person, "delete")))
    assert (
        send(
            portal, path(person, "delete"), {"name": "Mara Ellison"}, form="/people/new"
        ).status_code
        == 403
    )
    assert list(outsiders(owner)) == ["Mara Ellison"]


def test_a_pasted_list_adds_who_is_new(portal: Portal, owner: Actor) -> None:
    make_person(owner, "Known", email="known@example.org")
    make_person(make_member(owner), email="hidden@example.org", audience="private")
    lines = "Mara Ellison <mara@hale.example>\n\nOskar Blom\nKnown Again, known@example.org\nH, hidden@example.org\n"
    response = send(portal, "/people/paste", {"lines": lines, **TEAM})
    assert response.status_code == 303
    assert set(outsiders(owner)) == {"Known", "Mara Ellison", "Oskar Blom", "H"}
    told = words(portal.get("/people"))
    assert "3 people are added." in told
    assert "Already there: Known Again." in told


@pytest.mark.parametrize("lines", ["", " \n ", "\n".join(f"Person {n}" for n in range(201))])
def test_an_empty_or_endless_list_is_refused(portal: Portal, owner: Actor, lines: str) -> None:
    response = send(portal, "/people/paste", {"lines": lines, **TEAM})
    assert response.status_code == 422
    assert outsiders(owner) == {}


def test_guests_are_offered_nothing_they_may_not_do(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, make_member(owner, "Gustav Gast", role="guest"))
    person = make_person(owner, "Mara")
    response = portal.get("/people")
    assert "Add a person" not in words(response)
    assert "Mara" not in words(response)
    assert send(portal, "/people/new", {"name": "X", **TEAM}, form="/gives/new").status_code == 403
    assert (
        send(portal, "/people/paste", {"lines": "X", **TEAM}, form="/gives/new").status_code == 403
    )
    assert portal.get(path(person, "edit")).status_code == 404


def test_no_page_carries_inline_script_or_style(portal: Portal, owner: Actor) -> None:
    person = make_person(owner, "<script>alert(1)</script>", tags=["<b>x</b>"])
    note = make_note(owner, person.id, "<img src=x onerror=alert(1)>")
    for address in (
        "/people",
        "/people/new",
        "/people/paste",
        path(person, "edit"),
        path(person, "delete"),
        f"/notes/{note.id}/edit",
    ):
        html = portal.get(address).get_data(as_text=True)
        soup = BeautifulSoup(html, "html.parser")
        assert all(script.get("src") for script in soup.find_all("script"))
        assert not soup.find_all(style=True)
        assert not [t for t in soup.find_all() for a in t.attrs if re.match(r"on[a-z]+$", a)]
        assert "<b>x</b>" not in html
        assert soup.find("img") is None


def test_an_address_that_does_not_fit_is_not_called_a_form(portal: Portal) -> None:
    answer = portal.get("/people?after=zzz")
    assert answer.status_code == 422
    assert "form" not in answer.text.partition("<main")[2].partition("</main>")[0].lower()
    assert "Open the page without it" in answer.text
    refused = portal.get("/people?after=zzz", partial=True)
    assert "form" not in refused.text
