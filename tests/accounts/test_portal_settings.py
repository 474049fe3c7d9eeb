"""The settings, without JavaScript: profile, address, theme, keys, sign-in, tokens, leaving."""

import re
import uuid

import pytest

from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.accounts import (
    PASSWORD,
    actor_by_token,
    address_of,
    make_password,
    make_session,
    make_token,
    newest_link,
    session_of,
)
from tests.factories.identity import again
from tests.web_client import Portal

SETTINGS = ("profile", "appearance", "keyboard", "sessions", "tokens", "leave")


def _here(portal: Portal) -> str:
    """The cookie's secret that this browser has now."""
    cookie = portal.client.get_cookie("community", domain="localhost")
    return cookie.value if cookie else ""


@pytest.mark.parametrize("page", SETTINGS)
def test_every_settings_page_opens_within_twelve_statements(
    app: CommunityFlask, owner: Actor, page: str
) -> None:
    portal = Portal(app, owner)
    with counting() as sent:
        answer = portal.get(f"/settings/{page}")
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert "style=" not in answer.text
    assert len(sent) <= 12, sent


@pytest.mark.parametrize("page", SETTINGS)
def test_settings_of_another_team_are_not_found(
    app: CommunityFlask, owner: Actor, stranger: Actor, page: str
) -> None:
    portal = Portal(app, owner)
    assert portal.get(f"/t/{stranger.team_slug}/settings/{page}").status_code == 404


def test_the_profile_is_saved_and_shown(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    portal.get("/settings/profile")
    data = {
        "name": "Noor Haddad-Brandt",
        "call_name": "",
        "zone": "Europe/Berlin",
        "default_audience": "team",
        "quiet_starts": "22:00",
        "quiet_ends": "07:00",
        "hours_per_month": "8",
        "times_per_month": "",
    }
    assert portal.post("/settings/profile", data).status_code == 303
    shown = portal.get("/settings/profile").text
    assert "Saved." in shown
    for value in ("Noor Haddad-Brandt", "Europe/Berlin", "22:00", "07:00"):
        assert f'value="{value}"' in shown
    assert again(owner).default_audience == "team"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": " "}, "f-name-error"),
        ({"zone": "Mars/Olympus"}, "no such time zone"),
        ({"quiet_starts": "22:00"}, "Say when they begin"),
        ({"hours_per_month": "1.5"}, "whole number"),
    ],
)
def test_a_bad_profile_comes_back_with_what_was_typed(
    app: CommunityFlask, owner: Actor, change: dict[str, str], message: str
) -> None:
    portal = Portal(app, owner)
    portal.get("/settings/profile")
    data = {"name": "Typed Name", "zone": "UTC", "default_audience": "private", **change}
    answer = portal.post("/settings/profile", data)
    assert answer.status_code == 422
    assert message in answer.text
    assert again(owner).name == "Noor Haddad"


