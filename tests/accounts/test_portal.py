"""The pages of accounts, without JavaScript: signing in and out, choosing a team, set-up."""

import uuid
from collections.abc import Callable

import pytest
from markupsafe import escape
from sqlalchemy import text

from community.accounts.actions import setup, sign_in, teams
from community.core import db
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.factories.accounts import (
    PASSWORD,
    address_of,
    make_password,
    make_session,
    newest_link,
    session_of,
)
from tests.factories.identity import make_member
from tests.web_client import BASE_URL, Portal


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
        assert "You sign in to" in visitor.get(f"/login/{secret}").text
    assert _here(visitor) == ""
    answer = visitor.post(f"/login/{secret}", csrf=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/teams")
    assert visitor.get("/teams").headers["Location"] == f"/t/{owner.team_slug}/"


def test_a_printed_link_says_who_and_which_team(visitor: Portal, owner: Actor) -> None:
    with db.transaction():
        secret = sign_in.print_link(owner.user_id)
    page = visitor.get(f"/login/{secret}").text
    for word in (owner.name, owner.team_name, address_of(owner)):
        assert str(escape(word)) in page


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
    first = visitor.get("/t/northlight/")
    assert first.headers["Location"] == "/t/northlight/settings/second_factor"
    assert visitor.get("/t/northlight/settings/second_factor").status_code == 200
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


def test_without_a_mail_server_the_way_to_the_mailbox_is_shown(visitor: Portal) -> None:
    assert 'href="/mailbox"' in visitor.get("/login/sent").text
