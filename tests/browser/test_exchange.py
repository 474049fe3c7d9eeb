"""The import wizard in a real browser: accessible at every width, polling with script, whole without."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from community.exchange.models import ImportBatch
from community.identity.models import Actor
from tests.browser.conftest import Visitor
from tests.factories.exchange import bring, table, work_on
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person

ANN = "Ann Lee,ann@example.org,+49 151 23456789,Acme,CTO,1980-02-03,choir; board,Likes tea,1"
BAD = ",x@example.org,,,,,,,"
LIKE = "Zoe Quill,zoe@example.org,,,,31.31.1980,,,2"


def _stage(owner: Actor, stage: str) -> str:
    """The page of an import in this stage."""
    if stage == "new":
        bring(owner, table(ANN), filename="Connections.csv")
        return "/people/import"
    batch = bring(owner, table(ANN, BAD, LIKE), dry_run=stage != "done")
    with acting(owner) as unit:
        row = unit.session.get_one(ImportBatch, (owner.team_id, batch.id))
        if stage == "reading":
            row.enter("reading")
        elif stage == "failed":
            row.fail("The circle is gone.")
    return f"/people/import/{batch.id}{'/columns' if stage == 'columns' else ''}"


@pytest.mark.parametrize("stage", ["new", "columns", "reading", "ready", "failed", "done"])
def test_a_step_has_no_barrier_and_fits_every_width(
    visit: Visitor, owner: Actor, stage: str
) -> None:
    make_person(make_member(owner), "Zoe Quill")
    window = visit(owner, size="phone", axe=True)
    window.go(_stage(owner, stage))
    assert window.barriers() == []


def test_on_a_phone_the_steps_stand_on_one_line_and_the_file_button_is_ours(
    visit: Visitor, owner: Actor
) -> None:
    page = visit(owner, size="phone").go("/people/import")
    page.set_viewport_size({"width": 390, "height": 800})
    tops = page.eval_on_selector_all(
        ".stepper .step", "all => all.map(one => Math.round(one.getBoundingClientRect().top))"
    )
    assert len(tops) == 4
    assert len(set(tops)) == 1
    assert page.get_by_role("list", name="Import").get_by_text("Done").count() == 1
    fonts = page.evaluate(
        "[getComputedStyle(document.querySelector('#f-file'), '::file-selector-button').fontFamily,"
        " getComputedStyle(document.querySelector('.form-foot .btn')).fontFamily]"
    )
    assert fonts[0] == fonts[1]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_file_becomes_people_and_is_taken_back(
    visit: Visitor, owner: Actor, tmp_path: Path, javascript: bool
) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(table(ANN, BAD))
    page = visit(owner, javascript=javascript).go("/people")
    page.get_by_role("link", name="Import").first.click()
    page.locator("#f-file").set_input_files(path)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Ann Lee").first).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Reading the file.").first).to_be_visible()
    _work(owner)
    if not javascript:
        page.get_by_role("link", name="Look again").click()
    page.get_by_text("1 new · 1 row not used").wait_for()
    page.get_by_role("button", name="Add ").click()
    _work(owner)
    if not javascript:
        page.get_by_role("link", name="Look again").click()
    page.get_by_role("button", name="Undo this import").click()
    page.get_by_text(re.compile("1 removed")).wait_for()


def _work(owner: Actor) -> None:
    with acting(owner) as unit:
        batch = unit.session.scalars(select(ImportBatch)).one()
    work_on(batch)
