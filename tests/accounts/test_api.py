"""The API of accounts: success and refusal."""

from typing import Any

import pytest
from marshmallow import Schema

from community.accounts import schemas
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.accounts import APP_KEY, make_app, make_codes, make_session, session_of
from tests.factories.identity import make_circle, make_member
from tests.web_client import Api


def _fits(schema: type[Schema], body: Any) -> bool:
    """Whether an answer has exactly the fields its schema names."""
    return set(body) == set(schema().fields)


def test_me_is_who_the_token_acts_as(app: CommunityFlask, owner: Actor) -> None:
    answer = Api(app, owner, ("read",)).get("/me")
    assert answer.status_code == 200
    assert _fits(schemas.MeOut, answer.json)
    assert answer.json["id"] == str(owner.person_id)
    assert answer.json["scopes"] == ["read"]
    assert answer.json["default_visibility"]["audience"] == "private"
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'


def test_me_costs_two_statements(app: CommunityFlask, owner: Actor) -> None:
    api = Api(app, owner)
    api.get("/me")
    with counting() as sent:
        api.get("/me")
    assert len(sent) == 2, sent


def test_own_fields_change_by_patch_from_the_version_that_was_read(
    app: CommunityFlask, owner: Actor
) -> None:
    api = Api(app, owner)
    version = api.get("/me").json["version"]
    changes = {
        "zone": "Europe/Berlin",
        "quiet_hours": {"starts": "22:00", "ends": "07:00"},
        "default_visibility": {"audience": "team"},
        "capacity": {"hours_per_month": 6},
    }
    answer = api.patch("/me", changes, version)
    assert answer.status_code == 200
    assert answer.json["zone"] == "Europe/Berlin"
    assert answer.json["quiet_hours"] == {"starts": "22:00", "ends": "07:00"}
    assert answer.json["capacity"] == {"hours_per_month": 6, "times_per_month": None}
    assert answer.json["default_visibility"]["audience"] == "team"
    assert api.patch("/me", {"zone": "UTC"}, version).status_code == 412
    assert api.patch("/me", {"quiet_hours": None}).json["quiet_hours"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"zone": "Mars/Olympus"},
        {"locale": "xx"},
        {"name": ""},
        {"name": "a\u0000b"},
        {"hotkeys": "on"},
        {"role": "owner"},
        {"quiet_hours": {"starts": "25:00", "ends": "07:00"}},
        {"quiet_hours": {"starts": "22:00"}},
        {"default_visibility": {"audience": "people", "people": []}},
        {"capacity": {"hours_per_month": 1.5}},
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    app: CommunityFlask, owner: Actor, body: dict[str, Any]
) -> None:
    answer = Api(app, owner).patch("/me", body)
    assert answer.status_code == 422
    assert answer.json["errors"]


def test_patch_needs_if_match_and_the_scope_write(app: CommunityFlask, owner: Actor) -> None:
    assert Api(app, owner).open("PATCH", "/me", json={"zone": "UTC"}).status_code == 428
    answer = Api(app, owner, ("read",)).patch("/me", {"zone": "UTC"})
    assert (answer.status_code, answer.json["code"]) == (403, "scope_missing")


def test_leaving_ends_the_token_at_the_next_request(app: CommunityFlask, owner: Actor) -> None:
    api = Api(app, make_member(owner))
    answer = api.post("/me/departure")
    assert (answer.status_code, answer.json["state"]) == (200, "left")
    assert api.get("/me").status_code == 401


def test_the_last_owner_stays(app: CommunityFlask, owner: Actor) -> None:
    answer = Api(app, owner).post("/me/departure")
    assert (answer.status_code, answer.json["code"]) == (409, "last_owner")


def test_owners_change_the_team_and_members_read_it(app: CommunityFlask, owner: Actor) -> None:
    api = Api(app, owner)
    found = api.get("/team")
    assert _fits(schemas.TeamOut, found.json)
    answer = api.patch(
        "/team", {"name": "Southlight", "settings": {"region": "DE"}}, found.json["version"]
    )
    assert (answer.json["name"], answer.json["settings"]["region"]) == ("Southlight", "DE")
    assert answer.json["settings"]["second_factor"] == "nobody"
    assert api.patch("/team", {"settings": {"region": "XX"}}).status_code == 422
    member = Api(app, make_member(owner))
    assert member.get("/team").json["name"] == "Southlight"
    assert member.patch("/team", {"name": "Mine"}).status_code == 403


