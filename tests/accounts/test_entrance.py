"""Attacks on the way in: forged addresses and headers, swapped and replayed secrets, foreign cookies,
two tabs, and many uses of one link at once."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from community.accounts import jobs
from community.accounts.actions import sign_in
from community.accounts.actions.entry import enter
from community.accounts.queries.opening import open_portal
from community.core import db, tokens
from community.identity.models import Actor
from community.notifications.formats import links
from community.web.session import CommunityFlask
from tests.factories.accounts import (
    PASSWORD,
    address_of,
    make_app,
    make_password,
    make_session,
    make_token,
    newest_link,
    session_of,
)
from tests.factories.identity import acting, make_member
from tests.factories.invitations import make_invitation, token_of
from tests.web_client import BASE_URL, Portal

EVIL = "evil.example"


def _visitor(app: CommunityFlask) -> Portal:
    portal = Portal(app)
    part = uuid.uuid4().hex
    portal.client.environ_base["REMOTE_ADDR"] = f"2001:db8:{part[:4]}:{part[4:8]}::1"
    portal.get("/login")
    return portal


def _send(portal: Portal, path: str, data: dict[str, Any], headers: dict[str, str]) -> TestResponse:
    """Send a form with the right CSRF token and these headers, wherever they say that we are."""
    found = portal.client.get_cookie("community-flask", domain="localhost")
    sent = {**headers, "Cookie": f"community-flask={found.value if found else ''}"}
    answer = portal.client.application.test_client(use_cookies=False).post(
        path,
        data={**data, "csrf_token": portal._csrf},
        base_url=BASE_URL,
        headers=sent,
        environ_base=portal.client.environ_base,
    )
    assert "community=" not in " ".join(answer.headers.getlist("Set-Cookie"))
    return answer


def _link(actor: Actor, purpose: str = "sign_in") -> str:
    address, remote = address_of(actor), f"2001:db8:{uuid.uuid4().hex[:4]}::1"
    with db.transaction():
        sign_in.request_link(address, remote=remote, purpose=purpose)
    return newest_link(actor.user_id, purpose) or ""


def _cookie(portal: Portal) -> str:
    found = portal.client.get_cookie("community", domain="localhost")
    return found.value if found else ""


def _is_in(cookie: str) -> bool:
    return bool(cookie) and session_of(cookie) is not None


# --- addresses and headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": EVIL},
        {"X-Forwarded-Host": EVIL},
        {"X-Forwarded-Proto": "http", "X-Forwarded-Port": "666"},
        {"Forwarded": f"host={EVIL};proto=http"},
        {"X-Original-URL": "/t/x/admin/team", "X-Rewrite-URL": "/t/x/admin/team"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_no_link_or_redirect_is_built_from_what_the_request_calls_us(
    app: CommunityFlask, member: Actor, headers: dict[str, str]
) -> None:
    visitor = _visitor(app)
    answer = _send(visitor, "/login", {"email": address_of(member)}, headers)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/login/sent"
    with app.app_context(), acting(member) as unit:
        link_id = unit.session.scalar(
            text("SELECT id FROM credentials WHERE user_id = :u ORDER BY id DESC LIMIT 1"),
            {"u": member.user_id},
        )
        mail = jobs.link_mail(link_id)
    assert mail is not None
    assert f"{BASE_URL}/login/" in mail.text
    assert EVIL not in mail.text + str(mail.html)


def test_a_forwarded_address_without_a_trusted_proxy_is_no_way_around_the_counters(
    app: CommunityFlask,
) -> None:
    visitor = _visitor(app)
    answers = [
        _send(
            visitor,
            "/login/password",
            {"email": f"{uuid.uuid4().hex}@example.org", "password": "not-the-right-words-19"},
            {"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"},
        ).status_code
        for number in range(11)
    ]
    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": f"https://{EVIL}"},
        {"Origin": "http://localhost:8000.evil.example"},
        {"Origin": "https://localhost:8000"},
        {"Origin": "http://localhost:8001"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": BASE_URL},
    ],
    ids=str,
)
@pytest.mark.parametrize("way", ["/login/password", "/login", "/login/reset", "/logout"])
def test_a_form_of_another_site_is_refused_even_with_the_right_token(
    app: CommunityFlask, member: Actor, way: str, headers: dict[str, str]
) -> None:
    make_password(member)
    visitor = _visitor(app)
    data = {"email": address_of(member), "password": PASSWORD}
    assert _send(visitor, way, data, headers).status_code == 403


@pytest.mark.parametrize(
    "origin", [{"Origin": f"https://{EVIL}"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_link_is_not_used_by_another_sites_page(
    app: CommunityFlask, member: Actor, origin: dict[str, str]
) -> None:
    """The link is the proof, and its page still wants to be asked from here."""
    link = _link(member)
    visitor = _visitor(app)
    assert _send(visitor, f"/login/{link}", {}, origin).status_code == 403
    visitor.post(f"/login/{link}", csrf=False)
    assert _is_in(_cookie(visitor))


# --- cookies


def _with_cookies(app: CommunityFlask, *cookies: str) -> TestResponse:
    return app.test_client(use_cookies=False).get(
        "/teams", base_url=BASE_URL, headers={"Cookie": "; ".join(cookies)}
    )


def _refused(answer: TestResponse) -> bool:
    return answer.status_code == 303 and answer.headers["Location"].startswith("/login")


def test_over_https_only_the_cookie_that_is_bound_to_this_host_counts(
    app: CommunityFlask, member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A neighbour under the same domain can plant the others, never one called `__Host-`."""
    secret = make_session(member)
    monkeypatch.setitem(app.config, "SECURE", True)
    for name in ("community", "__Secure-community", "__host-community", "__Host-Community"):
        assert _refused(_with_cookies(app, f"{name}={secret}")), name
    assert not _refused(_with_cookies(app, f"__Host-community={secret}"))


