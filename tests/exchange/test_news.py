"""What a later file says that is new: offered at its end, and settled by whoever imported it."""

import pytest

from community.core.errors import Conflict, NotAllowed, NotFound
from community.exchange.actions import news
from community.exchange.actions.news import Achieved
from community.identity.models import Actor
from community.people.models import Person
from community.web.session import CommunityFlask
from tests.exchange.browsing import words
from tests.exchange.test_actions import outsiders
from tests.factories.exchange import bring, table, undo
from tests.factories.identity import acting, make_member
from tests.web_client import Api, Portal

FIRST = table("Ann Lee,ann@example.org,,Acme,CTO,,,,7", "Bo Ray,bo@example.org,,Acme,,,,,8")
LATER = table("Ann Lee,ann@example.org,,Borealis,CEO,,,,7", "Bo Ray,bo@example.org,,Acme,Cook,,,,8")


def jobs(person: Person) -> dict[str, bool]:
    """Where somebody works or worked, and whether it has ended."""
    return {held.organisation: held.to_on is not None for held in person.positions}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Achieved]:
    found: list[Achieved] = []
    monkeypatch.setattr(news, "_hooks", [lambda _actor, told: found.append(told)])
    return found


def test_another_job_is_offered_once_and_settled_either_way(
    app: CommunityFlask, owner: Actor, heard: list[Achieved]
) -> None:
    bring(owner, FIRST)
    batch = bring(owner, LATER)
    api = Api(app, owner)
    path = f"/imports/{batch.id}/news"
    (told,) = api.get(path).get_json()["items"]
    assert (told["name"], told["kind"], told["state"]) == ("Ann Lee", "job", "offered")
    assert told["was"] == [{"organisation": "Acme", "title": "CTO"}]
    assert told["now"] == {"organisation": "Borealis", "title": "CEO"}
    ann = outsiders(owner)["Ann Lee"]
    with acting(owner):
        news.dismiss_news(owner, batch.id, ann.id)
    assert jobs(outsiders(owner)["Ann Lee"]) == {"Acme": False, "Borealis": False}
    assert heard == []
    with acting(owner), pytest.raises(Conflict):
        news.accept_news(owner, batch.id, ann.id)
    other = bring(owner, table("Ann Lee,ann@example.org,,Corvus,Chair,,,,7"), source="x")
    portal = Portal(app, owner)
    here = f"/people/import/{other.id}"
    shown = words(portal.get(here))
    assert "Changed since the last import" in shown
    assert "CTO, Acme · CEO, Borealis" in shown
    portal.post(f"{here}/news/{ann.id}/accept")
    assert jobs(outsiders(owner)["Ann Lee"]) == {
        "Acme": True,
        "Borealis": True,
        "Corvus": False,
    }, "the former ones ended, and stay"
    assert [(one.person_id, one.organisation, one.title) for one in heard] == [
        (ann.id, "Corvus", "Chair")
    ]
    assert "Moved on" in words(portal.get(here))
    assert api.get(f"/imports/{other.id}/news?state=offered").get_json()["items"] == []
    assert bring(owner, LATER).counts["unchanged"] == 2, "read again it is no news"


def test_news_are_the_importers_and_go_with_the_import(app: CommunityFlask, owner: Actor) -> None:
    bring(owner, FIRST)
    batch = bring(owner, LATER)
    ann, bo = (outsiders(owner)[name] for name in ("Ann Lee", "Bo Ray"))
    member = make_member(owner)
    with acting(member), pytest.raises(NotFound):
        news.accept_news(member, batch.id, ann.id)
    with acting(owner), pytest.raises(NotFound):
        news.accept_news(owner, batch.id, bo.id)
    undo(owner, batch.id)
    assert Api(app, owner).get(f"/imports/{batch.id}/news").get_json()["items"] == []
    with acting(owner), pytest.raises((NotFound, NotAllowed)):
        news.accept_news(owner, batch.id, ann.id)
    assert jobs(outsiders(owner)["Ann Lee"]) == {"Acme": False}