def test_the_scope_admin_is_needed_to_change_team_and_roles(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    api = Api(app, owner, ("read", "write"))
    assert api.patch("/team", {"name": "Mine"}).json["code"] == "scope_missing"
    answer = api.patch(f"/members/{member.person_id}", {"role": "steward"})
    assert answer.json["code"] == "scope_missing"


def test_members_are_listed_by_name_in_pages(app: CommunityFlask, owner: Actor) -> None:
    for name in ("Ärne Ask", "Zoe Zed", "Bo Berg"):
        make_member(owner, name)
    api = Api(app, owner)
    first = api.get("/members?limit=3").json
    assert [m["name"] for m in first["items"]] == ["Ärne Ask", "Bo Berg", "Noor Haddad"]
    second = api.get(f"/members?limit=3&cursor={first['next']}").json
    assert [m["name"] for m in second["items"]] == ["Zoe Zed"]
    assert second["next"] is None
    assert _fits(schemas.MemberOut, first["items"][0])


def test_the_list_of_members_costs_two_statements(app: CommunityFlask, owner: Actor) -> None:
    api = Api(app, owner)
    api.get("/members")
    with counting() as sent:
        api.get("/members")
    assert len(sent) == 2


def test_a_guest_sees_only_themselves(app: CommunityFlask, owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    api = Api(app, guest)
    assert [m["id"] for m in api.get("/members").json["items"]] == [str(guest.person_id)]
    assert api.get(f"/members/{owner.person_id}").status_code == 404


def test_an_owner_changes_a_role_and_removes(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    api = Api(app, owner)
    path = f"/members/{member.person_id}"
    version = api.get(path).json["version"]
    assert api.patch(path, {"role": "steward"}, version).json["role"] == "steward"
    assert api.patch(path, {"role": "guest"}, version).status_code == 412
    assert api.patch(path, {"role": "king"}).status_code == 422
    assert api.open("DELETE", path).status_code == 428
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_another_teams_member_is_not_found(
    app: CommunityFlask, owner: Actor, stranger: Actor
) -> None:
    api = Api(app, owner)
    path = f"/members/{stranger.person_id}"
    assert api.get(path).status_code == 404
    assert api.patch(path, {"role": "guest"}).status_code == 404
    assert api.delete(path).status_code == 404


def test_a_token_is_made_listed_used_and_revoked(app: CommunityFlask, owner: Actor) -> None:
    api = Api(app, owner)
    made = api.post("/tokens", {"name": "Backup", "scopes": ["read"]})
    assert made.status_code == 201
    assert _fits(schemas.NewTokenOut, made.json)
    kept = {name: made.json[name] for name in ("state", "version", "updated_at")}
    assert kept == {"state": "active", "version": 1, "updated_at": made.json["created_at"]}
    listed = api.get("/tokens").json["items"]
    assert made.json["id"] in {token["id"] for token in listed}
    assert all(_fits(schemas.TokenOut, token) for token in listed)
    where = made.headers["Location"].removeprefix("/api/v1")
    assert "token" not in api.get(where).json
    assert api.get(where).json["name"] == "Backup"
    other = Api(app, owner)
    other.token = made.json["token"]
    assert other.get("/me").status_code == 200
    assert other.post("/tokens", {"name": "More", "scopes": ["read"]}).status_code == 403
    assert api.delete(f"/tokens/{made.json['id']}").status_code == 204
    assert other.get("/me").status_code == 401
    assert api.delete(f"/tokens/{made.json['id']}").status_code == 404


def test_a_token_grants_no_more_than_the_one_it_was_made_with(
    app: CommunityFlask, owner: Actor
) -> None:
    api = Api(app, owner, ("read", "write"))
    answer = api.post("/tokens", {"name": "Up", "scopes": ["read", "admin"]})
    assert (answer.status_code, answer.json["code"]) == (403, "scope_missing")


def test_a_repeated_request_for_a_token_does_not_show_it_again(
    app: CommunityFlask, owner: Actor
) -> None:
    api = Api(app, owner)
    headers = {"Idempotency-Key": "token-for-the-backup"}
    body = {"name": "Backup", "scopes": ["read"]}
    assert api.post("/tokens", body, headers=headers).status_code == 201
    again = api.post("/tokens", body, headers=headers)
    assert (again.status_code, again.json["code"]) == (409, "already_created")


def test_a_token_of_another_member_or_team_is_not_found(
    app: CommunityFlask, owner: Actor, stranger: Actor
) -> None:
    made = Api(app, owner).post("/tokens", {"name": "Mine", "scopes": ["read"]}).json
    for other in (stranger, make_member(owner)):
        assert Api(app, other).delete(f"/tokens/{made['id']}").status_code == 404


def test_circles_are_made_filled_and_emptied(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    api = Api(app, owner)
    made = api.post("/circles", {"name": "Founders", "purpose": "We began it."})
    assert made.status_code == 201
    assert _fits(schemas.CircleOut, made.json)
    assert api.get(made.headers["Location"].removeprefix("/api/v1")).json == made.json
    path = f"/circles/{made.json['id']}/members/{member.person_id}"
    put = api.open("PUT", path, json={})
    assert put.status_code == 200
    assert {m["person_id"] for m in put.json["members"]} == {
        str(owner.person_id),
        str(member.person_id),
    }
    assert api.open("DELETE", path).status_code == 204
    assert api.open("DELETE", path).status_code == 404
    assert [c["name"] for c in api.get("/circles").json["items"]] == ["Founders"]


def test_only_owners_stewards_and_keepers_change_circles(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    circle = make_circle(owner)
    api = Api(app, member)
    assert api.post("/circles", {"name": "Mine"}).status_code == 403
    path = f"/circles/{circle.id}/members/{member.person_id}"
    assert api.open("PUT", path, json={}).status_code == 403


def test_a_guest_knows_only_their_own_circles(app: CommunityFlask, owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    make_circle(owner, name="Hidden")
    make_circle(guest, name="Theirs")
    names = [c["name"] for c in Api(app, guest).get("/circles").json["items"]]
    assert len(names) == 1
    assert names[0].startswith("Theirs")


def test_another_teams_circle_is_not_found(
    app: CommunityFlask, owner: Actor, stranger: Actor
) -> None:
    circle = make_circle(stranger)
    path = f"/circles/{circle.id}/members/{owner.person_id}"
    assert Api(app, owner).open("PUT", path, json={}).status_code == 404


def test_own_browsers_are_listed_named_and_ended(
    app: CommunityFlask, owner: Actor, stranger: Actor
) -> None:
    api, cookie = Api(app, owner), make_session(owner)
    (found,) = api.get("/me/sessions").json["items"]
    assert _fits(schemas.SessionOut, found)
    path = f"/me/sessions/{found['id']}"
    assert api.patch(path, {"name": "Kitchen laptop"}).json["name"] == "Kitchen laptop"
    assert Api(app, stranger).delete(path).status_code == 404
    assert api.delete(path).status_code == 204
    assert session_of(cookie) is None
    assert api.get("/me/sessions").json["items"] == []


def test_own_factors_are_read_without_their_secrets(app: CommunityFlask, owner: Actor) -> None:
    api = Api(app, owner)
    assert api.get("/me/factors").json == {
        "items": [],
        "recovery_codes_left": 0,
        "is_required": False,
    }
    make_app(owner)
    codes = make_codes(owner)
    answer = api.get("/me/factors")
    assert _fits(schemas.FactorsOut, answer.json)
    assert [item["kind"] for item in answer.json["items"]] == ["app"]
    assert answer.json["recovery_codes_left"] == 10
    assert not any(secret in answer.text for secret in (APP_KEY, *codes))


def test_owners_say_by_the_api_of_whom_a_factor_is_asked(app: CommunityFlask, owner: Actor) -> None:
    make_app(owner)
    api = Api(app, owner)
    answer = api.patch("/team", {"settings": {"second_factor": "everybody"}})
    assert answer.json["settings"]["second_factor"] == "everybody"
    assert api.patch("/team", {"settings": {"second_factor": "whoever"}}).status_code == 422
    colleague = make_member(owner)
    make_app(colleague)
    member = Api(app, colleague)
    assert member.patch("/team", {"settings": {"second_factor": "nobody"}}).status_code == 403