def test_of_two_cookies_of_a_name_neither_mixes_with_the_other(
    app: CommunityFlask, member: Actor, owner: Actor
) -> None:
    one, other = make_session(member), make_session(owner)
    for first, second in ((one, "x" * 43), ("x" * 43, one), (one, other)):
        answer = _with_cookies(app, f"community={first}", f"community={second}")
        assert _refused(answer) == (first == "x" * 43)


@pytest.mark.parametrize("value", ["", "x", "x" * 5000, "é", "%00", '"', "a=b;c", "null"])
def test_a_cookie_that_is_none_of_ours_is_nobody(app: CommunityFlask, value: str) -> None:
    assert _refused(_with_cookies(app, f"community={value}"))


def test_half_a_sign_in_is_no_session_and_a_session_no_half(
    app: CommunityFlask, member: Actor
) -> None:
    make_app(member)
    session = make_session(member)
    with db.transaction():
        half = enter(member.user_id).secret
    assert _refused(_with_cookies(app, f"community={half}"))
    answer = app.test_client(use_cookies=False).get(
        "/login/second", base_url=BASE_URL, headers={"Cookie": f"community-half={session}"}
    )
    assert answer.status_code == 404


def test_the_mark_of_a_browser_opens_nothing(app: CommunityFlask, member: Actor) -> None:
    make_password(member)
    visitor = _visitor(app)
    visitor.post("/login/password", {"email": address_of(member), "password": PASSWORD})
    mark = visitor.client.get_cookie("community-browser", domain="localhost")
    assert mark is not None
    assert _refused(_with_cookies(app, f"community={mark.value}"))


def test_a_digest_that_leaked_is_no_secret(app: CommunityFlask, member: Actor) -> None:
    digest = tokens.digest(make_session(member))
    for spelt in (digest.hex(), str(digest)):
        assert _refused(_with_cookies(app, f"community={spelt}"))
    _statement, params = open_portal(digest, None)
    assert params["digest"] == digest


# --- secrets in places they were not made for


def _secrets(owner: Actor, member: Actor) -> dict[str, str]:
    make_app(other := make_member(owner))
    with db.transaction():
        half = enter(other.user_id).secret
    unsubscribe = links.Unsubscribe(member.member_id, "note_about_you")
    return {
        "sign_in": _link(member),
        "reset": _link(member, "reset_password"),
        "invitation": token_of(owner, make_invitation(owner).id),
        "unsubscribe": links.unsubscribe_token(member.team_key, unsubscribe),
        "token": make_token(member),
        "session": make_session(member),
        "half": half,
    }


