"""Ways through the whole portal, each with JavaScript and without, and the first acts by keys alone."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from community.identity.models import Actor
from tests.browser.conftest import Live, Visit, Visitor
from tests.browser.mails import let_the_hold_pass, link_in, newest_mail, workers  # noqa: F401
from tests.factories.accounts import address_of
from tests.factories.identity import make_member
from tests.factories.ledger import log_give
from tests.factories.people import make_person

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
CONTACTS = (
    b"Name,Email,Company\nMara Ellison,mara@hale.example,Hale\nTomas Veit,tomas@veit.example,\n"
)


@pytest.fixture
def ivy(owner: Actor) -> Actor:
    """A colleague."""
    return make_member(owner, "Ivy Okonjo")


def sign_in(window: Visit, actor: Actor) -> Page:
    """By the link that the portal mails."""
    page = window.go("//login")
    page.get_by_label("E-mail").first.fill(address_of(actor))
    page.get_by_role("button", name="Mail me a link").click()
    page.get_by_role("heading", name="Look into your mail").wait_for()
    mail = newest_mail(window.live, address_of(actor), "link to sign in")
    page.goto(link_in(mail, "/login/"))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/t/{actor.team_slug}/")
    return page


def say(page: Page, who: str, what: str, *, helped: bool = False) -> None:
    """Fill and send the sentence."""
    if helped:
        page.get_by_role("radio", name="I helped").check()
    page.get_by_label("Who", exact=True).fill(who)
    page.get_by_label("What it was", exact=True).fill(what)
    page.get_by_role("button", name="Log help" if helped else "Say thanks").click()


def toast(page: Page, text: str) -> None:
    """The message after an act is there."""
    page.locator("#toasts").get_by_text(text).wait_for()


@BOTH
@pytest.mark.timeout(180)
def test_from_the_first_link_to_help_that_is_thanked(
    visit: Visitor, live: Live, workers: None, owner: Actor, ivy: Actor, javascript: bool
) -> None:
    noor = visit(javascript=javascript)
    page = sign_in(noor, owner)
    _import(page, owner)
    page.goto(f"{live.url}/t/{owner.team_slug}/")
    say(page, "Mara Ellison", "the lead at Hale")
    toast(page, "Mara Ellison")
    say(page, "Ivy Okonjo", "two evenings on the deck", helped=True)
    toast(page, "The notice to Ivy Okonjo leaves in 60 seconds")
    let_the_hold_pass(live, owner)

    told = newest_mail(live, address_of(ivy), "helped you")
    assert "two evenings on the deck" in told
    colleague = visit(javascript=javascript)
    hers = sign_in(colleague, ivy)
    expect(hers.get_by_role("heading", name="You may want to thank")).to_be_visible()
    hers.goto(link_in(told, f"/t/{owner.team_slug}/gives/"))
    hers.get_by_label("A word of thanks").first.fill("It carried the day.")
    hers.get_by_role("button", name="Yes, thank you", exact=True).click()
    toast(hers, "The notice to Noor Haddad leaves")
    let_the_hold_pass(live, owner)
    assert "It carried the day." in newest_mail(live, address_of(owner), "thank you")

    page.goto(f"{live.url}/t/{owner.team_slug}/reciprocity")
    expect(page.get_by_role("link", name="Ivy Okonjo", exact=True)).to_be_visible()
    _undo_the_import(page, owner)


def _import(page: Page, owner: Actor) -> None:
    """Bring a file, look at what would happen, publish it."""
    page.goto(re.sub(r"/t/[^/]+/.*", f"/t/{owner.team_slug}/people/import", page.url))
    page.locator("input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": CONTACTS}
    )
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("radio", name="The team").check()
    page.get_by_role("button", name="Preview").click()
    _until(page, lambda: page.get_by_role("button", name="Add 2 people").is_visible())
    expect(page.get_by_role("rowheader", name="Mara Ellison")).to_be_visible()
    page.get_by_role("button", name="Add 2 people").click()
    _until(page, lambda: page.get_by_role("button", name="Undo this import").is_visible())


def _undo_the_import(page: Page, owner: Actor) -> None:
    """Take it back: who was thanked since stays, the other is gone."""
    base = re.sub(r"(/t/[^/]+)/.*", r"\1", page.url)
    page.goto(f"{base}/people/import")
    page.get_by_role("link", name="people.csv").click()
    page.get_by_role("button", name="Undo this import").click()
    _until(page, lambda: page.get_by_text("Taken back: 1 removed").is_visible())
    page.goto(f"{base}/people")
    expect(page.get_by_role("link", name="Mara Ellison").first).to_be_visible()
    expect(page.get_by_text("Tomas Veit")).not_to_be_visible()


def _until(page: Page, happened: Callable[[], bool]) -> None:
    """Look again, as somebody without JavaScript does, until it is so."""
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, page.locator("main").inner_text()
        again = page.get_by_role("link", name="Look again")
        if again.is_visible():
            again.click()
        else:
            page.wait_for_timeout(100)


@BOTH
def test_a_person_is_added_and_thanked_and_the_thanks_undone(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    page = visit(owner, javascript=javascript).go("/people/new")
    page.get_by_label("Name", exact=True).fill("Lena Brandt")
    page.get_by_role("button", name="Save").click()
    toast(page, "Lena Brandt is added.")
    expect(page.get_by_role("heading", name="Lena Brandt", level=1)).to_be_visible()
    page.goto(page.url.partition("/people")[0] + "/")
    say(page, "Lena Brandt", "an hour on the grant draft")
    toast(page, "Lena Brandt")
    row = page.locator("#recent").get_by_text("an hour on the grant draft")
    expect(row.first).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    toast(page, "Undone. It counts no more.")
    page.reload()
    expect(page.locator("#recent").get_by_text("an hour on the grant draft")).to_have_count(0)


@BOTH
def test_what_one_remembers_otherwise_stays_between_the_two(
    visit: Visitor, owner: Actor, ivy: Actor, javascript: bool
) -> None:
    log_give(owner, ivy.person_id, story="the whole evening")
    page = visit(ivy, javascript=javascript).go("/")
    page.get_by_role("link", name="Not how I remember it").click()
    # A link to a folded part opens it by itself only where there is script.
    details = page.locator("#differently")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    page.get_by_label("How do you remember it?").fill("It was ten minutes.")
    page.get_by_role("button", name="Not how I remember it").click()
    toast(page, "Nobody else reads of it.")
    theirs = visit(owner, javascript=javascript).go(page.url.partition("/t/")[2].join(["/t/", ""]))
    expect(theirs.get_by_text("It was ten minutes.")).to_be_visible()
    other = visit(make_member(owner, "Otto Other"), javascript=javascript).go("/gives")
    expect(other.get_by_text("the whole evening")).to_have_count(0)


@BOTH
def test_a_member_hears_in_the_portal_and_marks_it_seen(
    visit: Visitor, at_once: None, owner: Actor, ivy: Actor, javascript: bool
) -> None:
    log_give(owner, ivy.person_id, story="two hours")
    page = visit(ivy, javascript=javascript).go("/notifications")
    expect(page.get_by_text("Noor Haddad says they helped you").first).to_be_visible()
    page.get_by_role("button", name="Mark all seen").click()
    toast(page, "All caught up.")
    page.reload()
    expect(page.get_by_role("button", name="Mark all seen")).to_have_count(0)


@BOTH
def test_keys_can_be_switched_off(visit: Visitor, owner: Actor, javascript: bool) -> None:
    page = visit(owner, javascript=javascript).go("/settings/keyboard")
    page.get_by_role("checkbox").first.uncheck()
    page.get_by_role("button", name="Save").click()
    toast(page, "Saved.")
    assert page.locator("html").get_attribute("data-hotkeys") == "off"
    page.goto(page.url.partition("/settings")[0] + "/")
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.id") != "quick-who"


def test_thanking_and_undoing_by_keys_alone(visit: Visitor, owner: Actor) -> None:
    make_person(owner, "Lena Brandt")
    page = visit(owner).go("/")
    page.keyboard.press("n")
    assert _focus(page) == "quick-who"
    page.keyboard.type("Lena Brandt")
    page.keyboard.press("Tab")
    assert _focus(page) == "quick-what"
    page.keyboard.type("an hour on the grant draft")
    page.keyboard.press("Enter")
    page.locator("#recent").get_by_text("an hour on the grant draft").first.wait_for()
    assert page.locator("#quick-who").input_value() == ""
    row = page.evaluate("document.activeElement.closest('li').textContent")
    assert "an hour on the grant draft" in row, "keys work again at once, from the new row on"
    assert page.locator("#toasts button kbd").text_content() == "U"
    page.keyboard.press("u")
    toast(page, "Undone. It counts no more.")
    assert page.locator("#quick-who").input_value() == "", "no key was typed into the sentence"


def test_answering_by_keys_alone(visit: Visitor, owner: Actor, ivy: Actor) -> None:
    log_give(owner, ivy.person_id, story="two hours")
    page = visit(ivy).go("/")
    page.keyboard.press("j")
    assert "two hours" in page.evaluate("document.activeElement.closest('li').textContent")
    page.keyboard.press("t")
    toast(page, "Thanked. The notice to Noor Haddad leaves")
    assert _focus(page, "tagName") != "BODY", "the focus is still where one reads"
    page.keyboard.press("u")
    toast(page, "It waits for your answer again")


def _focus(page: Page, what: str = "id") -> str:
    return str(page.evaluate(f"document.activeElement.{what}"))
