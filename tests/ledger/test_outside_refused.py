"""A mail to somebody outside that cannot go is refused before anything is noted."""

import pytest

from community.identity.models import Actor
from community.ledger.actions import Letter
from community.ledger.actions.outside import TELL_JOB
from community.notifications.actions import suppress
from community.notifications.queries import NO_MORE
from community.web.session import CommunityFlask
from tests.factories.identity import acting
from tests.factories.outbox import owed
from tests.factories.people import make_person
from tests.web_client import Api, Portal, soup_of

LETTER = Letter("A small thing", "Dear Mara,\n\nI sent you the contract.\nBest, Noor")
ADDRESS = "mara@example.org"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (NO_MORE, "Mara Ellison asked for no more mail from this team."),
        ("recipient refused: 550", "An earlier mail to Mara Ellison came back"),
    ],
)
def test_a_mail_that_cannot_go_is_refused_at_once(
    app: CommunityFlask, owner: Actor, reason: str, said: str
) -> None:
    outsider = make_person(owner, "Mara Ellison", call_name="", email=ADDRESS)
    with acting(owner):
        suppress(ADDRESS, reason)
    body = {
        "receiver_id": str(outsider.id),
        "tell_outsider": {"subject": LETTER.subject, "body": LETTER.body},
    }
    refused = Api(app, owner).post("/gives", body)
    assert (refused.status_code, refused.json["code"]) == (422, "no_mail_to_them")
    (error,) = refused.json["errors"]
    assert error["field"] == "tell_outsider"
    assert said in error["message"]
    portal = Portal(app, owner)
    portal.get("/gives/new")
    letter = {"tell": "yes", "subject": LETTER.subject, "body": LETTER.body}
    form = {"mode": "helped", "who": "Mara Ellison", "what": "a lead", "whole": "1", **letter}
    page = portal.post("/gives", form)
    assert page.status_code == 422
    soup = soup_of(page)
    assert said in soup.select_one("#f-tell-error").get_text()
    assert owed(owner, TELL_JOB) == []
    assert Api(app, owner).post("/gives", {**body, "tell_outsider": None}).status_code == 201
