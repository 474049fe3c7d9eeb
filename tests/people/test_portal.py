"""The pages of people, as a browser without JavaScript uses them."""

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

from community.core import slugs
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import queries
from community.people.models import Person
from community.people.queries import Filter
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.people import make_note, make_person
from tests.web_client import Portal

TEAM = {"visibility": "team"}


@pytest.fixture
def portal(app: CommunityFlask, owner: Actor) -> Portal:
    return Portal(app, owner)


def page(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


def words(response: Any) -> str:
    return " ".join(page(response).get_text(" ").split())


def outsiders(actor: Actor) -> dict[str, Any]:
    with acting(actor):
        rows = queries.find_people(
            actor, Filter(is_member=False, archived=None), PageRequest()
        ).items
        return {row.name: row for row in rows}


def path(person: Person | Any, part: str = "") -> str:
    return f"/people/{slugs.slug(person.id, person.name)}{'/' + part if part else ''}"


def send(portal: Portal, address: str, data: dict[str, Any], **more: Any) -> Any:
    """Open the form's page, then send it."""
    portal.get(more.pop("form", address))
    return portal.post(address, data, **more)


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
    assert len(sent) <= 5, str(sent)


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


FORM = {
    "name": "Mara Ellison",
    "call_name": "Mara",
    "emails-0-value": "mara@hale.example",
    "emails-0-label": "work",
    "emails-3-value": "m@home.example",
    "phones-0-value": "+49 30 901820",
    "links-0-value": "https://mara.example",
    "positions-0-title": "Designer",
    "positions-0-organisation": "Hale Studio",
    "positions-0-from_on": "2020-03-01",
    "birthday-day": "29",
    "birthday-month": "2",
    "birthday-year": "",
    "tags": "Design, Mentor,, design",
    **TEAM,
}


def test_a_person_is_added_with_what_the_form_says(portal: Portal, owner: Actor) -> None:
    response = send(portal, "/people/new", FORM)
    row = outsiders(owner)["Mara Ellison"]
    assert response.status_code == 303
    assert response.headers["Location"] == portal.path(path(row))
    assert (row.call_name, row.tags, row.audience) == ("Mara", ["Design", "Mentor"], "team")
    assert (row.birthday_month, row.birthday_day, row.birthday_year) == (2, 29, None)
    with acting(owner):
        person = queries.get_person(owner, row.id, parts=queries.PARTS)
    assert [(e.value, e.label) for e in person.emails] == [
        ("mara@hale.example", "work"),
        ("m@home.example", ""),
    ]
    assert [(p.title, p.organisation, str(p.from_on)) for p in person.positions] == [
        ("Designer", "Hale Studio", "2020-03-01")
    ]


def test_one_name_in_an_otherwise_empty_form_is_enough(portal: Portal, owner: Actor) -> None:
    soup = page(portal.get("/people/new"))
    empty = {
        c["name"]: c.get("value", "") for c in soup.select("#person form input:not([type=radio])")
    }
    response = portal.post("/people/new", {**empty, "birthday-month": "", **TEAM, "name": "Mara"})
    assert response.status_code == 303
    row = outsiders(owner)["Mara"]
    assert (row.birthday_month, row.emails, row.tags) == (None, "[]", [])


def test_a_form_sent_twice_adds_one_person(portal: Portal, owner: Actor) -> None:
    data = {**FORM, "idempotency_key": "the-same-key-twice"}
    assert [send(portal, "/people/new", data).status_code for _ in range(2)] == [303, 303]
    assert list(outsiders(owner)) == ["Mara Ellison"]


def test_the_same_address_is_told_after_adding(portal: Portal, owner: Actor) -> None:
    make_person(owner, "Mara E.", email="mara@hale.example")
    send(portal, "/people/new", FORM)
    assert "Is it the same person as Mara E.?" in words(portal.get("/people"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"emails-0-value": "nobody"}, "emails.0.value"),
        (
            {"emails-0-value": "", "emails-0-label": "", "emails-3-value": "nobody"},
            "emails.0.value",
        ),
        ({"links-0-value": "ftp://x"}, "links.0.value"),
        ({"birthday-month": ""}, "birthday.month"),
        ({"birthday-day": "31"}, "birthday.day"),
        ({"birthday-year": "2190", "birthday-month": "1"}, "birthday.year"),
        ({"positions-0-to_on": "2019-01-01"}, "positions.0.to_on"),
        ({"tags": "x" * 61}, "tags"),
        ({"visibility": "circle"}, "visibility.circle_id"),
    ],
)
def test_a_refused_form_comes_back_with_what_was_typed(
    portal: Portal, owner: Actor, wrong: dict[str, str], field: str
) -> None:
    data = {**FORM, **wrong}
    response = send(portal, "/people/new", data)
    assert response.status_code == 422
    soup = page(response)
    assert soup.select_one(f'.summary-errors a[href="#f-{field}"]') is not None
    assert soup.find("input", {"name": "call_name"})["value"] == "Mara"
    invalid = soup.find(attrs={"aria-invalid": "true"})
    if not field.startswith("visibility"):
        assert invalid["id"] == f"f-{field}"
    assert outsiders(owner) == {}


