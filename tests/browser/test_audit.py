"""An owner's way through the audit, with scripts and without: narrow it, take it out, prove it whole."""

import uuid

import pytest

from community.identity.models import Actor
from community.journal import actions
from tests.browser.conftest import Visitor
from tests.factories.identity import acting, make_member
from tests.factories.journal import seal_all


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_an_owner_narrows_the_audit_takes_it_out_and_proves_it(
    visit: Visitor, owner: Actor, javascript: bool
) -> None:
    mara = make_member(owner, "Mara Ellison")
    for actor, verb in ((owner, "create"), (mara, "change"), (mara, "close")):
        with acting(actor):
            actions.record(actor, verb, "circle", uuid.uuid4())
    seal_all(owner, 3)
    window = visit(owner, javascript=javascript)
    page = window.go("/admin/members")
    page.get_by_role("link", name="Audit").click()
    rows = page.locator("#audit-rows tr")
    assert rows.count() == 3
    page.get_by_label("Who", exact=True).select_option(label="Mara Ellison")
    if not javascript:
        page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**actor_id=**")
    rows.nth(1).wait_for()
    assert rows.count() == 2
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download as CSV").click()
    table = taken.value.path().read_text()
    assert table.count("\n") == 3
    assert "close" in table
    window.go("/admin/audit/head")
    head = page.locator("#f-now").input_value()
    page.get_by_label("The end that you kept").fill(head)
    page.get_by_role("button", name="Check").click()
    page.get_by_text("The chain holds the end you kept.").wait_for()
