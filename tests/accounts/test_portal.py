"""The pages of accounts, without JavaScript: signing in and out, settings, set-up, leaving."""

import re
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import text

from community.accounts.actions import setup, teams
from community.core import db
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.accounts import (
    PASSWORD,
    actor_by_token,
    address_of,
    age_session,
    make_password,
    make_session,
    make_token,
    newest_link,
    session_of,
)
from tests.factories.identity import again, make_member
from tests.web_client import BASE_URL, Portal

SETTINGS = ("profile", "appearance", "keyboard", "sessions", "tokens", "leave")


def _here(portal: Portal) -> str:
    """The cookie's secret that this browser has now."""
    cookie = portal.client.get_cookie("community", domain="localhost")
    return cookie.value if cookie else ""


def _elsewhere(portal: Portal) -> None:
    """Let this browser come from an address block of its own."""
    part = uuid.uuid4().hex
    portal.client.environ_base["REMOTE_ADDR"] = f"2001:db8:{part[:4]}:{part[4:8]}::1"


@pytest.fixture
def visitor(app: CommunityFlask) -> Portal:
    """A browser that nobody has signed in with."""
    portal = Portal(app)
    _elsewhere(portal)
    return portal


def test_a_page_of_the_team_asks_to_sign_in_first_and_comes_back(
    visitor: Portal, owner: Actor
) -> None:
    make_password(owner)
    path = f"/t/{owner.team_slug}/settings/tokens"
    refused = visitor.get(path)
    assert refused.status_code == 303
    visitor.get(refused.headers["Location"])
    answer = visitor.post("/login/password", {"email": address_of(owner), "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    assert visitor.get(path).status_code == 200


def test_the_mailed_link_shows_on_get_and_signs_in_by_its_button(
    visitor: Portal, owner: Actor
) -> None:
    visitor.get("/login")
    asked = visitor.post("/login", {"email": f" {address_of(owner).upper()} "})
    assert asked.headers["Location"] == "/login/sent"
    assert "on its way" in visitor.get("/login/sent").text
    secret = newest_link(owner.user_id) or ""
    for _ in range(3):
        assert "You sign in as" in visitor.get(f"/login/{secret}").text
    assert _here(visitor) == ""
    answer = visitor.post(f"/login/{secret}", csrf=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/teams")
    assert visitor.get("/teams").headers["Location"] == f"/t/{owner.team_slug}/"


def test_clicking_twice_is_harmless_for_its_owner_and_closed_to_others(
    app: CommunityFlask, visitor: Portal, owner: Actor
) -> None:
    visitor.get("/login")
    visitor.post("/login", {"email": address_of(owner)})
    secret = newest_link(owner.user_id) or ""
    visitor.post(f"/login/{secret}", csrf=False)
    again_ = visitor.post(f"/login/{secret}", csrf=False)
    assert (again_.status_code, again_.headers["Location"]) == (303, "/teams")
    stranger = Portal(app)
    refused = stranger.post(f"/login/{secret}", csrf=False)
    assert refused.status_code == 404
    assert "has been used" in refused.text
    assert _here(stranger) == ""


def test_an_unknown_address_gets_the_same_answer(visitor: Portal, owner: Actor) -> None:
    visitor.get("/login")
    answers = [
        visitor.post("/login", {"email": address})
        for address in (address_of(owner), f"nobody-{uuid.uuid4().hex}@example.org")
    ]
    assert answers[0].status_code == answers[1].status_code == 303
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert answers[0].text == answers[1].text


def test_a_wrong_password_comes_back_with_words_and_without_the_password(
    visitor: Portal, owner: Actor
) -> None:
    make_password(owner)
    visitor.get("/login")
    answer = visitor.post(
        "/login/password", {"email": address_of(owner), "password": "harbour-violin-cactus"}
    )
    assert answer.status_code == 422
    assert "do not go together" in answer.text
    assert "harbour-violin-cactus" not in answer.text
    assert address_of(owner) in answer.text


def test_the_eleventh_wrong_password_waits(visitor: Portal, owner: Actor) -> None:
    visitor.get("/login")
    data = {"email": address_of(owner), "password": "harbour-violin-cactus"}
    codes = [visitor.post("/login/password", data).status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]
    assert int(visitor.post("/login/password", data).headers["Retry-After"]) >= 60


def test_signing_in_changes_the_cookie_and_sets_it_closed(visitor: Portal, owner: Actor) -> None:
    make_password(owner)
    visitor.get("/login")
    planted = make_session(owner)
    visitor.client.set_cookie("community", planted, domain="localhost")
    data = {"email": address_of(owner), "password": PASSWORD}
    answer = visitor.post("/login/password", data)
    header = next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith("community="))
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert _here(visitor) not in ("", planted)
    assert session_of(planted) is None


def test_signing_out_ends_the_session_also_for_a_copied_cookie(
    app: CommunityFlask, owner: Actor
) -> None:
    portal = Portal(app, owner)
    copied = _here(portal)
    portal.get("/settings/sessions")
    assert portal.post("//logout").status_code == 303
    assert _here(portal) == ""
    assert session_of(copied) is None
    portal.client.set_cookie("community", copied, domain="localhost")
    assert portal.get("/settings/profile").status_code == 303


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_nobody_is_sent_to_another_site_after_signing_in(
    visitor: Portal, owner: Actor, next_: str
) -> None:
    make_password(owner)
    visitor.get(f"/login?next={next_}")
    answer = visitor.post("/login/password", {"email": address_of(owner), "password": PASSWORD})
    assert answer.headers["Location"] == "/teams"


def test_a_form_without_its_csrf_token_or_from_another_site_is_refused(
    app: CommunityFlask, owner: Actor
) -> None:
    portal = Portal(app, owner)
    portal.get("/settings/keyboard")
    assert portal.post("/settings/keyboard", {"hotkeys": "1"}, csrf=False).status_code == 400
    foreign = portal.client.post(
        portal.path("/settings/keyboard"),
        base_url=BASE_URL,
        data={"csrf_token": portal._csrf, "hotkeys": "1"},
        headers={"Origin": "https://evil.example"},
    )
    assert foreign.status_code == 403


def test_someone_in_two_teams_chooses(app: CommunityFlask, owner: Actor, stranger: Actor) -> None:
    member = make_member(owner)
    with db.transaction(stranger.team_id, member.user_id):
        teams.add_member(member.user_id, member.name)
    answer = Portal(app, member).get("//teams")
    assert answer.status_code == 200
    assert f'href="/t/{owner.team_slug}/"' in answer.text
    assert f'href="/t/{stranger.team_slug}/"' in answer.text


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
    assert portal.post(f"//login/{secret}", csrf=False).status_code == 303
    assert address_of(owner) == new


def test_a_refused_address_comes_back_on_the_same_page(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    age_session(_here(portal), made_days=0.1)
    portal.get("/settings/profile")
    answer = portal.post("/settings/email", {"email": "new@example.org"})
    assert answer.status_code == 422
    assert "Sign out and in again" in answer.text
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
    assert portal.post("/settings/tokens", data).status_code == 422


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


def _sent(portal: Portal) -> dict[str, str]:
    return {
        "team_name": "Northlight",
        "slug": "northlight",
        "name": "Noor Haddad",
        "email": f"noor-{uuid.uuid4().hex[:8]}@example.org",
        "zone": "Europe/Berlin",
        "password": "",
    }


@pytest.fixture
def setup_link(app: CommunityFlask, fresh_database: str) -> Callable[[], str]:
    """Makes set-up links in an installation without a team."""

    def issue() -> str:
        with db.transaction():
            return setup.issue_setup_link()

    return issue


def test_set_up_begins_a_team_and_signs_in(visitor: Portal, setup_link: Callable[[], str]) -> None:
    assert "community user link --setup" in visitor.get("/setup").text
    secret = setup_link()
    assert "Begin your team" in visitor.get(f"/setup/{secret}").text
    bad = visitor.post(f"/setup/{secret}", {**_sent(visitor), "slug": "Not A Slug"}, csrf=False)
    assert bad.status_code == 422
    assert 'value="Northlight"' in bad.text
    answer = visitor.post(f"/setup/{secret}", _sent(visitor), csrf=False)
    assert answer.headers["Location"] == "/t/northlight/"
    assert visitor.get("/t/northlight/settings/profile").status_code == 200
    assert visitor.get("/setup").headers["Location"] == "/login"
    assert visitor.get(f"/setup/{secret}").status_code in (303, 404)


def test_a_spoilt_setup_link_says_so(visitor: Portal, fresh_database: str) -> None:
    answer = visitor.get("/setup/" + "x" * 75)
    assert answer.status_code == 404
    assert "does not work" in answer.text


def test_the_list_of_keys_is_open_to_all(visitor: Portal) -> None:
    answer = visitor.get("/help/keyboard")
    assert answer.status_code == 200
    assert answer.text.count("<kbd>") >= 15


def test_the_door_leads_home(app: CommunityFlask, visitor: Portal, owner: Actor) -> None:
    assert visitor.get("/").headers["Location"] == "/login"
    assert Portal(app, owner).get("//").headers["Location"] == "/teams"


def test_an_idle_browser_is_asked_to_sign_in(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    with db.transaction() as unit:
        unit.session.execute(
            text("UPDATE sessions SET seen_at = now() - interval '15 days' WHERE user_id = :id"),
            {"id": owner.user_id},
        )
    assert portal.get("/settings/profile").status_code == 303


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


def test_without_a_mail_server_the_way_to_the_mailbox_is_shown(visitor: Portal) -> None:
    assert 'href="/mailbox"' in visitor.get("/login/sent").text
