"""Teams by browser, with JavaScript and without: coming in, being let in, an agreement, an end."""

import pytest
from playwright.sync_api import Locator, Page, expect

from community.accounts.actions import agreement
from community.identity.models import Actor
from tests.browser.conftest import Live, Visitor
from tests.browser.mails import let_the_hold_pass, link_in, newest_mail, workers  # noqa: F401
from tests.factories.accounts import address_of
from tests.factories.identity import acting, make_circle, make_member
from tests.factories.invitations import make_invitation, new_address, token_of

BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
AGREED = "What is said here stays here."


@pytest.fixture
def ivy(owner: Actor) -> Actor:
    """A colleague."""
    return make_member(owner, "Ivy Okonjo")


def _row(page: Page, text: str, *, within: str = "#main") -> Locator:
    return page.locator(f"{within} .rows li", has_text=text).first


def _press(page: Page, name: str, *, within: str = "body") -> None:
    page.locator(within).get_by_role("button", name=name).first.click()


@BOTH
def test_an_invited_person_joins_by_the_mailed_link_and_accepts_the_agreement(
    visit: Visitor,
    live: Live,
    workers: None,
    owner: Actor,
    javascript: bool,
) -> None:
    with acting(owner):
        agreement.publish(owner, AGREED)
    page = visit(owner, javascript=javascript).go("/admin/members/invite")
    address = new_address()
    page.get_by_label("Their e-mail").fill(address)
    page.get_by_role("radio", name="Member").check()
    page.get_by_label("A line of your own").fill("You know the whole coast.")
    _press(page, "Invite", within="#main")
    expect(page.get_by_text(address).first).to_be_visible()
    let_the_hold_pass(live, owner)
    told = newest_mail(live, address, "would like you in")
    assert "You know the whole coast." in told

    hers = visit(javascript=javascript).page
    hers.goto(link_in(told, "/invite/"))
    expect(hers.get_by_text(AGREED)).to_be_visible()
    hers.get_by_label("Your name in this team").fill("Mara Ellison")
    hers.get_by_label("I have read this").check()
    _press(hers, f"Join {owner.team_name}")
    hers.wait_for_url(f"**/t/{owner.team_slug}/**")
    page.goto(f"{live.url}/t/{owner.team_slug}/admin/members")
    expect(page.get_by_role("link", name="Mara Ellison").first).to_be_visible()

    again = visit(javascript=javascript).page
    again.goto(link_in(told, "/invite/"))
    expect(again.get_by_role("heading", name="You have joined")).to_be_visible()