def test_the_own_address_changes_by_a_mailed_link(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    new = f"new-{uuid.uuid4().hex[:10]}@example.org"
    portal.get("/settings/profile")
    assert portal.post("/settings/email", {"email": new}).status_code == 303
    secret = newest_link(owner.user_id, "confirm_email") or ""
    assert new in portal.get(f"//login/{secret}").text
    assert address_of(owner) != new
    elsewhere = Portal(app)
    for answer in (
        elsewhere.get(f"/login/{secret}"),
        elsewhere.post(f"/login/{secret}", csrf=False),
    ):
        assert answer.status_code == 403
        assert "Sign in first" in answer.text
    assert address_of(owner) != new
    assert portal.post(f"//login/{secret}", csrf=False).status_code == 303
    assert address_of(owner) == new


def test_a_refused_address_comes_back_on_the_same_page(app: CommunityFlask, owner: Actor) -> None:
    make_password(owner)
    portal = Portal(app, owner)
    portal.get("/settings/profile")
    answer = portal.post(
        "/settings/email", {"email": "new@example.org", "current_password": "not mine at all"}
    )
    assert answer.status_code == 422
    assert "not your present password" in answer.text
    assert 'value="Noor Haddad"' in answer.text


def test_the_theme_is_kept_in_a_cookie_and_drawn_by_the_server(
    app: CommunityFlask, owner: Actor
) -> None:
    portal = Portal(app, owner)
    assert "data-theme" not in portal.get("/settings/appearance").text
    portal.post("/settings/appearance", {"theme": "dark", "locale": "en"})
    assert 'data-theme="dark"' in portal.get("/settings/appearance").text
    portal.post("/settings/appearance", {"theme": "system", "locale": "en"})
    assert "data-theme" not in portal.get("/settings/appearance").text


def test_single_keys_are_switched_off_and_on(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    assert 'data-hotkeys="on"' in portal.get("/settings/keyboard").text
    portal.post("/settings/keyboard", {})
    assert 'data-hotkeys="off"' in portal.get("/settings/keyboard").text
    portal.post("/settings/keyboard", {"hotkeys": "1"})
    assert 'data-hotkeys="on"' in portal.get("/settings/keyboard").text


def test_sessions_are_listed_and_ended(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    other, third = make_session(owner), make_session(owner)
    page = portal.get("/settings/sessions").text
    assert page.count("Signed in") == 3
    assert "this one" in page
    ends = re.findall(r'action="([^"]+/sessions/[0-9a-f-]{36}/end)"', page)
    assert len(ends) == 3
    assert portal.post("/settings/sessions/end_others").status_code == 303
    assert session_of(other) is None
    assert session_of(third) is None
    assert portal.get("/settings/sessions").text.count("Signed in") == 1


def test_one_other_session_is_ended_by_its_button(app: CommunityFlask, owner: Actor) -> None:
    portal, other = Portal(app, owner), Portal(app, owner)
    there = session_of(_here(other))
    assert there is not None
    portal.get("/settings/sessions")
    assert portal.post(f"/settings/sessions/{there.id}/end").status_code == 303
    assert other.get("/settings/profile").status_code == 303
    assert portal.get("/settings/profile").status_code == 200


def test_a_password_is_set_and_changed_and_this_browser_goes_on(
    app: CommunityFlask, owner: Actor
) -> None:
    portal = Portal(app, owner)
    other, token, before = make_session(owner), make_token(owner), _here(portal)
    portal.get("/settings/sessions")
    assert portal.post("/settings/password", {"password": PASSWORD}).status_code == 303
    assert _here(portal) != before
    assert session_of(before) is None
    assert session_of(other) is None
    assert actor_by_token(token) is None
    page = portal.get("/settings/sessions")
    assert "Present password" in page.text
    wrong = portal.post(
        "/settings/password", {"password": "harbour-violin-cactus-70", "current_password": "x"}
    )
    assert wrong.status_code == 422
    assert "not your present password" in wrong.text


def test_a_token_is_shown_once(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    portal.get("/settings/tokens")
    data = {"name": "Backup", "scopes": ["read", "write"], "days": "30"}
    key = str(uuid.uuid4())
    made = portal.post("/settings/tokens", {**data, "idempotency_key": key})
    found = re.search(rf"cty_{owner.team_key}_[\w-]+", made.text)
    assert found is not None
    actor = actor_by_token(found[0])
    assert actor is not None
    assert actor.scopes == {"read", "write"}
    assert portal.post("/settings/tokens", {**data, "idempotency_key": key}).status_code == 409
    page = portal.get("/settings/tokens").text
    assert found[0] not in page
    assert "Backup" in page
    revoke = re.search(r'action="([^"]+/revoke)"', page)
    assert revoke is not None
    portal.post(revoke[1])
    assert actor_by_token(found[0]) is None


def test_a_member_is_not_offered_the_scope_of_owners(app: CommunityFlask, member: Actor) -> None:
    portal = Portal(app, member)
    assert 'value="admin"' not in portal.get("/settings/tokens").text
    data = {"name": "Up", "scopes": ["admin"], "days": "30"}
    assert portal.post("/settings/tokens", data).status_code == 403


def test_leaving_ends_at_the_sign_in_page(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    portal = Portal(app, member)
    assert member.team_name in portal.get("/settings/leave").text
    answer = portal.post("/settings/leave")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert "You have left" in portal.get("//login").text
    assert portal.get("/settings/profile").status_code == 303


def test_the_last_owner_reads_why_they_stay(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    portal.get("/settings/leave")
    answer = portal.post("/settings/leave")
    assert answer.status_code == 409
    assert "needs an owner" in answer.text


def test_a_forgotten_password_is_replaced_from_the_settings(
    app: CommunityFlask, owner: Actor
) -> None:
    make_password(owner)
    portal = Portal(app, owner)
    assert "do not know your present password" in portal.get("/settings/sessions").text
    assert portal.post("/settings/password/link").status_code == 303
    secret = newest_link(owner.user_id, "reset_password") or ""
    assert "Set a new password" in portal.get(f"//login/{secret}").text
    weak = portal.post(f"//login/{secret}", {"password": "too short"}, csrf=False)
    assert weak.status_code == 422
    assert "at least 15 characters" in weak.text
    new = {"password": "harbour-violin-cactus-70"}
    assert portal.post(f"//login/{secret}", new, csrf=False).status_code == 303
    assert portal.get("/settings/sessions").status_code == 200
