"""The audit by the API: owners only, newest first, ids and names alone."""

import uuid

import pytest

from community.identity.models import Actor
from community.journal import actions, schemas
from community.web.session import CommunityFlask
from tests.factories.identity import acting, make_member
from tests.web_client import Api


def test_owners_read_what_was_done_as_the_schema_says(app: CommunityFlask, owner: Actor) -> None:
    things = [uuid.uuid4() for _ in range(3)]
    for thing in things:
        with acting(owner):
            actions.record(
                owner, "log", "give", thing, about_id=owner.person_id, fields=["story", "kind"]
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
        actions.record(stranger, "log", "give", uuid.uuid4())
    assert Api(app, owner).get("/audit").json["items"] == []


@pytest.mark.parametrize("role", ["steward", "member", "guest"])
def test_nobody_else_reads_it(app: CommunityFlask, owner: Actor, role: str) -> None:
    answer = Api(app, make_member(owner, role=role)).get("/audit")
    assert (answer.status_code, answer.json["code"]) == (403, "not_allowed")
