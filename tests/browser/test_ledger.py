"""The history, the sentence, one entry and the answer from outside, in a real browser."""

from uuid import UUID

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import func, select

from community.accounts.actions import link_token
from community.accounts.models import ActionLink
from community.core import db
from community.identity.models import Actor
from community.ledger.actions import Draft, Letter, log_give
from community.ledger.models import GiveState
from community.people.models import Person
from tests.browser.conftest import Visitor
from tests.factories.identity import acting, make_circle, make_member
from tests.factories.ledger import acknowledge, days_ago, say_thanks
from tests.factories.people import make_person

LETTER = Letter("A small thing", "Dear Mara,\n\nI sent you the contract.")


@pytest.fixture
def ivy(owner: Actor) -> Actor:
    """A colleague."""
    return make_member(owner, "Ivy Okonjo")


@pytest.fixture
def paths(owner: Actor, ivy: Actor) -> dict[str, str]:
    """Pages with something of everything on them."""
    make_circle(owner, ivy)
    with acting(ivy):
        waiting = log_give(ivy, Draft(receiver_id=owner.person_id, story="Two hours on the deck"))
    with acting(owner):
        asked = log_give(owner, Draft(receiver_id=ivy.person_id, story="An hour", kind="feedback"))
        log_give(owner, Draft(receiver_id=ivy.person_id, story="Quietly", no_reply=True))
    for days in (120, 60, 30):
        day = days_ago(owner, days)
        say_thanks(owner, ivy.person_id, story="A lead", impact="large", happened_on=day)
    acknowledge(ivy, asked.entry.give.id, thanks="Just in time")
    return {
        "history": "/gives",
        "new": "/gives/new",
        "waiting": f"/gives/{waiting.entry.give.id}",
        "thanked": f"/gives/{asked.entry.give.id}",
        "reciprocity": "/reciprocity",
    }


@pytest.mark.parametrize("name", ["history", "new", "waiting", "thanked", "reciprocity"])
def test_a_page_has_no_barrier_and_fits_every_width(
    visit: Visitor, owner: Actor, paths: dict[str, str], name: str
) -> None:
    window = visit(owner, size="phone", axe=True)
    page = window.go(paths[name])
    page.evaluate("document.querySelectorAll('#main details').forEach(d => { d.open = true })")
    assert window.barriers() == []


@pytest.mark.parametrize("javascript", [True, False])
def test_help_is_logged_seen_and_undone(
    visit: Visitor, owner: Actor, ivy: Actor, javascript: bool
) -> None:
    page = visit(owner, javascript=javascript).go("/gives/new")
    page.get_by_role("radio", name="I helped").check()
    page.get_by_label("Who", exact=True).fill("Ivy Okonjo")
    page.get_by_label("What it was", exact=True).fill("the slides")
    page.get_by_role("button", name="Log help").click()
    page.get_by_text("The notice to Ivy Okonjo leaves in 60 seconds").wait_for()
    expect(page.get_by_text("the slides").first).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone. It counts no more.").wait_for()


