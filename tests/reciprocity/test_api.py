"""The API of reciprocity: the pair with me, and what I gave and received by kind."""

import math
from datetime import timedelta
from typing import Any

import pytest
from marshmallow import Schema

from community.core import clock
from community.identity.models import Actor
from community.reciprocity import schemas
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.ledger import days_ago, log_give, say_thanks
from tests.factories.people import make_person
from tests.web_client import Api


def fits(schema: type[Schema], body: dict[str, Any]) -> bool:
    """Whether an answer has exactly the fields its schema names, and all of its types."""
    return set(body) == set(schema().fields) and not schema(unknown="raise").validate(body)


def test_before_any_exchange_the_ratios_are_null(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    answer = Api(app, owner).get(f"/reciprocity/people/{member.person_id}")
    assert answer.status_code == 200
    assert fits(schemas.PairOut, answer.json)
    assert (answer.json["words"], answer.json["state"]) == ("no exchange yet", "no exchange yet")
    assert (answer.json["imbalance"], answer.json["reciprocity"]) == (None, None)
    assert answer.json["volume"] == 0


def test_the_pair_is_mirrored_for_the_other(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    for days, impact in ((100, "large"), (40, "large"), (3, "small")):
        day = days_ago(owner, days)
        say_thanks(owner, member.person_id, impact=impact, happened_on=day)
    mine = Api(app, owner).get(f"/reciprocity/people/{member.person_id}").json
    theirs = Api(app, member).get(f"/reciprocity/people/{owner.person_id}").json
    assert fits(schemas.PairOut, mine)
    expected = 2 * 2 ** (-100 / 180) + 2 * 2 ** (-40 / 180) + 0.5 * 2 ** (-3 / 180)
    assert math.isclose(mine["received"], expected, rel_tol=1e-9)
    assert math.isclose(mine["shown_imbalance"], -expected / (expected + 2), rel_tol=1e-9)
    assert (mine["balance"], mine["reciprocity"]) == (-theirs["balance"], theirs["reciprocity"])
    assert mine["words"] == theirs["words"] == "leaning"
    assert mine["state"] == "told"


def test_as_of_moves_the_time_of_events(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    say_thanks(owner, member.person_id, happened_on=days_ago(owner, 10))
    say_thanks(owner, member.person_id, happened_on=days_ago(owner, 2))
    api, path = Api(app, owner), f"/reciprocity/people/{member.person_id}"
    with acting(owner):
        five_days_ago = clock.now() - timedelta(days=5)
    earlier = api.get(path, query_string={"as_of": five_days_ago.isoformat()}).json
    same = api.get(path, query_string={"as_of": five_days_ago.date().isoformat()}).json
    assert earlier == same
    assert earlier["entries"] == 1
    assert math.isclose(earlier["received"], 2 ** (-5 / 180))
    assert api.get(path, query_string={"as_of": "2020-01-01"}).json["words"] == "no exchange yet"
    for bad in ("yesterday", "2020-13-01", "2020-01-01T10:00:00", ""):
        assert api.get(path, query_string={"as_of": bad}).status_code == 422


def test_whom_one_does_not_see_is_not_there(
    app: CommunityFlask, owner: Actor, member: Actor, stranger: Actor
) -> None:
    hidden = make_person(owner, audience="private")
    log_give(owner, hidden.id)
    assert Api(app, owner).get(f"/reciprocity/people/{hidden.id}").json["given"] == 1
    assert Api(app, member).get(f"/reciprocity/people/{hidden.id}").status_code == 404
    assert Api(app, stranger).get(f"/reciprocity/people/{hidden.id}").status_code == 404


def test_a_guest_sees_the_pair_with_whom_they_exchanged(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    guest = make_member(owner, "Wren Hollis", role="guest")
    say_thanks(owner, guest.person_id)
    assert Api(app, guest).get(f"/reciprocity/people/{owner.person_id}").json["given"] == 1
    assert Api(app, guest).get(f"/reciprocity/people/{member.person_id}").status_code == 404


def test_a_pair_costs_two_statements_however_long_the_ledger(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    for days in range(5):
        say_thanks(owner, member.person_id, happened_on=days_ago(owner, days))
    api = Api(app, owner)
    with counting() as sent:
        api.get(f"/reciprocity/people/{member.person_id}")
    assert len(sent) == 2, sent


def test_mine_by_kind_is_for_my_eyes_and_adds_nothing_up(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    say_thanks(owner, member.person_id, kind="time", impact="large")
    say_thanks(owner, member.person_id, kind="advice", happened_on=days_ago(owner, 60))
    log_give(owner, make_person(owner).id, kind="referral")
    log_give(owner, member.person_id, kind="time")
    api = Api(app, owner)
    answer = api.get("/reciprocity/me?period=30d")
    assert fits(schemas.MineOut, answer.json)
    assert answer.json["received"] == [{"kind": "time", "entries": 1, "value": 2.0}]
    assert answer.json["given"] == [{"kind": "referral", "entries": 1, "value": 1.0}]
    longer = api.get("/reciprocity/me?period=12m").json
    assert [part["kind"] for part in longer["received"]] == ["advice", "time"]
    assert api.get("/reciprocity/me?period=ever").status_code == 422
    assert "total" not in str(longer)


@pytest.mark.parametrize("scope", ["write", "admin"])
def test_reading_needs_its_scope(app: CommunityFlask, owner: Actor, scope: str) -> None:
    api = Api(app, owner, (scope,))
    assert api.get("/reciprocity/me").status_code == 403
