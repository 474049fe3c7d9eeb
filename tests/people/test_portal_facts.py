"""The pages of facts, earlier words, preferences and questions, without JavaScript and in parts."""

from bs4 import BeautifulSoup

from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import actions, queries
from community.web.session import CommunityFlask
from tests.factories.identity import acting, make_member
from tests.factories.people import make_fact, make_note, make_person
from tests.people.browsing import page, path, send, words
from tests.web_client import Portal

FACT = {"kind": "work", "text": "Rebuilds a boat.", "visibility": "team"}


def facts(portal: Portal, person: object) -> BeautifulSoup:
    return page(portal.get(path(person))).select_one("#facts")


def test_a_fact_is_stated_shown_changed_in_its_row_deleted_and_brought_back(
    portal: Portal, owner: Actor
) -> None:
    person = make_person(owner, "Mara Ellison")
    assert send(portal, path(person, "facts/new"), FACT).status_code == 303
    shown = facts(portal, person)
    assert "Working on" in shown.get_text()
    assert "Rebuilds a boat." in shown.get_text()
    edit = shown.select_one("a.edit")["href"].removeprefix(portal.path(""))
    opened = page(portal.get(edit, partial=True)).select_one("[id^=fact-] form")
    version = opened.select_one("[name=version]")["value"]
    changed = {**FACT, "text": "Sails it.", "certainty": "likely", "in_confidence": "yes"}
    assert portal.post(edit, {**changed, "version": version}).status_code == 422
    quiet = {**changed, "visibility": "private", "version": version}
    part = portal.post(edit, quiet, partial=True)
    assert part.status_code == 200
    assert "Sails it." in words(part)
    assert "Told in confidence" in words(part)
    assert "Only you" in words(part)
    assert "Likely" in words(part)
    assert portal.post(edit, {**quiet, "text": "Late."}).status_code == 422
    with acting(owner):
        (row,) = queries.find_facts(owner, person.id, PageRequest()).items
    gone = portal.post(f"/facts/{row.id}/delete")
    assert gone.status_code == 303
    assert "Sails it." not in facts(portal, person).get_text()
    portal.post(f"/facts/{row.id}/restore")
    assert "Sails it." in facts(portal, person).get_text()


def test_another_members_fact_is_read_and_disputed_by_whom_it_is_about(
    app: CommunityFlask, portal: Portal, owner: Actor
) -> None:
    subject = make_member(owner, "Sami Subject")
    fact = make_fact(owner, subject.person_id, "Wants to leave.", audience="team")
    theirs = Portal(app, subject)
    about = page(theirs.get("/me/about"))
    here = about.select_one(f"#about-{fact.id} a")["href"].removeprefix(theirs.path(""))
    read = page(theirs.get(here))
    assert read.select_one("[name=text]") is None
    assert read.select_one("#not-right form")
    assert theirs.post(f"/facts/{fact.id}/dispute", {"reason": "No."}).status_code == 303
    assert "Not settled yet" in words(theirs.get("/me/about"))
    assert "No." in words(portal.get(here))
    assert Portal(app, make_member(owner)).get(here).status_code == 404
    assert theirs.post(f"/facts/{fact.id}/let-stand").status_code == 303


def test_what_is_due_is_confirmed_or_not_any_more(
    app: CommunityFlask, portal: Portal, owner: Actor
) -> None:
    person, due = make_person(owner, "Mara Ellison"), "2020-01-01"
    kept = make_fact(owner, person.id, "Lives in Lisbon.", recheck_on=due, audience="team")
    gone = make_fact(owner, person.id, "Hires.", recheck_on=due)
    others = page(Portal(app, make_member(owner)).get("/facts/verify"))
    assert "Lives in Lisbon." in others.get_text()
    assert "Hires." not in others.get_text()
    assert others.select_one("#verify form") is None
    portal.get("/facts/verify")
    assert portal.post(f"/facts/{kept.id}/confirm", {"recheck_on": due}).status_code == 422
    assert portal.post(f"/facts/{kept.id}/confirm", {"recheck_on": "2099-01-01"}).status_code == 303
    assert portal.post(f"/facts/{gone.id}/delete", {"stay": "yes"}).status_code == 303
    assert "Nothing waits for another look." in words(portal.get("/facts/verify"))


def test_earlier_words_show_what_was_changed_and_nothing_runs(portal: Portal, owner: Actor) -> None:
    person = make_person(owner)
    note = make_note(owner, person.id, "She <b>sails</b>.")
    portal.get(f"/notes/{note.id}/edit")
    sent = {"body": "She rows.", "visibility": "private", "version": "1"}
    assert portal.post(f"/notes/{note.id}/edit", sent).status_code == 303
    assert "What it said before" in words(portal.get(f"/notes/{note.id}/edit"))
    shown = page(portal.get(f"/notes/{note.id}/versions"))
    assert shown.select_one(".difference b") is None
    assert [ins.get_text() for ins in shown.select("ins")] == ["rows"]
    assert "<b>sails</b>" in "".join(d.get_text() for d in shown.select("del"))


def test_preferences_stand_on_the_page_once_noted(portal: Portal, owner: Actor) -> None:
    person = make_person(owner)
    sent = {"channel": "Voice notes", "to_avoid": "Politics", "visibility": "private"}
    assert send(portal, path(person, "preferences"), {**sent, "version": "0"}).status_code == 303
    assert portal.post(path(person, "preferences"), {**sent, "version": "0"}).status_code == 422
    shown = page(portal.get(path(person))).select_one("#preferences").get_text()
    assert "Voice notes" in shown
    assert "Politics" in shown
    assert "Only you" in shown


def test_a_question_is_put_aside_and_asked_again(portal: Portal, owner: Actor) -> None:
    person = make_person(owner, "Mara Ellison")

    def asked() -> str:
        form = page(portal.get(path(person))).select_one("#question form")
        return str(form["action"]).removeprefix(portal.path(""))

    first = asked()
    assert portal.post(first).status_code == 303
    assert asked() != first
    assert portal.post(first.replace("/dismiss", "/ask-again")).status_code == 303
    assert asked() == first
    assert portal.post(path(person, "questions/dismiss"), {"code": "weight"}).status_code == 404


def test_of_many_earlier_words_every_change_is_shown_once_page_by_page(
    portal: Portal, owner: Actor
) -> None:
    made = make_note(owner, make_person(owner).id, "Words 0.")
    with acting(owner):
        for number in range(1, 24):
            actions.edit_note(owner, made.id, body=f"Words {number}.")
    first = page(portal.get(f"/notes/{made.id}/versions"))
    more = first.find("a", string="Earlier")["href"]
    second = page(portal.get(f"/notes/{made.id}/{more.rsplit('/', 1)[1]}"))
    changes = [
        (found.find("del").get_text(), found.find("ins").get_text())
        for shown in (first, second)
        for found in shown.select(".difference")
    ]
    assert changes == [(str(number - 1), str(number)) for number in range(23, 0, -1)]
    assert second.find("a", string="Earlier") is None