def test_the_edit_form_holds_what_is_stored_and_saves_nothing_new(
    portal: Portal, owner: Actor
) -> None:
    send(portal, "/people/new", FORM)
    row = outsiders(owner)["Mara Ellison"]
    soup = page(portal.get(path(row, "edit")))
    data = {
        control["name"]: control.get("value", "")
        for control in soup.select("#person form input")
        if control.get("type") not in ("radio", "checkbox") or control.has_attr("checked")
    }
    data["birthday-month"] = soup.select_one("select[name=birthday-month] option[selected]")[
        "value"
    ]
    portal.post(path(row, "edit"), data)
    after = outsiders(owner)["Mara Ellison"]
    assert after.version == row.version
    portal.post(
        path(row, "edit"),
        {
            **data,
            "name": "Mara Lind",
            "emails-0-value": "",
            "birthday-day": "",
            "birthday-month": "",
            "visibility": "private",
        },
    )
    changed = outsiders(owner)["Mara Lind"]
    assert (changed.birthday_month, changed.audience, changed.version) == (
        None,
        "private",
        row.version + 1,
    )
    assert "mara@hale.example" not in changed.emails


def test_an_edit_over_someone_elses_is_refused_with_words(portal: Portal, owner: Actor) -> None:
    person = make_person(owner, "Mara Ellison")
    for name, status in (("First", 303), ("Second", 422)):
        response = send(portal, path(person, "edit"), {"name": name, "version": "1", **TEAM})
        assert response.status_code == status
    assert "Someone changed this in the meantime" in words(response)
    assert set(outsiders(owner)) == {"First"}


def test_only_the_author_is_asked_who_may_see(
    app: CommunityFlask, portal: Portal, owner: Actor
) -> None:
    person = make_person(owner, "Mara Ellison")
    other = Portal(app, make_member(owner))
    assert page(portal.get(path(person, "edit"))).select_one("#f-visibility") is not None
    assert page(other.get(path(person, "edit"))).select_one("#f-visibility") is None
    assert send(other, path(person, "edit"), {"name": "Changed", "version": "1"}).status_code == 303


def test_a_name_in_the_address_is_put_right_and_never_looked_up(
    portal: Portal, owner: Actor
) -> None:
    person = make_person(owner, "Mara Ellison")
    make_person(owner, "Other Name")
    wrong = f"/people/{slugs.slug(person.id, 'Other Name')}/edit"
    response = portal.get(wrong)
    assert (response.status_code, response.headers["Location"]) == (
        302,
        portal.path(path(person, "edit")),
    )
    assert portal.get("/people/other-name/edit").status_code == 404


@pytest.mark.parametrize("part", ["edit", "delete"])
def test_hidden_and_foreign_people_have_no_pages(
    portal: Portal, owner: Actor, stranger: Actor, part: str
) -> None:
    for person in (make_person(make_member(owner), audience="private"), make_person(stranger)):
        assert portal.get(path(person, part)).status_code == 404
        assert (
            send(portal, path(person, part), {"name": person.name}, form="/people/new").status_code
            == 404
        )
        for act in ("archive", "unarchive", "restore", "notes"):
            assert portal.post(path(person, act), {"body": "x"}).status_code == 404


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


def notes_of(actor: Actor, person: Person) -> list[Any]:
    with acting(actor):
        return list(queries.find_notes(actor, person.id, PageRequest()).items)


