"""The pages of organisations, and of a person's new position."""

from typing import Any

from community.core import db, slugs
from community.identity.models import Actor
from community.people.models import Position
from community.relationships import actions as ties
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.people import make_organisation, make_person
from tests.people.browsing import page, path, send, words
from tests.people.doing import AUDIENCES, add, row
from tests.web_client import Portal

TEAM = {"visibility": "team"}


def address(organisation: Any, part: str = "") -> str:
    slug = slugs.slug(organisation.id, organisation.name)
    return f"/organisations/{slug}/{part}".rstrip("/")


def undo(portal: Portal, response: Any) -> Any:
    shown = page(portal.get(response.headers["Location"]))
    form = shown.select_one("#toasts form")
    assert form is not None
    return portal.post(form["action"], {})


def test_an_organisation_is_added_edited_archived_deleted_and_brought_back(portal: Portal) -> None:
    portal.get("/organisations/new")
    response = portal.post("/organisations/new", {"name": "Hale Studio", "web": "", **TEAM})
    assert response.status_code == 303
    here = response.headers["Location"]
    assert "Nobody you see is there now." in words(portal.get(here))
    edited = {"name": "Hale & Sons", "web": "https://hale.example", "about": "Chairs.", **TEAM}
    response = send(portal, f"{here}/edit", {**edited, "version": "1"})
    here = response.headers["Location"]
    assert "hale.example" in words(portal.get(here))
    stale = portal.post(f"{here}/edit", {**edited, "about": "Tables.", "version": "1"})
    assert stale.status_code == 422
    assert "Someone saved a change here" in words(stale)
    assert undo(portal, portal.post(f"{here}/archive", {})).status_code == 303
    assert "Hale & Sons" in words(portal.get("/organisations?q=sons"))
    assert undo(portal, portal.post(f"{here}/delete", {})).status_code == 303
    assert portal.get(here).status_code == 200


def test_a_refused_form_comes_back_with_what_was_typed(portal: Portal) -> None:
    portal.get("/organisations/new")
    response = portal.post("/organisations/new", {"name": "", "web": "hale", "about": "Chairs."})
    assert response.status_code == 422
    assert "This is not a web address" in words(response)
    assert "Chairs." in page(response).select_one("textarea").text


def test_the_page_shows_who_is_there_who_was_and_who_may_know_them(
    app: CommunityFlask, portal: Portal, owner: Actor
) -> None:
    ivy = make_member(owner, "Ivy Okonjo")
    hale = make_organisation(owner)
    held = {"title": "Lead", "organisation": "Hale Studio", "from_on": None, "to_on": None}
    add(ivy, "Mara Ellison", positions=[held])
    add(ivy, "Oskar Blom", positions=[{**held, "to_on": "2020-01-31"}])
    add(ivy, "Hidden Hand", positions=[held], visibility={"audience": "private"})
    shown = page(portal.get(address(hale)))
    now, before = shown.select_one("#now").text, shown.select_one("#before").text
    assert "Mara Ellison" in now
    assert "Oskar" not in now
    assert "Oskar Blom" in before
    assert "Mara" not in before
    assert "Ivy Okonjo" in shown.select_one("#holders").text
    assert "Hidden Hand" not in shown.text
    wrong = portal.get(address(hale).replace("hale-studio", "x"))
    assert wrong.status_code == 302
    with counting() as statements:
        portal.get(address(hale))
    assert len(statements) <= 12


def test_a_name_on_a_persons_page_is_made_an_organisation_and_leads_to_it(
    portal: Portal, owner: Actor
) -> None:
    held = {"title": "Lead", "organisation": "Hale Studio", "from_on": None, "to_on": None}
    mara = row(owner, add(owner, positions=[held]))
    shown = page(portal.get(path(mara)))
    form = shown.select_one("#context form")
    sent = {field["name"]: field.get("value", "") for field in form.select("input")}
    assert portal.post(form["action"], sent).status_code == 303
    link = page(portal.get(path(mara))).select_one("#context dd a[href*='/organisations/']")
    assert link.text == "Hale Studio"
    assert portal.get(link["href"]).status_code == 200


def test_a_new_position_is_written_on_a_page_of_its_own(portal: Portal, owner: Actor) -> None:
    held = {"title": "Lead", "organisation": "Hale", "from_on": None, "to_on": None}
    mara = row(owner, add(owner, positions=[held]))
    here = path(mara, "positions")
    refused = send(portal, here, {"title": "", "organisation": ""})
    assert refused.status_code == 422
    sent = {"title": "Owner", "organisation": "Orbit", "from_on": "2026-05-01"}
    assert portal.post(here, {**sent, "closes_current": "yes"}).status_code == 303
    said = words(portal.get(path(mara)))
    assert "Owner, Orbit" in said
    assert "until May 2026" in said
    with counting() as statements:
        portal.get(path(mara))
    assert len(statements) <= 12


def test_guests_read_and_add_nothing(app: CommunityFlask, owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    hale = make_organisation(owner, audience="people", audience_people=[guest.person_id])
    make_person(owner, "Mara Ellison")
    theirs = Portal(app, guest)
    assert "Add an organisation" not in words(theirs.get("/organisations"))
    assert theirs.get("/organisations/new").status_code == 403
    shown = words(theirs.get(address(hale)))
    assert "Edit" not in shown
    assert "Archive" not in shown
    theirs.get("/settings/keyboard")
    assert theirs.post(address(hale, "archive"), {}).status_code == 403


def test_an_organisation_is_found_by_its_words_and_says_who_knows_somebody_there(
    app: CommunityFlask, owner: Actor
) -> None:
    ivy, noor = make_member(owner, "Ivy Okonjo"), make_member(owner, "Noor Haddad")
    meridian = make_organisation(owner, "Meridian Foods", about="Oats, and a mill on the river.")
    make_organisation(owner, "Hidden Mill", audience="private")
    sybil = make_person(owner, "Sybil Hart")
    with acting(owner):
        db.add(
            Position(person_id=sybil.id, organisation=meridian.name, organisation_id=meridian.id)
        )
    quiet, shared = AUDIENCES["private"], AUDIENCES["team"]
    for knower, visibility in ((ivy, shared), (noor, quiet)):
        with acting(knower):
            ties.add_tie(knower, sybil.id, met_where="Fair", visibility=visibility)
    portal = Portal(app, ivy)
    found = page(portal.get("/search?q=river mill"))
    assert [a.get_text() for a in found.select("#found-organisation a")] == ["Meridian Foods"]
    assert "Hidden" not in found.get_text()
    assert "Meridian Foods" in portal.get("/search/palette?q=merid").text
    assert "Hidden Mill" not in portal.get("/search/palette?q=mill").text
    href = found.select_one("#found-organisation a")["href"].removeprefix(portal.path(""))
    known = page(portal.get(href)).select("#ties .row-title")
    assert [each.get_text() for each in known] == ["Ivy Okonjo"], "a private tie is its author's"
    assert "Noor Haddad" in page(Portal(app, noor).get(href)).select_one("#ties").get_text()