@pytest.mark.parametrize("javascript", [True, False])
def test_an_unknown_name_is_added_from_the_sentence(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    page = visit(owner, javascript=javascript).go("/gives/new")
    page.get_by_label("Who", exact=True).fill("Mara Ellison")
    page.get_by_label("What it was", exact=True).fill("a lead")
    page.get_by_role("button", name="Say thanks").click()
    page.get_by_role("button", name="Add Mara Ellison").click()
    page.get_by_text("Mara Ellison helped you").first.wait_for()
    with acting(owner) as unit:
        named = select(Person).where(Person.team_id == owner.team_id, Person.name == "Mara Ellison")
        added = unit.session.scalars(named).one()
        thanked = select(GiveState).where(GiveState.giver_id == added.id)
        assert unit.session.scalars(thanked).one().state == "acknowledged"


@pytest.mark.parametrize("javascript", [True, False])
def test_enter_on_a_misspelt_name_logs_and_adds_nothing_and_offers_who_is_near(
    visit: Visitor, owner: Actor, ivy: Actor, javascript: bool
) -> None:
    page = visit(owner, javascript=javascript).go("/gives/new")
    who = page.get_by_label("Who", exact=True)
    who.fill("Ivy Okonj")
    page.get_by_label("What it was", exact=True).fill("a lead")
    for _ in range(2):
        # The second Enter meets the form that offers to add them: it must press something else.
        with page.expect_response(lambda answer: answer.url.endswith("/gives")) as answer:
            who.press("Enter")
        assert answer.value.status == 422
        page.get_by_text("Did you mean one of these?").wait_for()
        expect(page.get_by_role("button", name="Add Ivy Okonj")).to_be_visible()
        assert logged_and_added(owner) == (0, 0)
    page.get_by_role("radio", name="Ivy Okonjo").check()
    page.get_by_role("button", name="Say thanks").click()
    page.get_by_text("Ivy Okonjo helped you").first.wait_for()
    assert logged_and_added(owner) == (1, 0)


def logged_and_added(owner: Actor) -> tuple[int, int]:
    """How many entries there are, and people from outside the team."""
    with acting(owner) as unit:
        gives = select(func.count()).where(GiveState.team_id == owner.team_id)
        people = select(func.count()).where(
            Person.team_id == owner.team_id, Person.membership_id.is_(None)
        )
        return unit.session.scalar(gives) or 0, unit.session.scalar(people) or 0


@pytest.mark.parametrize("javascript", [True, False])
def test_where_has_is_unknown_no_field_of_the_sentence_is_out_of_reach(
    visit: Visitor, owner: Actor, ivy: Actor, javascript: bool
) -> None:
    window = visit(owner, javascript=javascript, own=True)

    def as_an_older_browser_reads_it(route: Route) -> None:
        styles = route.fetch()
        route.fulfill(response=styles, body=styles.text().replace(":has(", ":has-not-yet("))

    window.page.route("**/*.css", as_an_older_browser_reads_it)
    page = window.go("/gives/new?mode=helped")
    for name in ("If you helped them", "How much it was", "What it meant"):
        assert page.get_by_role("group", name=name).is_visible(), name
    button = page.get_by_role("button", name="Log help")
    assert button.inner_text().split()[:2] == ["Log", "help"]
    assert page.locator(".sentence .word").first.inner_text() == "I helped"
    page = window.go("/gives/new")
    assert page.locator(".sentence .word").first.inner_text() == "Thank"
    page.get_by_role("radio", name="I helped").check()
    page.get_by_label("Who", exact=True).fill("Ivy Okonjo")
    page.get_by_label("What it was", exact=True).fill("the slides")
    page.get_by_text("No reply needed").check()
    page.get_by_role("button", name="Say thanks").click()
    page.get_by_text("Noted for you alone.").wait_for()
    # A style sheet that is still on its way would be answered in the middle of another test.
    page.wait_for_load_state("networkidle")
    page.unroute_all(behavior="wait")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_receiver_thanks_from_the_row(
    visit: Visitor, owner: Actor, ivy: Actor, javascript: bool
) -> None:
    with acting(ivy):
        give_id = log_give(ivy, Draft(receiver_id=owner.person_id, story="two hours")).entry.give.id
    page = visit(owner, javascript=javascript).go("/gives?to=me&thanked=no")
    page.get_by_role("button", name="Yes, thank you").click()
    page.get_by_text("Thanked. The notice to Ivy Okonjo leaves").wait_for()
    assert state_of(owner, give_id) == "acknowledged"
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("It waits for your answer again").wait_for()
    assert state_of(owner, give_id) == "logged"


def test_somebody_outside_answers_without_an_account(visit: Visitor, owner: Actor) -> None:
    outsider = make_person(owner, "Mara Ellison", email="mara@example.org")
    with acting(owner):
        draft = Draft(receiver_id=outsider.id, story="the contract", tell_outsider=LETTER)
        give_id = log_give(owner, draft).entry.give.id
    window = visit(None, size="narrow", javascript=False)
    page = window.go("/" + link_path(owner, give_id))
    expect(page.get_by_text("Noor Haddad says they helped you")).to_be_visible()
    expect(page.get_by_text("I sent you the contract.")).to_be_visible()
    page.get_by_label("A word to them").fill("so kind")
    page.get_by_role("button", name="Yes, thank you").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert state_of(owner, give_id) == "acknowledged"


def state_of(owner: Actor, give_id: UUID) -> str:
    """How a give stands in the ledger."""
    with acting(owner):
        return db.session().get_one(GiveState, (owner.team_id, give_id)).state


def link_path(owner: Actor, give_id: UUID) -> str:
    """The path of the link that was issued for a give."""
    with acting(owner) as unit:
        statement = select(ActionLink.id).where(ActionLink.thing_id == give_id)
        return f"/i/{link_token(unit.session.scalars(statement).one())}"


def test_the_page_behind_the_link_has_no_barrier(visit: Visitor, owner: Actor) -> None:
    outsider = make_person(owner, "Mara Ellison", email="mara@example.org")
    with acting(owner):
        draft = Draft(receiver_id=outsider.id, story="the contract", tell_outsider=LETTER)
        give_id = log_give(owner, draft).entry.give.id
    window = visit(None, size="narrow", axe=True)
    window.go("/" + link_path(owner, give_id))
    assert window.axe() == []
    assert window.overflow() <= 0
