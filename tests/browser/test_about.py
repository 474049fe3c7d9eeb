"""What is here about me, in a real browser: read, disputed, changed by its author, let stand."""

from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert

from community.identity.models import Actor
from community.journal.models import OpenedBy
from tests.browser.conftest import Visitor
from tests.factories.identity import acting, make_member
from tests.factories.ledger import log_give
from tests.factories.people import make_dispute, make_note


@pytest.fixture
def subject(owner: Actor) -> Actor:
    """A member about whom there is some of everything."""
    found = make_member(owner, "Ivy Okonjo")
    make_note(owner, found.person_id, "Gave a **great** talk.", audience="team")
    disputed = make_note(owner, found.person_id, "Wants to leave soon.", audience="team")
    make_dispute(found, disputed, "I said that I want to travel, and nothing else.")
    gone = make_note(owner, found.person_id, "Is shy.")
    make_dispute(found, gone)
    log_give(owner, found.person_id)
    with acting(found) as unit:
        row = {"person_id": found.person_id, "reader_id": owner.person_id}
        day = date(2026, 11, 20)
        unit.session.execute(insert(OpenedBy).values(team_id=found.team_id, day=day, **row))
    return found


def test_the_page_has_no_barrier_and_fits_every_width(visit: Visitor, subject: Actor) -> None:
    window = visit(subject, size="phone", axe=True)
    page = window.go("/me/about")
    assert window.barriers() == []
    page.get_by_role("link", name="Note by Noor Haddad").first.click()
    page.wait_for_url("**/notes/**")
    assert window.barriers() == []


@pytest.mark.parametrize("javascript", [True, False])
def test_a_note_is_disputed_changed_and_let_stand(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    member = make_member(owner, "Ivy Okonjo")
    note = make_note(owner, member.person_id, "Wants to leave soon.", audience="team")
    theirs = visit(member, javascript=javascript)
    page = theirs.go("/me/about")
    page.get_by_role("link", name="Not right?").click()
    page.get_by_label("What is not right?").fill("I want to travel.")
    page.get_by_role("button", name="This is not right").click()
    page.get_by_text("Only you and Noor Haddad see it now.").wait_for()
    page = visit(owner, javascript=javascript).go(f"/notes/{note.id}/edit")
    expect(page.get_by_text("I want to travel.")).to_be_visible()
    page.get_by_role("textbox", name="Note").fill("Wants to travel.")
    page.get_by_role("button", name="Save note").click()
    page.get_by_text("Saved.").wait_for()
    page = theirs.go("/me/about")
    expect(page.get_by_text("Changed since")).to_be_visible()
    page.get_by_role("button", name="It is right now").click()
    page.get_by_text("It stands, and others see it as before.").wait_for()
    assert page.locator("#disputes").count() == 0
