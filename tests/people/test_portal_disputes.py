"""Disputing a note on its page, and letting it stand."""

from uuid import UUID

import pytest
from sqlalchemy import select

from community.identity.models import Actor
from community.journal.models import OpenedBy
from community.web.session import CommunityFlask
from tests.factories.identity import acting, make_member
from tests.factories.people import make_note, make_person
from tests.people.browsing import page, words
from tests.web_client import Portal


@pytest.fixture
def subject(owner: Actor) -> Actor:
    return make_member(owner, "Sami Subject")


@pytest.fixture
def note_id(owner: Actor, subject: Actor) -> UUID:
    return make_note(owner, subject.person_id, "Wants to leave.", audience="team").id


def test_the_page_of_a_note_says_who_wrote_it_how_and_who_sees_it(
    app: CommunityFlask, subject: Actor, note_id: UUID
) -> None:
    said = words(Portal(app, subject).get(f"/notes/{note_id}/edit"))
    for part in ("Written by Noor Haddad", "Typed by hand", "Here since", "Seen by The team"):
        assert part in said


def test_a_note_is_disputed_changed_and_let_stand(
    app: CommunityFlask, portal: Portal, owner: Actor, subject: Actor, note_id: UUID
) -> None:
    theirs, other = Portal(app, subject), Portal(app, make_member(owner))
    address = f"/notes/{note_id}/edit"
    form = page(theirs.get(address)).select_one("#not-right form")
    assert "Noor Haddad will see this" in form.get_text(" ")
    assert theirs.post(form["action"], {"reason": "I do not."}).status_code == 303
    assert "Only you and Noor Haddad see it now." in words(theirs.get(address))
    assert other.get(address).status_code == 404
    said = words(portal.get(address))
    assert "Sami Subject says that this is not right." in said
    assert "I do not." in said
    assert page(portal.get(address)).select_one("#dispute form") is None
    sent = {"body": "Is asking around.", "visibility": "team", "version": "2"}
    assert portal.post(address, sent).status_code == 303
    soup = page(theirs.get(address))
    assert "has changed it since. Is it right now?" in soup.get_text(" ")
    assert theirs.post(soup.select_one("#dispute form")["action"]).status_code == 303
    assert other.get(address).status_code == 200


def test_what_was_refused_comes_back_with_its_words(
    app: CommunityFlask, owner: Actor, subject: Actor, note_id: UUID
) -> None:
    theirs, other = Portal(app, subject), Portal(app, make_member(owner))
    for portal in (theirs, other):
        portal.get(f"/notes/{note_id}/edit")
        portal.get("/settings/keyboard")
    long = theirs.post(f"/notes/{note_id}/dispute", {"reason": "x" * 1001})
    assert long.status_code == 422
    assert "x" * 1001 in page(long).find("textarea").get_text()
    assert other.post(f"/notes/{note_id}/dispute", {"reason": "No."}).status_code == 403


def test_whoever_reads_a_note_is_noted_but_not_its_author(
    app: CommunityFlask, portal: Portal, owner: Actor, subject: Actor, note_id: UUID
) -> None:
    reader = make_member(owner)
    outside = make_note(owner, make_person(owner).id, audience="team")
    for visitor in (portal, Portal(app, subject), Portal(app, reader)):
        visitor.get(f"/notes/{note_id}/edit").close()
        visitor.get(f"/notes/{outside.id}/edit").close()
    with acting(owner) as unit:
        rows = unit.session.execute(select(OpenedBy.person_id, OpenedBy.reader_id)).all()
    assert {tuple(row) for row in rows} == {
        (subject.person_id, reader.person_id),
        (outside.person_id, subject.person_id),
        (outside.person_id, reader.person_id),
    }