def _as_link(app: CommunityFlask, secret: str, **data: Any) -> bool:
    visitor = _visitor(app)
    visitor.post(f"/login/{secret}", data, csrf=False)
    return _is_in(_cookie(visitor))


def _as_invitation(app: CommunityFlask, secret: str) -> bool:
    visitor = _visitor(app)
    visitor.post(f"/invite/{secret}", {"name": "Eve"}, csrf=False)
    return _is_in(_cookie(visitor))


def _as_session(app: CommunityFlask, secret: str) -> bool:
    return not _refused(_with_cookies(app, f"community={secret}"))


def _as_token(app: CommunityFlask, secret: str) -> bool:
    headers = {"Authorization": f"Bearer {secret}"}
    client = app.test_client()
    return client.get("/api/v1/me", base_url=BASE_URL, headers=headers).status_code == 200


PLACES: dict[str, tuple[Callable[[CommunityFlask, str], bool], tuple[str, ...]]] = {
    "link": (_as_link, ("sign_in",)),
    "invitation": (_as_invitation, ("invitation",)),
    "session": (_as_session, ("session",)),
    "bearer": (_as_token, ("token",)),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_opens_what_it_was_made_for_and_nothing_else(
    app: CommunityFlask, owner: Actor, member: Actor, place: str
) -> None:
    use, right = PLACES[place]
    opened = {name for name, secret in _secrets(owner, member).items() if use(app, secret)}
    assert opened == set(right)


def test_a_sign_in_link_sets_no_password_and_a_reset_link_wants_one(
    app: CommunityFlask, member: Actor
) -> None:
    link, reset = _link(member), _link(member, "reset_password")
    assert _as_link(app, link, password="meadow-lantern-otter-19")
    with acting(member) as unit:
        stored = unit.session.scalar(
            text("SELECT count(*) FROM credentials WHERE user_id = :u AND kind = 'password'"),
            {"u": member.user_id},
        )
    assert stored == 0
    assert not _as_link(app, reset)
    assert _as_link(app, reset, password="meadow-lantern-otter-19")
    assert not _as_link(app, reset, password="harbour-violin-cactus-70")


def test_a_link_to_a_new_address_signs_nobody_in(app: CommunityFlask, member: Actor) -> None:
    with db.transaction():
        sign_in.new_link(
            member.user_id,
            "confirm_email",
            life=sign_in.LINK_LIFE,
            address=f"{uuid.uuid4().hex}@example.org",
        )
    assert not _as_link(app, newest_link(member.user_id, "confirm_email") or "")


# --- two tabs


def test_a_form_left_open_does_nothing_once_somebody_else_is_signed_in(
    app: CommunityFlask, member: Actor, stranger: Actor
) -> None:
    tab = Portal(app, member)
    tab.get("/settings/keyboard")
    tab.client.set_cookie("community", make_session(stranger), domain="localhost")
    assert tab.post("/settings/keyboard", {"hotkeys": "yes"}).status_code == 404


def test_a_form_left_open_after_signing_out_does_nothing(
    app: CommunityFlask, member: Actor
) -> None:
    tab = Portal(app, member)
    tab.get("/settings/keyboard")
    tab.post("//logout")
    assert tab.post("/settings/keyboard", {"hotkeys": "yes"}).status_code in (303, 400, 401)
    assert _cookie(tab) == ""


def test_two_tabs_that_ask_for_links_each_get_one_that_works(
    app: CommunityFlask, member: Actor
) -> None:
    links_ = [_link(member), _link(member)]
    assert links_[0] != links_[1]
    assert [_as_link(app, link) for link in links_] == [True, True]
    assert [_as_link(app, link) for link in links_] == [False, False]


# --- many at once


@pytest.mark.parametrize(
    ("purpose", "data"),
    [("sign_in", {}), ("reset_password", {"password": "meadow-lantern-otter-19"})],
)
def test_of_twenty_uses_of_a_link_at_once_one_gets_in(
    app: CommunityFlask, member: Actor, purpose: str, data: dict[str, str]
) -> None:
    link = _link(member, purpose)

    def use(_number: int) -> bool:
        client = app.test_client()
        client.post(f"/login/{link}", data=data, base_url=BASE_URL)
        found = client.get_cookie("community", domain="localhost")
        return found is not None

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(use, range(20))) == [False] * 19 + [True]
