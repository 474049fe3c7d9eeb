"""The group agreement: versions, accepted on joining and again, never a lock before one's own data."""

import re

import pytest
from sqlalchemy import select

from community.accounts.actions import agreement, joining
from community.accounts.actions.joining import Yes
from community.accounts.models import AgreementAcceptance
from community.core import db, slugs
from community.core.errors import Conflict, NotAllowed, RuleBroken
from community.identity.models import Actor
from community.journal.models import JournalEntry
from community.web.session import CommunityFlask
from tests.factories.identity import acting, again, make_member
from tests.factories.invitations import make_invitation, token_of
from tests.web_client import Api, Portal

TEXT = "We say thanks, and keep to ourselves what we are told in confidence."


def _publish(owner: Actor, body: str = TEXT) -> int:
    with acting(owner):
        return agreement.publish(owner, body).number


def test_a_new_version_asks_everybody_again_but_its_writer(owner: Actor, member: Actor) -> None:
    assert not again(member).agreement_due
    first = _publish(owner)
    assert again(member).agreement_due
    assert not again(owner).agreement_due
    actor = again(member)
    with acting(actor):
        agreement.accept_agreement(actor, first)
    assert not again(member).agreement_due
    _publish(owner, f"{TEXT} And we listen.")
    assert again(member).agreement_due


def test_who_accepted_what_and_when_is_kept(owner: Actor, member: Actor) -> None:
    first = _publish(owner)
    actor = again(member)
    for _twice in range(2):
        with acting(actor):
            agreement.accept_agreement(actor, first)
    with acting(owner) as unit:
        rows = unit.session.scalars(select(AgreementAcceptance)).all()
        verbs = unit.session.scalars(
            select(JournalEntry.verb)
            .where(JournalEntry.thing_kind == "agreement")
            .order_by(JournalEntry.id)
        ).all()
    assert {row.member_id for row in rows} == {owner.member_id, member.member_id}
    assert all(row.accepted_at for row in rows)
    assert verbs[:2] == ["publish", "accept"]


def test_one_accepts_the_version_one_has_read(owner: Actor, member: Actor) -> None:
    first = _publish(owner)
    _publish(owner, "Another.")
    actor = again(member)
    with acting(actor), pytest.raises(Conflict):
        agreement.accept_agreement(actor, first)
    assert again(member).agreement_due


def test_an_empty_version_ends_the_agreement_and_asks_nobody(owner: Actor, member: Actor) -> None:
    _publish(owner)
    _publish(owner, "")
    assert not again(member).agreement_due
    third = _publish(owner)
    assert third == 3
    assert again(member).agreement_due


def test_two_writers_do_not_overwrite_each_other(owner: Actor) -> None:
    first = _publish(owner)
    with acting(owner):
        agreement.publish(owner, "Second.", number=first)
    with acting(owner), pytest.raises(Conflict):
        agreement.publish(owner, "Also second.", number=first)


@pytest.mark.parametrize("role", ["steward", "member", "guest"])
def test_only_owners_word_it(app: CommunityFlask, owner: Actor, role: str) -> None:
    actor = make_member(owner, role=role)
    with acting(actor), pytest.raises(NotAllowed):
        agreement.publish(actor, TEXT)
    assert Portal(app, actor).get("/admin/agreement/new").status_code == 403


def test_whoever_joins_accepts_it_on_the_same_page(app: CommunityFlask, owner: Actor) -> None:
    number = _publish(owner)
    token = token_of(owner, make_invitation(owner).id)
    browser = Portal(app)
    assert TEXT in browser.get(f"//invite/{token}").text
    without = browser.post(f"//invite/{token}", {"name": "Mara"}, csrf=False)
    assert without.status_code == 422
    data = {"name": "Mara", "agreed": str(number)}
    joined = browser.post(f"//invite/{token}", data, csrf=False)
    assert joined.status_code == 303
    assert browser.client.get(joined.headers["Location"]).status_code == 200


