"""The API of reciprocity: the pair with me, and what I gave and received by kind."""

import math
from datetime import date, timedelta
from typing import Any

import pytest
from marshmallow import Schema
from sqlalchemy import select

from community.core import clock
from community.identity.models import Actor
from community.ledger.models import Give, GiveAct, replay
from community.reciprocity import schemas
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.ledger import acknowledge, days_ago, log_give, say_thanks
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


def test_mine_as_of_a_day_is_the_replay_of_what_had_happened_by_then(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    outsider = make_person(owner)
    for days, kind, impact in (
        (400, "time", "large"),
        (50, "time", "small"),
        (50, "advice", None),
        (20, "time", "large"),
        (-1, "time", "large"),
    ):
        say_thanks(
            owner, member.person_id, kind=kind, impact=impact, happened_on=days_ago(owner, days)
        )
        log_give(owner, outsider.id, kind=kind, size=impact, happened_on=days_ago(owner, days))
        waiting = log_give(owner, member.person_id, kind=kind, happened_on=days_ago(owner, days))
    acknowledge(member, waiting.give.id)
    api = Api(app, owner)
    for days in (0, 19, 20, 21, 50, 51, 139, 140, 300, 5000):
        for period in schemas.PERIODS:
            day = days_ago(owner, days)
            answer = api.get(f"/reciprocity/me?period={period}&as_of={day}").json
            assert fits(schemas.MineOut, answer)
            assert answer["as_of"] == str(day)
            since = date.fromisoformat(answer["since"])
            assert (day - since).days == schemas.PERIODS[period]
            assert (answer["given"], answer["received"]) == _replayed(owner, since, day)
    noon = f"{days_ago(owner, 20)}T12:00:00%2B00:00"
    assert api.get(f"/reciprocity/me?as_of={noon}").json["as_of"] == str(days_ago(owner, 20))
    assert api.get("/reciprocity/me").json["as_of"] == str(days_ago(owner, 0))
    assert api.get("/reciprocity/me?as_of=1900-01-01").json["given"] == []
    assert api.get("/reciprocity/me?as_of=yesterday").status_code == 422


def _replayed(me: Actor, since: date, until: date) -> tuple[list[Any], list[Any]]:
    """What I gave and received by kind, from the acts of every entry alone."""
    sides: tuple[dict[str, list[float]], dict[str, list[float]]] = ({}, {})
    with acting(me) as unit:
        acts: dict[Any, list[GiveAct]] = {}
        found = select(GiveAct).where(GiveAct.team_id == me.team_id).order_by(GiveAct.seq)
        for act in unit.session.scalars(found):
            acts.setdefault(act.give_id, []).append(act)
        for give in unit.session.scalars(select(Give).where(Give.team_id == me.team_id)):
            state = replay(give, acts[give.id])
            points = float(state.counted_value)
            if me.is_me(state.giver_id) and state.outside and state.state == "logged":
                points = float(state.value)
            if points and since <= state.happened_on <= until:
                side = sides[0] if me.is_me(state.giver_id) else sides[1]
                side.setdefault(state.kind, []).append(points)
    given, received = (
        [{"kind": k, "entries": len(v), "value": sum(v)} for k, v in sorted(side.items())]
        for side in sides
    )
    return given, received


def test_there_is_no_pair_of_one(app: CommunityFlask, owner: Actor) -> None:
    for query in ("", "?as_of=2020-01-01"):
        refused = Api(app, owner).get(f"/reciprocity/people/{owner.person_id}{query}")
        assert (refused.status_code, refused.json["code"]) == (404, "not_a_pair")
        assert "two people" in refused.json["detail"]


@pytest.mark.parametrize("scope", ["write", "admin"])
def test_reading_needs_its_scope(app: CommunityFlask, owner: Actor, scope: str) -> None:
    api = Api(app, owner, (scope,))
    assert api.get("/reciprocity/me").status_code == 403
