"""The pages of data rights: who sees them, what they say, and what their forms do."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from community.accounts.models import Session
from community.core import clock, slugs
from community.identity.models import Actor
from community.journal import actions as journal
from community.people.models import Person
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.people import make_note, make_person
from tests.records.doing import SECRET, work
from tests.web_client import BASE_URL, Portal, words_of


def page_of(person: Person, part: str) -> str:
    return f"/people/{slugs.slug(person.id, person.name)}/{part}"


def stale(actor: Actor) -> None:
    """The actor's sign-in was a while ago."""
    with acting(actor) as unit:
        unit.session.execute(
            update(Session)
            .where(Session.user_id == actor.user_id)
            .values(confirmed_at=clock.now() - timedelta(hours=1))
        )


def test_a_member_asks_and_takes_it_back(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    portal = Portal(app, member)
    portal.get("/settings/privacy")
    asked = portal.post("/settings/privacy/requests", {"kind": "erasure", "words": "I move on."})
    assert asked.status_code == 303
    assert "I move on." in words_of(portal.get("/settings/privacy"))
    other = portal.post("/settings/privacy/requests", {"kind": "everything", "words": ""})
    assert other.status_code == 422
    keeper = words_of(Portal(app, owner).get("/admin/privacy"))
    assert member.name in keeper
    assert "Be erased" in keeper


def test_a_file_is_made_and_taken_from_the_page(app: CommunityFlask, member: Actor) -> None:
    portal = Portal(app, member)
    portal.get("/settings/privacy")
    assert portal.post("/settings/privacy/exports", {"scope": "team"}).status_code == 403
    assert portal.post("/settings/privacy/exports", {"scope": "me"}).status_code == 303
    assert work(member.team_id) == 1
    page = portal.get("/settings/privacy").get_data(as_text=True)
    path = page.split('href="')[1:]
    (file,) = [part.split('"')[0] for part in path if part.split('"')[0].endswith("/file")]
    taken = portal.client.get(file, base_url=BASE_URL)
    assert (taken.status_code, taken.mimetype) == (200, "application/zip")
    assert taken.headers["Content-Disposition"].startswith("attachment")
    stale(member)
    assert portal.client.get(file, base_url=BASE_URL).mimetype != "application/zip"


@pytest.mark.parametrize("path", ["/admin/privacy"])
@pytest.mark.parametrize("role", ["member", "guest"])
def test_requests_are_for_those_who_answer(
    app: CommunityFlask, owner: Actor, path: str, role: str
) -> None:
    assert Portal(app, make_member(owner, role=role)).get(path).status_code == 403


def test_a_request_goes_through_its_page(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    mara = make_person(owner, "Mara Ellison")
    make_note(member, mara.id, SECRET)
    steward = Portal(app, make_member(owner, role="steward"))
    steward.get(page_of(mara, "privacy"))
    noted = steward.post(page_of(mara, "requests"), {"kind": "access", "words": "By telephone."})
    assert noted.status_code == 303
    path = noted.headers["Location"]
    assert "By telephone." in words_of(steward.get(path))
    assert steward.post(f"{path}/prepare").status_code == 303
    assert steward.post(f"{path}/complete").status_code == 403
    author = Portal(app, member)
    assert SECRET in words_of(author.get("/settings/privacy"))
    portal = Portal(app, owner)
    shown = words_of(portal.get(path))
    assert "1 without an answer" in shown
    assert SECRET not in shown
    assert portal.post(f"{path}/complete").status_code == 303
    assert "answered" in words_of(portal.get(path))


def test_a_refusal_needs_its_reason(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    asking = Portal(app, member)
    asking.get("/settings/privacy")
    asking.post("/settings/privacy/requests", {"kind": "objection", "words": ""})
    portal = Portal(app, owner)
    page = portal.get("/admin/privacy").get_data(as_text=True)
    path = next(p for p in page.split('"') if "/admin/privacy/" in p)
    portal.get(path)
    assert portal.post(f"{path}/decline", {"reason": ""}).status_code == 422
    assert portal.post(f"{path}/decline", {"reason": "It is by contract."}).status_code == 303
    assert "It is by contract." in words_of(asking.get("/settings/privacy"))


def test_an_erasure_asks_for_the_name_and_a_fresh_proof(app: CommunityFlask, owner: Actor) -> None:
    mara = make_person(owner, "Mara Ellison", email="mara@example.org")
    portal, path = Portal(app, owner), page_of(mara, "erase")
    shown = words_of(portal.get(path))
    assert "There is no way back" in shown
    assert "Mail addresses" in shown
    assert portal.post(path, {"name": "Mara"}).status_code == 422
    stale(owner)
    portal.post(path, {"name": "Mara Ellison"})
    assert portal.get(page_of(mara, "privacy")).status_code == 200
    fresh = Portal(app, owner)
    fresh.get(path)
    assert fresh.post(path, {"name": "Mara Ellison"}).status_code == 303
    assert fresh.get(page_of(mara, "privacy")).status_code == 404
    assert "Erased person" in words_of(fresh.get("/admin/privacy"))


def test_a_member_of_the_team_cannot_be_erased_from_the_page(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    path = f"/people/{slugs.slug(member.person_id, member.name)}/erase"
    portal = Portal(app, owner)
    portal.get("/settings/privacy")
    assert "They leave it first" in words_of(portal.get(path))
    assert portal.post(path, {"name": member.name}).status_code == 422


def test_consent_and_ground_are_on_the_persons_page(app: CommunityFlask, owner: Actor) -> None:
    mara, portal = make_person(owner, "Mara Ellison"), Portal(app, owner)
    assert "Legitimate interest" in words_of(portal.get(page_of(mara, "privacy")))
    portal.post(page_of(mara, "basis"), {"lawful_basis": "consent"})
    given = {"purpose": "the newsletter", "is_given": "yes", "how": "", "happened_on": ""}
    assert portal.post(page_of(mara, "consents"), given).status_code == 303
    shown = words_of(portal.get(page_of(mara, "privacy")))
    assert "the newsletter agreed" in shown
    assert portal.post(page_of(mara, "consents"), {**given, "purpose": ""}).status_code == 422
    assert portal.post(page_of(mara, "basis"), {"lawful_basis": "whim"}).status_code == 422


def test_what_others_keep_is_in_no_count_of_a_persons_page(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    mara = make_person(owner, "Mara Ellison")
    portal = Portal(app, owner)
    before = words_of(portal.get(page_of(mara, "privacy")))
    make_note(member, mara.id, SECRET)
    assert words_of(portal.get(page_of(mara, "privacy"))) == before


def test_pages_cost_few_statements(app: CommunityFlask, owner: Actor) -> None:
    mara, portal = make_person(owner, "Mara Ellison"), Portal(app, owner)
    for path in ("/settings/privacy", "/admin/privacy", page_of(mara, "privacy")):
        portal.get(path)
        with counting() as sent:
            assert portal.get(path).status_code == 200
        assert len(sent) <= 12, str(sent)


def test_a_member_reads_who_opened_their_page_and_on_how_many_days(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    with acting(owner):
        journal.opened(owner, member.person_id)
    shown = words_of(Portal(app, member).get("/settings/privacy"))
    assert f"Who opened your page {owner.name} on 1 day" in shown
    assert "Who opened your page" not in words_of(Portal(app, owner).get("/settings/privacy"))
