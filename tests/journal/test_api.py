"""The audit by the API: owners only, newest first, ids and names alone."""

import uuid

import pytest

from community.identity.models import Actor
from community.journal import actions, schemas
from community.ledger.actions import Draft, log_give
from community.web.session import CommunityFlask
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.web_client import Api

PRIVATE = {"audience": "private", "people": [], "circle_id": None}


def test_owners_read_what_was_done_as_the_schema_says(app: CommunityFlask, owner: Actor) -> None:
    things = [uuid.uuid4() for _ in range(3)]
    for thing in things:
        with acting(owner):
            actions.record(
                owner, "change", "circle", thing, about_id=owner.person_id, fields=["story", "kind"]
            )
    api = Api(app, owner)
    first = api.get("/audit?limit=2").json
    assert [item["thing_id"] for item in first["items"]] == [str(things[2]), str(things[1])]
    assert all(schemas.EntryOut(unknown="raise").validate(item) == {} for item in first["items"])
    assert first["items"][0]["fields"] == ["kind", "story"]
    rest = api.get(f"/audit?limit=2&cursor={first['next']}").json
    assert [item["thing_id"] for item in rest["items"]] == [str(things[0])]


def test_no_owner_reads_another_team_s(app: CommunityFlask, owner: Actor, stranger: Actor) -> None:
    with acting(stranger):
        actions.record(stranger, "change", "circle", uuid.uuid4())
    assert Api(app, owner).get("/audit").json["items"] == []


def test_what_an_owner_may_not_see_was_never_done_for_them(
    app: CommunityFlask, owner: Actor
) -> None:
    mara, noor = make_member(owner, "Mara"), make_member(owner, "Noor")
    secret = make_person(mara, "Client", audience="private")
    with acting(mara):
        give = log_give(mara, Draft(receiver_id=noor.person_id, visibility=PRIVATE)).entry.give.id
        log_give(mara, Draft(receiver_id=secret.id))
        shared = log_give(mara, Draft(receiver_id=noor.person_id)).entry.give.id
    shown = Api(app, owner).get("/audit").json["items"]
    assert str(shared) in {item["thing_id"] for item in shown}
    named = {item[key] for item in shown for key in ("thing_id", "about_id")}
    assert not named & {str(give), str(secret.id)}


@pytest.mark.parametrize("role", ["steward", "member", "guest"])
def test_nobody_else_reads_it(app: CommunityFlask, owner: Actor, role: str) -> None:
    answer = Api(app, make_member(owner, role=role)).get("/audit")
    assert (answer.status_code, answer.json["code"]) == (403, "not_allowed")


def test_a_kind_nobody_declared_is_shown_to_nobody(app: CommunityFlask, owner: Actor) -> None:
    with acting(owner):
        actions.record(owner, "log", "something_new", uuid.uuid4())
    assert Api(app, owner).get("/audit").json["items"] == []