def test_a_note_is_written_changed_deleted_and_brought_back(portal: Portal, owner: Actor) -> None:
    person = make_person(owner, "Mara Ellison")
    response = send(
        portal,
        path(person, "notes"),
        {"body": "Likes **walks**.", "visibility": "team"},
        form="/people/new",
    )
    assert (response.status_code, response.headers["Location"]) == (303, portal.path(path(person)))
    [note] = notes_of(owner, person)
    assert (note.body, note.audience, note.happened_at) == (
        "Likes **walks**.",
        "team",
        note.created_at,
    )
    edit = f"/notes/{note.id}/edit"
    soup = page(portal.get(edit))
    assert soup.find("textarea").get_text() == "Likes **walks**."
    day = soup.find("input", {"name": "happened_on"})["value"]
    portal.post(
        edit, {"body": "Likes hills.", "happened_on": day, "version": "1", "visibility": "private"}
    )
    [changed] = notes_of(owner, person)
    assert (changed.body, changed.audience, changed.happened_at) == (
        "Likes hills.",
        "private",
        note.happened_at,
    )
    assert portal.post(edit, {"body": "Late.", "version": "1"}).status_code == 422
    portal.post(edit, {"body": "Likes hills.", "happened_on": "2024-05-06", "version": "2"})
    assert notes_of(owner, person)[0].happened_at.isoformat() == "2024-05-06T12:00:00+00:00"
    assert portal.post(f"/notes/{note.id}/delete").status_code == 303
    assert notes_of(owner, person) == []
    undo = page(portal.get("/people")).select_one(".toast form")
    assert portal.post(undo["action"]).status_code == 303
    assert len(notes_of(owner, person)) == 1


def test_an_empty_note_comes_back_as_a_page(portal: Portal, owner: Actor) -> None:
    person = make_person(owner, "Mara Ellison")
    response = send(
        portal, path(person, "notes"), {"body": " ", "visibility": "private"}, form="/people/new"
    )
    assert response.status_code == 422
    assert page(response).find("textarea")["aria-invalid"] == "true"


def test_a_note_about_a_member_says_that_they_will_see_it(
    app: CommunityFlask, owner: Actor
) -> None:
    member = make_member(owner, "Ivy Okonjo")
    portal = Portal(app, owner)
    about_member = make_note(owner, member.person_id)
    about_outsider = make_note(owner, make_person(owner, "Mara").id)
    assert "Ivy Okonjo will see this, unless it is for you alone" in words(
        portal.get(f"/notes/{about_member.id}/edit")
    )
    assert "will see this" not in words(portal.get(f"/notes/{about_outsider.id}/edit"))


def test_another_members_note_is_shown_and_not_changed(app: CommunityFlask, owner: Actor) -> None:
    note = make_note(owner, make_person(owner).id, "Shared **words**.", audience="team")
    private = make_note(owner, make_person(owner).id, "Mine.")
    portal = Portal(app, make_member(owner))
    response = portal.get(f"/notes/{note.id}/edit")
    assert "<strong>words</strong>" in response.get_data(as_text=True)
    assert page(response).find("textarea") is None
    assert (
        send(portal, f"/notes/{note.id}/edit", {"body": "x"}, form="/people/new").status_code == 403
    )
    assert portal.post(f"/notes/{note.id}/delete").status_code == 403
    for act in ("edit", "delete", "restore"):
        assert portal.post(f"/notes/{private.id}/{act}", {"body": "x"}).status_code == 404


def test_a_note_for_a_circle_is_offered_ones_own_circles(app: CommunityFlask, owner: Actor) -> None:
    author = make_member(owner)
    circle = make_circle(author)
    portal = Portal(app, again(author))
    person = make_person(author, "Mara")
    data = {"body": "x", "visibility": "circle", "visibility_circle": str(circle.id)}
    assert send(portal, path(person, "notes"), data, form="/people/new").status_code == 303
    [note] = notes_of(again(author), person)
    assert (note.audience, note.circle_id) == ("circle", circle.id)


def test_the_card_to_write_a_note_posts_to_the_person(app: CommunityFlask, owner: Actor) -> None:
    member = make_member(owner, "Ivy Okonjo")
    with app.test_request_context(f"/t/{owner.team_slug}/people"), acting(owner):
        app.preprocess_request()
        template = app.jinja_env.get_template("people/_note_form.html")
        values = {
            "members": queries.member_options(owner),
            "circles": [],
            "default_audience": "people",
        }
        html = template.render(person=queries.get_person_row(owner, member.person_id), **values)
    form = BeautifulSoup(html, "html.parser").form
    assert (
        form["action"]
        == f"/t/{owner.team_slug}/people/{slugs.slug(member.person_id, 'Ivy Okonjo')}/notes"
    )
    assert form.find("input", {"name": "visibility", "checked": True})["value"] == "private"
    assert "Ivy will see this" in form.get_text()


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
