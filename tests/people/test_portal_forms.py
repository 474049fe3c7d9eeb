"""The form of a person: what it takes, refuses and keeps."""

import pytest

from community.core import slugs
from community.identity.models import Actor
from community.people import queries
from community.web.session import CommunityFlask
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.people.browsing import TEAM, outsiders, page, path, send, words
from tests.web_client import Portal

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


def test_the_same_address_is_told_before_adding(portal: Portal, owner: Actor) -> None:
    make_person(owner, "Mara E.", email="mara@hale.example")
    portal.get("/people/new")
    assert "the same mail address" in words(portal.post("/people/new", FORM))


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
    assert "Someone saved a change here after you opened this page" in words(response)
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
