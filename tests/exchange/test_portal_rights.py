"""Who may see and take which step of an import."""

import re

from community.identity.models import Actor, Membership
from community.web.session import CommunityFlask
from tests.exchange.browsing import START, bring_file, page, words
from tests.exchange.test_actions import ANN
from tests.factories.exchange import bring, table
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.web_client import Portal


def test_guests_are_refused_the_page_and_the_act_and_led_to_neither(
    app: CommunityFlask, owner: Actor
) -> None:
    guest = make_member(owner, role="guest")
    portal = Portal(app, guest)
    portal.get("/people")
    for answer in (portal.get(START), bring_file(portal, table(ANN))):
        assert answer.status_code == 403
        assert "Guests cannot import people. Ask a member to do it." in words(answer)
        assert not page(answer).find(id="f-file")
    make_person(guest, "Ann Lee", audience="private")
    for path in ("/", "/more", "/people"):
        links = {a["href"] for a in page(portal.get(path)).find_all("a", href=True)}
        assert not any("/import" in link for link in links), path
    assert page(portal.get("/people")).find("form", action=re.compile(r"/people\.csv$"))


def test_an_import_from_before_somebody_was_a_guest_can_be_discarded(
    app: CommunityFlask, member: Actor
) -> None:
    batch = bring(member, table(ANN), dry_run=True)
    with acting(member) as unit:
        unit.session.get_one(Membership, (member.team_id, member.member_id)).role = "guest"
    portal = Portal(app, member)
    portal.get(f"{START}/{batch.id}")
    answer = portal.post(f"{START}/{batch.id}/undo")
    assert answer.headers["Location"].endswith("/people")


def test_nobody_sees_anothers_import(app: CommunityFlask, owner: Actor) -> None:
    batch = bring(owner, table(ANN))
    other = Portal(app, make_member(owner))
    assert other.get(f"{START}/{batch.id}").status_code == 404
    other.get(START)
    assert other.post(f"{START}/{batch.id}/undo").status_code == 404
