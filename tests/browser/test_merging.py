"""People who are here twice, in a real browser: warned, compared, made one and two again."""

import pytest

from community.core import slugs
from community.identity.models import Actor
from tests.browser.conftest import Visitor
from tests.factories.people import make_person


def test_the_pages_have_no_barrier_and_fit_every_width(visit: Visitor, owner: Actor) -> None:
    one = make_person(owner, "Mara Ellison", email="mara@hale.example", tags=["Design"])
    other = make_person(owner, "Mara Ellison-Featherstonehaugh", email="mara@hale.example")
    slug, there = slugs.slug(one.id, one.name), slugs.slug(other.id, other.name)
    window = visit(owner, size="phone", axe=True)
    for path in (
        "/people?tag=Design",
        "/people/duplicates",
        "/people/merges",
        f"/people/{slug}/merge",
        f"/people/{slug}/merge?with={there}",
    ):
        page = window.go(path)
        for summary in page.locator("details:not([open]) > summary").all():
            if summary.is_visible():
                summary.click()
        assert window.barriers() == [], path


@pytest.mark.parametrize("javascript", [True, False])
def test_somebody_entered_twice_is_made_one_and_two_again(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    make_person(owner, "Mara Ellison", email="mara@hale.example")
    window = visit(owner, javascript=javascript)
    page = window.go("/people/new")
    page.get_by_label("Name", exact=True).fill("Mara E.")
    page.get_by_label("Mail 1", exact=True).fill("mara@hale.example")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("the same mail address").wait_for()
    page.get_by_label("This is somebody else: add them anyway").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Mara E. is added.").wait_for()
    page = window.go("/people/duplicates")
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("button", name="Make them one").click()
    page.get_by_text("are one person now.").wait_for()
    page = window.go("/people/merges")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("is a person of their own again.").wait_for()
    page = window.go("/people/duplicates")
    page.get_by_role("button", name="Two people").click()
    page.get_by_text("Nobody here looks like somebody else.").wait_for()


def test_those_who_are_ticked_get_a_tag_and_lose_it_again(visit: Visitor, owner: Actor) -> None:
    for name in ("Mara Ellison", "Oskar Blom"):
        make_person(owner, name)
    window = visit(owner)
    page = window.go("/people")
    page.get_by_label("Choose Mara Ellison").check()
    page.get_by_text("With those you tick").click()
    page.get_by_label("Which tag").fill("sails")
    page.get_by_role("button", name="Do it").click()
    page.get_by_text("1 person is changed.").wait_for()
    assert page.locator("#people-rows").get_by_text("sails").count() == 1
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Everything is as it was.").wait_for()
    assert page.locator("#people-rows").get_by_text("sails").count() == 0