@BOTH
def test_many_are_invited_after_a_look_and_one_is_taken_back(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    first, second = new_address("ada"), new_address("bela")
    page = visit(owner, javascript=javascript).go("/admin/members/invite/many")
    known = address_of(owner)
    page.get_by_label("Addresses").fill(f"Ada <{first}>, {second}\n{known}\nnobody at all")
    page.get_by_role("radio", name="Guest").check()
    _press(page, "Look first")
    expect(page.get_by_role("heading", name="Will be invited")).to_be_visible()
    assert page.locator("#preview ul").first.locator("li").count() == 2
    expect(page.get_by_text("nobody at all").first).to_be_visible()
    _press(page, "Invite 2 people")
    invited = page.locator("#invited .row-title")
    expect(invited.filter(has_text=second)).to_be_visible()
    page.get_by_role("button", name=f"Take back {first}").click()
    expect(invited.filter(has_text=first)).to_have_count(0)
    expect(invited.filter(has_text=second)).to_be_visible()


@BOTH
def test_a_link_that_is_over_is_mailed_afresh(
    visit: Visitor,
    live: Live,
    workers: None,
    owner: Actor,
    javascript: bool,
) -> None:
    address = new_address()
    made = make_invitation(owner, address)
    old = token_of(owner, made.id)
    page = visit(owner, javascript=javascript).go("/admin/members")
    page.get_by_role("button", name=f"Mail a fresh link to {address}").click()
    let_the_hold_pass(live, owner)
    hers = visit(javascript=javascript)
    opened = hers.go(f"//invite/{old}")
    expect(opened.get_by_text("A newer link was mailed to you")).to_be_visible()
    _press(opened, "Mail me a fresh link")
    let_the_hold_pass(live, owner)
    told = newest_mail(live, address, "would like you in")
    assert old not in told
    opened.goto(link_in(told, "/invite/"))
    expect(opened.get_by_label("Your name in this team")).to_be_visible()


@BOTH
def test_a_member_gets_another_role_and_is_let_go(
    visit: Visitor, owner: Actor, ivy: Actor, javascript: bool
) -> None:
    hers = visit(ivy, javascript=javascript)
    expect(hers.go("/people").get_by_role("heading", name="People").first).to_be_visible()
    page = visit(owner, javascript=javascript).go(f"/admin/members/{ivy.person_id}")
    page.get_by_role("radio", name="Guest").check()
    _press(page, "Save", within="#role")
    expect(_row(page, "Ivy Okonjo").get_by_text("Guest")).to_be_visible()
    page.get_by_role("link", name="Change the role of Ivy Okonjo").click()
    page.get_by_label("Type the name to confirm").fill("Somebody else")
    _press(page, "Remove from the team")
    expect(page.get_by_role("heading", name="Let Ivy Okonjo go")).to_be_visible()
    page.get_by_label("Type the name to confirm").fill("Ivy Okonjo")
    _press(page, "Remove from the team")
    expect(page.locator("#members").get_by_text("Ivy Okonjo")).to_have_count(0)
    expect(hers.go("/people").get_by_role("heading", name="People")).to_have_count(0)


@BOTH
def test_a_circle_is_made_kept_closed_and_left(
    visit: Visitor, owner: Actor, ivy: Actor, javascript: bool
) -> None:
    window = visit(owner, javascript=javascript)
    page = window.go("/circles")
    page.get_by_label("Name").fill("Harbour")
    page.get_by_label("What is it for?").fill("The people of the coast.")
    _press(page, "Make a circle")
    expect(page.get_by_role("heading", name="Harbour")).to_be_visible()
    page.get_by_label("Member").select_option(label="Ivy Okonjo")
    _press(page, "Let in")
    page.get_by_role("button", name="Make keeper Ivy Okonjo").click()
    hers = visit(ivy, javascript=javascript).go("/circles")
    hers.get_by_role("link", name="Harbour").click()
    _press(hers, "Close the circle")
    expect(hers.get_by_text("Nothing new is shared with a closed circle.")).to_be_visible()
    _press(hers, "Open it again")
    _press(hers, "Leave the circle")
    window.go("/circles")
    expect(_row(page, "Harbour").get_by_text("Ivy Okonjo")).to_have_count(0)


@BOTH
def test_a_new_agreement_is_put_in_force_and_asks_everybody_again(
    visit: Visitor, owner: Actor, ivy: Actor, javascript: bool
) -> None:
    page = visit(owner, javascript=javascript).go("/admin/agreement/new")
    page.get_by_label("What you agree on").fill(AGREED)
    _press(page, "Put it in force")
    hers = visit(ivy, javascript=javascript)
    asked = hers.go("/people")
    expect(asked.get_by_text("Please read this before you go on.")).to_be_visible()
    asked.get_by_label("I have read this").check()
    _press(asked, "Go on")
    asked.wait_for_url("**/people")
    page.reload()
    expect(_row(page, "Ivy Okonjo", within="#accepted").get_by_text("not yet")).to_have_count(0)


@BOTH
def test_a_team_is_founded_deleted_and_brought_back(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    window = visit(owner, javascript=javascript)
    page = window.go("/admin/team")
    page.get_by_label("Name of the team").fill("Southlight")
    _press(page, "Save", within="#settings")
    page.get_by_label("Type the name to confirm").fill("southlight")
    _press(page, "Delete the team", within="#delete")
    page.wait_for_url("**/teams?show=all")
    _press(page, "Bring it back")
    page.wait_for_url(f"**/t/{owner.team_slug}/")
    expect(page.get_by_text("Southlight").first).to_be_visible()


def test_a_circle_that_holds_a_member_shows_where_people_are_listed(
    visit: Visitor, owner: Actor, ivy: Actor
) -> None:
    make_circle(owner, ivy, name="Harbour")
    page = visit(owner).go("/circles")
    page.get_by_role("link", name="Harbour").click()
    page.get_by_role("link", name="Show them among people").click()
    expect(page.locator("#people-rows").get_by_role("link", name="Ivy Okonjo")).to_be_visible()
