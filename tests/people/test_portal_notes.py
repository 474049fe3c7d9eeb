"""Notes on the page of a person."""

from typing import Any

from bs4 import BeautifulSoup

from community.core import slugs
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import queries
from community.people.models import Person
from community.web.session import CommunityFlask
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.people import make_note, make_person
from tests.people.browsing import page, path, send, words
from tests.web_client import Portal


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
