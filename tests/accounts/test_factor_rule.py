"""Of whom the team asks a second factor, on its pages and by the API."""

import re

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update

from community.identity.models import Actor, Team
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.accounts import (
    code_of,
    make_app,
    make_codes,
)
from tests.factories.identity import acting, make_member, make_team
from tests.web_client import Api, Portal

SETTINGS = "/settings/second_factor"


def _ask_of(actor: Actor, whom: str) -> None:
    with acting(actor) as unit:
        unit.session.execute(
            update(Team).where(Team.id == actor.team_id).values(settings={"second_factor": whom})
        )


@pytest.mark.parametrize(
    ("asked", "role", "is_led"),
    [
        ("nobody", "owner", False),
        ("stewards_and_owners", "owner", True),
        ("stewards_and_owners", "steward", True),
        ("stewards_and_owners", "member", False),
        ("stewards_and_owners", "guest", False),
        ("everybody", "member", True),
        ("everybody", "guest", True),
    ],
)
def test_the_team_asks_whom_it_says(
    app: CommunityFlask, owner: Actor, asked: str, role: str, is_led: bool
) -> None:
    _ask_of(owner, asked)
    who = owner if role == "owner" else make_member(owner, role=role)
    portal = Portal(app, who)
    page = portal.get("/settings/keyboard")
    assert (page.status_code == 303) is is_led
    if is_led:
        assert page.headers["Location"] == portal.path(SETTINGS)
        assert "asks you for a second factor" in portal.get(SETTINGS).text
        assert portal.post("/settings/keyboard", {"hotkeys": "yes"}).headers[
            "Location"
        ] == portal.path(SETTINGS)
        assert portal.get("/settings/keyboard", partial=True).headers["HX-Redirect"]
        assert portal.get("/settings/leave").status_code == 200
    make_app(who)
    assert portal.get("/settings/keyboard").status_code == 200


def test_a_team_that_says_nothing_asks_stewards_and_owners(app: CommunityFlask) -> None:
    owner = make_team(second_factor="")
    assert Portal(app, owner).get("/settings/keyboard").status_code == 303
    assert Portal(app, make_member(owner)).get("/settings/keyboard").status_code == 200
    make_app(owner)
    api = Api(app, owner)
    assert api.get("/team").json["settings"]["second_factor"] == "stewards_and_owners"


def test_the_sample_team_asks_nobody(app: CommunityFlask) -> None:
    owner = make_team(second_factor="everybody")
    with acting(owner) as unit:
        unit.session.execute(update(Team).where(Team.id == owner.team_id).values(is_demo=True))
    assert Portal(app, owner).get("/settings/keyboard").status_code == 200


def test_whoever_is_asked_sets_one_up_and_goes_on(app: CommunityFlask) -> None:
    owner = make_team(second_factor="everybody")
    portal = Portal(app, owner)
    portal.get(SETTINGS)
    portal.post(f"{SETTINGS}/app")
    page = portal.get(f"{SETTINGS}/app").text
    key = re.search(r'id="f-key" value="([^"]+)"', page)[1]  # type: ignore[index]
    assert portal.post(f"{SETTINGS}/app/confirm", {"code": code_of(key)}).status_code == 200
    assert portal.get("/settings/keyboard").status_code == 200


def test_a_token_stops_while_its_owner_has_still_to_set_one_up(app: CommunityFlask) -> None:
    owner = make_team(second_factor="stewards_and_owners")
    owners, members = Api(app, owner), Api(app, make_member(owner))
    refused = owners.get("/me")
    assert (refused.status_code, refused.json["code"]) == (403, "second_factor_first")
    assert owners.post("/tokens", {"name": "Own", "scopes": ["read"]}).status_code == 403
    assert members.get("/me").status_code == 200
    make_app(owner)
    with counting() as asked:
        assert owners.get("/me").status_code == 200
    _ask_of(owner, "nobody")
    with counting() as unasked:
        assert owners.get("/me").status_code == 200
    assert len(asked) == len(unasked)


def test_owners_say_of_whom_it_is_asked_and_others_do_not(
    app: CommunityFlask, owner: Actor
) -> None:
    portal = Portal(app, owner)
    page = BeautifulSoup(portal.get("/admin/team").text, "html.parser")
    sent = {
        "name": owner.team_name,
        "zone": "UTC",
        "locale": "en",
        "default_audience": "private",
        "version": page.select_one("[name=version]")["value"],
    }
    assert portal.post("/admin/team", {**sent, "second_factor": "whoever"}).status_code == 422
    assert portal.post("/admin/team", {**sent, "second_factor": "everybody"}).status_code == 303
    assert portal.get("/settings/keyboard").status_code == 303
    other = Portal(app, make_member(make_team()))
    other.get("/settings/keyboard")
    assert other.post("/admin/team", {**sent, "second_factor": "nobody"}).status_code == 403


def test_the_rule_costs_a_request_no_statement(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    portal.get("/settings/keyboard")
    with counting() as before:
        portal.get("/settings/keyboard")
    _ask_of(owner, "everybody")
    make_app(owner)
    make_codes(owner)
    with counting() as after:
        assert portal.get("/settings/keyboard").status_code == 200
    assert len(after) == len(before)
    with counting() as page:
        assert portal.get(SETTINGS).status_code == 200
    assert len(page) <= 12, page