def test_whoever_joins_has_read_the_version_in_force(owner: Actor) -> None:
    first = _publish(owner)
    token = token_of(owner, make_invitation(owner).id)
    _publish(owner, "Second.")
    with db.transaction(), pytest.raises(Conflict):
        joining.join(token, None, Yes("Mara", agreed=first))
    with db.transaction(), pytest.raises(RuleBroken):
        joining.join(token, None, Yes("Mara"))
    with db.transaction():
        joined = joining.join(token, None, Yes("Mara", agreed=2))
    assert not again(joined.actor).agreement_due


def test_the_next_page_asks_and_leads_back(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    _publish(owner)
    portal = Portal(app, member)
    asked = portal.get("/people?q=mara")
    assert asked.status_code == 303
    where = asked.headers["Location"]
    assert "/admin/agreement?next=" in where
    page = portal.get(where)
    assert page.status_code == 200
    assert TEXT in page.text
    action = re.search(r'action="([^"]+/acceptance[^"]*)"', page.text)
    number = re.search(r'name="number" value="(\d+)"', page.text)
    assert action
    assert number
    path = action[1].replace("&amp;", "&")
    assert portal.post(path, {"number": number[1]}).status_code == 422
    sent = portal.post(path, {"number": number[1], "agreed": "yes"})
    assert sent.headers["Location"].endswith("/people?q=mara")
    assert portal.get("/people?q=mara").status_code == 200


def test_ones_own_data_stays_open_before_one_accepts(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    _publish(owner)
    portal = Portal(app, member)
    own = f"/people/{slugs.slug(member.person_id, member.name)}"
    for path in ("/settings/profile", "/settings/leave", "/notifications", own, "/me", "/help"):
        assert portal.get(path).status_code == 200, path
    assert portal.get("/").status_code == 303
    assert Api(app, member).get("/me").status_code == 200


def test_a_form_that_was_being_written_is_not_lost(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    portal = Portal(app, member)
    portal.get("/people/new")
    _publish(owner)
    sent = portal.post("/people/new", {"name": "Mara Ellison", "visibility": "team"})
    assert sent.status_code == 303
    assert "/people/" in sent.headers["Location"]


def test_a_foreign_address_to_go_back_to_is_not_followed(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    number = _publish(owner)
    portal = Portal(app, member)
    portal.get("/settings/keyboard")
    data = {"number": str(number), "agreed": "yes"}
    sent = portal.post("/admin/agreement/acceptance?next=//evil.example", data)
    assert sent.headers["Location"].endswith("/admin/agreement")


def test_the_page_words_and_shows_versions(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    portal = Portal(app, owner)
    assert portal.get("/admin/agreement").status_code == 200
    assert portal.get("/admin/agreement/new").status_code == 200
    sent = portal.post("/admin/agreement/new", {"body": TEXT, "number": "0"})
    assert sent.status_code == 303
    page = portal.get("/admin/agreement").text
    assert TEXT in page
    assert "not yet" in page
    stale = portal.post("/admin/agreement/new", {"body": "Other.", "number": "0"})
    assert stale.status_code == 422
    portal.post("/admin/agreement/new", {"body": "Other.", "number": "1"})
    assert "Version 1" in portal.get("/admin/agreement").text


def test_the_api_words_reads_and_accepts(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    api, theirs = Api(app, owner), Api(app, member)
    assert api.get("/agreement").json["number"] == 0
    made = api.post("/agreement/versions", {"body": TEXT})
    assert made.status_code == 201
    assert theirs.post("/agreement/versions", {"body": "x"}).status_code == 403
    read = theirs.get("/agreement").json
    assert (read["body"], read["is_accepted"]) == (TEXT, False)
    accepted = theirs.post("/agreement/acceptance", {"number": read["number"]})
    assert accepted.json["is_accepted"] is True
    assert theirs.get("/agreement").json["is_accepted"] is True
    assert theirs.post("/agreement/acceptance", {"number": 99}).status_code == 409
    (version,) = api.get("/agreement/versions").json["items"]
    assert version["accepted"] == 2
    who = api.get("/agreement/acceptances").json["items"]
    assert all(each["accepted_at"] for each in who)
