"""The pages of relations, fields and how one met, in a real browser: without barriers, and one way through."""

from community.core import slugs
from community.identity.models import Actor
from community.people import actions
from tests.browser.conftest import Visitor
from tests.factories.identity import acting
from tests.factories.people import make_person


def test_the_pages_have_no_barrier(visit: Visitor, owner: Actor) -> None:
    mara, oskar = make_person(owner, "Mara Ellison"), make_person(owner, "Oskar Blom")
    with acting(owner):
        field = actions.define_field(owner, name="Shirt", kind="choice", choices=["S", "L"])
        actions.define_field(owner, name="Buddy", kind="person")
        actions.define_relation_kind(owner, name="Godparent", reverse_name="Godchild")
        made = actions.add_relation(owner, mara.id, kind="friend", other_id=oskar.id)
        actions.edit_person(owner, mara.id, fields={"shirt": "S", "buddy": str(oskar.id)})
    person = f"/people/{slugs.slug(mara.id, mara.name)}"
    window = visit(owner, size="phone", axe=True)
    for path in (
        person,
        f"{person}/edit",
        f"{person}/relations",
        f"{person}/met",
        f"/relations/{made.id}/edit",
        "/admin/relations",
        "/admin/fields",
        f"/admin/fields/{field.id}",
    ):
        window.go(path)
        assert window.barriers() == [], path


def test_a_relation_and_how_one_met_are_written_and_stand_on_the_page(
    visit: Visitor, owner: Actor
) -> None:
    mara = make_person(owner, "Mara Ellison")
    make_person(owner, "Oskar Blom")
    page = visit(owner).go(f"/people/{slugs.slug(mara.id, mara.name)}")
    page.get_by_role("link", name="Add a relation").click()
    page.get_by_label("Who", exact=True).fill("Oskar Blom")
    page.get_by_label("What they are to Mara Ellison").select_option("manager")
    page.get_by_role("button", name="Save").click()
    page.locator("#relations").get_by_text("Manager").wait_for()
    page.get_by_role("link", name="How did you meet?").click()
    page.get_by_label("Where").fill("Porto")
    page.get_by_label("When").fill("2019-03")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Porto, March 2019").wait_for()
    page.locator("#relations").get_by_role("link", name="Oskar Blom", exact=True).click()
    page.locator("#relations").get_by_text("Works for them").wait_for()
