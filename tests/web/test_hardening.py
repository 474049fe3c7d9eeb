"""The security baseline of the whole application: headers, cookies, limits, methods, keys."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import TestResponse

from community.accounts.actions import own_way_in, passwords
from community.accounts.models import Credential
from community.core import crypto, db
from community.identity.models import Actor
from community.web import security
from community.web.session import CommunityFlask, public
from config import Config, ConfigError
from tests.factories.accounts import actor_by_token, make_session, make_token, open_session
from tests.factories.identity import acting
from tests.web_client import BASE_URL, Api, Portal, soup_of

HTTPS = "https://community.example"
KINDS_OF_ANSWER = (
    ("/login", 200),
    ("/t/no-such-team/", 303),
    ("/no-such-page", 404),
    ("/static/none.css", 404),
    ("/api/v1/people", 401),
    ("/api/v1/none", 404),
    ("/api/v1/openapi.json", 200),
    ("/healthz", 200),
)


@pytest.fixture
def secure(app: CommunityFlask, monkeypatch: pytest.MonkeyPatch) -> Iterator[CommunityFlask]:
    """The application at an https address."""
    for name, value in (
        ("SECURE", True),
        ("BASE_URL", HTTPS),
        ("SESSION_COOKIE_SECURE", True),
        ("SESSION_COOKIE_NAME", "__Host-flask"),
    ):
        monkeypatch.setitem(app.config, name, value)
    return app


def cookies(response: TestResponse) -> list[str]:
    return response.headers.getlist("Set-Cookie")


def test_every_cookie_is_bound_to_this_host_and_closed_to_scripts(
    secure: CommunityFlask, owner: Actor
) -> None:
    client = secure.test_client()
    client.set_cookie("__Host-community", make_session(owner), domain="community.example")
    answers = [client.get(path, base_url=HTTPS) for path in ("/login", "/confirm", "/login/reset")]
    page = client.get(f"/t/{owner.team_slug}/settings/appearance", base_url=HTTPS)
    field = soup_of(page).select_one('input[name="csrf_token"]')
    assert field is not None
    headers = {"Origin": HTTPS, "Referer": f"{HTTPS}/login"}
    sent = {"csrf_token": field["value"], "theme": "dark", "locale": "en"}
    answers += [
        page,
        client.post(
            f"/t/{owner.team_slug}/settings/appearance", data=sent, base_url=HTTPS, headers=headers
        ),
        client.post("/logout", data=sent, base_url=HTTPS, headers=headers),
    ]
    found = [cookie for answer in answers for cookie in cookies(answer)]
    assert {cookie.split("=")[0] for cookie in found} >= {"__Host-flask", "__Host-community"}
    for cookie in found:
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert cookie.startswith("__Host-"), cookie
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts, cookie
        assert not any(part.startswith("domain") for part in parts), cookie


@pytest.mark.parametrize(("path", "status"), KINDS_OF_ANSWER)
def test_every_kind_of_answer_carries_the_policy(
    secure: CommunityFlask, path: str, status: int
) -> None:
    answer = secure.test_client().get(path, base_url=HTTPS)
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    if not path.startswith("/static"):
        assert answer.headers["Cache-Control"] == "no-store"
    assert "charset=utf-8" in answer.content_type or "json" in answer.content_type


def test_without_https_nothing_claims_it(app: CommunityFlask) -> None:
    answer = app.test_client().get("/login", base_url=BASE_URL)
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", BASE_URL])
def test_no_other_site_is_let_read(app: CommunityFlask, owner: Actor, origin: str) -> None:
    headers = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
    for method in ("GET", "OPTIONS"):
        answer = Api(app, owner).open(method, "/me", headers=headers)
        assert [name for name, _value in answer.headers if name.startswith("Access-Control")] == []


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG"])
def test_a_method_that_nothing_takes_is_refused(app: CommunityFlask, method: str) -> None:
    client = app.test_client()
    for path in ("/login", "/healthz", "/static/none.css"):
        assert client.open(path, method=method, base_url=BASE_URL).status_code in (404, 405)


def test_no_folder_is_listed_and_no_file_beside_is_served(app: CommunityFlask) -> None:
    client = app.test_client()
    for path in ("", "build/", "src/", "../session.py", "%2e%2e/session.py", "..%2fsession.py"):
        assert client.get(f"/static/{path}", base_url=BASE_URL).status_code == 404, path
    for path in ("/.git/config", "/.env", "/pyproject.toml", "/wsgi.py"):
        assert client.get(path, base_url=BASE_URL).status_code == 404, path


def test_production_shows_no_debugger(app: CommunityFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ValueError("canary-in-a-message")

    monkeypatch.setitem(app.view_functions, "accounts.login", public(broken))
    assert (app.debug, app.testing) == (False, False)
    answer = app.test_client().get("/login", base_url=BASE_URL)
    assert answer.status_code == 500
    said = answer.get_data(as_text=True) + str(answer.headers)
    assert not re.search(r"canary-in-a-message|Traceback|ValueError|\.py\b|Python|Werkzeug/", said)


@pytest.mark.parametrize("over", [1, 1_000_000])
def test_a_body_over_a_mebibyte_is_refused(app: CommunityFlask, owner: Actor, over: int) -> None:
    size = security.BODY_LIMIT + over
    answer = Api(app, owner).post("/people", {"name": "x" * size})
    assert answer.status_code == 413
    portal = Portal(app, owner)
    portal.get("/settings/keyboard")
    assert portal.post("/settings/keyboard", {"hotkeys": "x" * size}).status_code == 413


def nested(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (nested(security.JSON_DEPTH), "bad_json"),
        ("[" * 100_000, "bad_json"),
        ('{"name": NaN}', "bad_json"),
        ('{"name": "\\ud800"}', "bad_json"),
        ('{"name": "x"', "bad_json"),
        (nested(security.JSON_DEPTH - 1), "invalid"),
        ('{"name": "x", "name": ["y"]}', "invalid"),
    ],
    ids=["deep", "deeper", "nan", "surrogate", "cut", "deep enough", "twice"],
)
def test_json_that_is_none_of_ours_is_refused(
    app: CommunityFlask, owner: Actor, body: str, code: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = Api(app, owner).open("POST", "/people", data=body, headers=headers)
    assert answer.status_code == 422
    assert (answer.json or {})["code"] == code


def test_a_form_with_thousands_of_fields_is_refused(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    portal.get("/settings/keyboard")
    many = {f"field-{number}": "x" for number in range(1_500)}
    answer = portal.client.post(
        portal.path("/settings/keyboard"), data=many, base_url=BASE_URL, content_type=_MULTIPART
    )
    assert answer.status_code in (400, 413)


_MULTIPART = "multipart/form-data"


def test_the_database_ends_what_takes_too_long(owner: Actor) -> None:
    with db.transaction(owner.team_id) as unit:
        found = {
            name: unit.session.scalar(text(f"SHOW {name}"))
            for name in (
                "statement_timeout",
                "lock_timeout",
                "idle_in_transaction_session_timeout",
                "timezone",
            )
        }
    assert found == {
        "statement_timeout": "15s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "1min",
        "timezone": "UTC",
    }


def test_a_statement_that_was_ended_is_answered_in_words(
    app: CommunityFlask, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(**_: object) -> str:
        db.session().execute(text("SET LOCAL statement_timeout = 10"))
        db.session().execute(text("SELECT pg_sleep(5)"))
        return ""

    endpoint = next(r.endpoint for r in app.url_map.iter_rules() if r.rule == "/api/v1/me")
    monkeypatch.setitem(app.view_functions, endpoint, slow)
    answer = Api(app, owner).get("/me")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_an_address_is_not_taken_from_a_header_that_anybody_can_send(app: CommunityFlask) -> None:
    """Without proxies that are trusted by setting, X-Forwarded-For is a text like any other."""
    assert app.config["COMMUNITY"].trusted_proxies == 0
    assert not isinstance(app.wsgi_app, ProxyFix)
    sent, here = {"X-Forwarded-For": "203.0.113.9"}, {"REMOTE_ADDR": "127.0.0.1"}
    with app.test_request_context("/", headers=sent, environ_base=here) as context:
        assert context.request.remote_addr == "127.0.0.1"


def test_a_form_is_taken_from_our_own_pages_alone(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    portal.get("/settings/keyboard")
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = portal.client.post(
            portal.path("/settings/keyboard"),
            data={"csrf_token": portal._csrf, "hotkeys": "yes"},
            headers=headers,
            base_url=BASE_URL,
        )
        assert answer.status_code == 403, headers


def test_tokens_and_browsers_outlive_another_secret_key(app: CommunityFlask, owner: Actor) -> None:
    """Only digests of them are kept, and digests know no key."""
    token, cookie = make_token(owner), make_session(owner)
    old, new = "k" * 40, "n" * 40
    try:
        for keys in ([new, old], [new]):
            crypto.configure(keys)
            assert actor_by_token(token) is not None
            client = app.test_client()
            client.set_cookie("community", cookie, domain="localhost")
            page = client.get(f"/t/{owner.team_slug}/settings/keyboard", base_url=BASE_URL)
            assert page.status_code == 200
    finally:
        crypto.configure([old])


@pytest.mark.parametrize("value", ["", "x", "cty_x_y", "x" * 4_000, "%00", "\u00e9" * 50])
def test_a_forged_cookie_or_token_opens_nothing(
    app: CommunityFlask, owner: Actor, value: str
) -> None:
    client = app.test_client()
    client.set_cookie("community", value, domain="localhost")
    assert client.get(f"/t/{owner.team_slug}/", base_url=BASE_URL).status_code == 303
    headers = {"Authorization": f"Bearer {value}".encode().decode("latin-1")}
    answer = app.test_client().get("/api/v1/me", headers=headers, base_url=BASE_URL)
    assert answer.status_code == 401


def test_another_team_s_key_on_a_token_opens_nothing(
    app: CommunityFlask, owner: Actor, stranger: Actor
) -> None:
    mine, theirs = make_token(owner), make_token(stranger)
    swapped = f"cty_{stranger.team_key}_{mine.split('_', 2)[2]}"
    assert actor_by_token(swapped) is None
    assert actor_by_token(theirs) is not None


def test_signing_out_clears_what_the_browser_keeps(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    portal.get("/settings/keyboard")
    answer = portal.post("//logout")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in portal.get("//login").headers


def test_our_scripts_keep_nothing_and_make_no_code_or_markup_of_text() -> None:
    """But the id of the row where an act began, so that Undo leads the focus back."""
    sources = list((Path(__file__).parents[2] / "community/web/static/src").glob("*.js"))
    assert sources
    said = "\n".join(path.read_text() for path in sources)
    never = (
        r"localStorage|sessionStorage\.(?!begun\b|back\b)|indexedDB|document\.cookie|innerHTML|outerHTML"
        r"|insertAdjacentHTML|document\.write|\beval\(|new Function|postMessage|WebSocket|__proto__"
    )
    assert re.findall(never, said) == []


@pytest.mark.parametrize("path", ["//login", "/settings/sessions"])
def test_a_password_field_hides_it_and_takes_any_manager_s(
    app: CommunityFlask, owner: Actor, path: str
) -> None:
    portal = Portal(app, owner) if not path.startswith("//") else Portal(app)
    fields = soup_of(portal.get(path)).select('input[name*="password"]')
    assert fields
    for field in fields:
        assert field["type"] == "password"
        assert field["autocomplete"] in ("current-password", "new-password")
        assert not {"pattern", "onpaste", "readonly"} & field.attrs.keys()
        assert int(str(field.get("maxlength", 200))) >= 64


@pytest.mark.parametrize(
    "password",
    [
        " seven Lanterns over a wet meadow ",
        "\u00e9t\u00e9 \u96ea lanterns over a meadow",
        "otter meadow " * 9,
    ],
    ids=["spaces", "any script", "long"],
)
def test_a_password_is_taken_as_it_was_typed(owner: Actor, password: str) -> None:
    session = open_session(make_session(owner))
    with acting(owner):
        own_way_in.set_password(owner, session, password, current="")
    with db.transaction() as unit:
        stored = unit.session.scalars(
            select(Credential.password_hash).where(
                Credential.user_id == owner.user_id, Credential.kind == "password"
            )
        ).one()
    assert passwords.fits(stored, password)
    cut = password[:72] if len(password) > 72 else password.strip().lower()
    assert cut == password or not passwords.fits(stored, cut)


@pytest.mark.parametrize("address", ["http://community.example", "http://192.0.2.7:8000"])
def test_plain_http_is_for_this_machine_alone(address: str) -> None:
    given = {
        "DATABASE_URL": "postgresql://community_app@localhost/community",
        "REDIS_URL": "redis://localhost:6379/0",
        "SECRET_KEYS": "k" * 40,
        "BASE_URL": address,
    }
    with pytest.raises(ConfigError, match="https"):
        Config.from_env(given)
    assert Config.from_env({**given, "BASE_URL": "https://community.example"}).secure
