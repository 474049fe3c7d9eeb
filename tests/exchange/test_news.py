"""What a later file says that is new: offered at its end, and settled by whoever imported it."""

import pytest

from community.core.errors import Conflict, NotAllowed, NotFound
from community.core.paging import PageRequest
from community.exchange.actions import news
from community.identity.models import Actor
from community.people import queries as people
from community.people.models import ACHIEVEMENT, Person
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


def achieved(actor: Actor, person: Person) -> list[tuple[str, str, str]]:
    """What is noted as an achievement of somebody, how it came here and how it stands."""
    with acting(actor):
        found = people.find_moments(actor, person.id, ACHIEVEMENT, PageRequest())
        return [(row.title, row.source, row.state) for row in found.items]


def test_another_job_is_offered_once_and_settled_either_way(
    app: CommunityFlask, owner: Actor
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
    assert achieved(owner, ann) == []
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
    assert achieved(owner, ann) == [("New job: Chair, Corvus", "import", "noticed")]
    assert achieved(make_member(owner), ann) == [], "as private as what its importer writes"
    (settled,) = api.get(f"/imports/{other.id}/news").get_json()["items"]
    made = api.get(f"/achievements/{settled['achievement_id']}").get_json()
    assert (made["person_id"], made["source"]) == (str(ann.id), "import")
    assert "New job: Chair, Corvus" in words(portal.get("/"))
    here_too = f"/moments/{made['id']}/edit"
    shown = portal.get(here_too).get_data(as_text=True)
    assert 'name="source"' not in shown, "where it comes from is no choice"
    sent = {"title": "Chairs Corvus", "visibility": "team", "version": "1"}
    assert portal.post(here_too, sent).status_code == 303
    assert achieved(owner, ann) == [("Chairs Corvus", "import", "noticed")]
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
