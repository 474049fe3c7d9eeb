"""The pages of second factors, without JavaScript: setting up, signing in, confirming, the team's rule."""

import html
import re
import uuid

import pytest

from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.factories.accounts import (
    PASSWORD,
    address_of,
    age_session,
    code_of,
    make_app,
    make_password,
    newest_link,
    session_of,
)
from tests.factories.authenticators import SoftPasskey
from tests.web_client import BASE_URL, Portal

SETTINGS = "/settings/second_factor"


def _here(portal: Portal) -> str:
    cookie = portal.client.get_cookie("community", domain="localhost")
    return cookie.value if cookie else ""


def _visitor(app: CommunityFlask) -> Portal:
    portal = Portal(app)
    part = uuid.uuid4().hex
    portal.client.environ_base["REMOTE_ADDR"] = f"2001:db8:{part[:4]}:{part[4:8]}::1"
    return portal


def _by_password(app: CommunityFlask, actor: Actor) -> Portal:
    """A visitor whose address and password were right."""
    make_password(actor)
    visitor = _visitor(app)
    visitor.get("/login")
    sent = {"email": address_of(actor), "password": PASSWORD}
    answer = visitor.post("/login/password", sent)
    assert answer.headers["Location"] == "/login/second"
    assert _here(visitor) == ""
    return visitor


def _codes_of(page: str) -> list[str]:
    return re.findall(r"<code>([a-z0-9-]{19})</code>", page)


def test_an_app_is_set_up_by_picture_or_key_and_signs_in(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    portal.get(SETTINGS)
    assert portal.post(f"{SETTINGS}/app").headers["Location"].endswith(f"{SETTINGS}/app")
    page = portal.get(f"{SETTINGS}/app").text
    assert "<svg" in page
    assert "style=" not in page.split("<svg")[1].split("</svg>")[0]
    key = html.unescape(re.search(r'id="f-key" value="([^"]+)"', page)[1])  # type: ignore[index]
    wrong = portal.post(f"{SETTINGS}/app/confirm", {"code": "12 34"})
    assert wrong.status_code == 422
    assert key in wrong.text, "the key stays the same"
    before = _here(portal)
    shown = portal.post(f"{SETTINGS}/app/confirm", {"code": code_of(key)})
    assert shown.status_code == 200
    codes = _codes_of(shown.text)
    assert len(set(codes)) == 10
    assert _here(portal) != before
    assert not _codes_of(portal.get(SETTINGS).text), "codes are shown once"
    visitor = _by_password(app, owner)
    visitor.get("/login/second")
    assert visitor.post("/login/second", {"code": codes[0]}).headers["Location"] == "/teams"
    assert session_of(_here(visitor)) is not None


def test_sending_the_first_code_twice_shows_the_codes_once(
    app: CommunityFlask, owner: Actor
) -> None:
    portal = Portal(app, owner)
    portal.get(SETTINGS)
    portal.post(f"{SETTINGS}/app")
    page = portal.get(f"{SETTINGS}/app").text
    key = re.search(r'id="f-key" value="([^"]+)"', page)[1]  # type: ignore[index]
    sent = {"code": code_of(key), "idempotency_key": str(uuid.uuid4())}
    assert _codes_of(portal.post(f"{SETTINGS}/app/confirm", sent).text)
    again = portal.post(f"{SETTINGS}/app/confirm", sent)
    assert not _codes_of(again.text)


def test_a_wrong_code_comes_back_with_words_and_without_the_code(
    app: CommunityFlask, owner: Actor
) -> None:
    make_app(owner)
    visitor = _by_password(app, owner)
    visitor.get("/login/second")
    answer = visitor.post("/login/second", {"code": "no-such-code"})
    assert answer.status_code == 422
    assert "does not fit" in answer.text
    assert visitor.post("/login/second", {}).status_code == 422
    assert visitor.post("/login/second", {"code": code_of()}).status_code == 303


def test_the_mailed_link_asks_for_the_factor_and_leads_on(
    app: CommunityFlask, owner: Actor
) -> None:
    make_app(owner)
    visitor = _visitor(app)
    path = f"/t/{owner.team_slug}/settings/keyboard"
    visitor.get(f"/login?next={path}")
    visitor.post("/login", {"email": address_of(owner)})
    answer = visitor.post(f"/login/{newest_link(owner.user_id)}", csrf=False)
    assert answer.headers["Location"] == "/login/second"
    assert visitor.get(path).status_code == 303, "nothing is open yet"
    visitor.get("/login/second")
    assert visitor.post("/login/second", {"code": code_of()}).headers["Location"] == path
    assert visitor.client.get_cookie("community-half", domain="localhost") is None


def test_without_a_first_step_there_is_no_second(app: CommunityFlask) -> None:
    visitor = _visitor(app)
    assert visitor.get("/login/second").status_code == 404
    visitor.get("/login")
    assert visitor.post("/login/second", {"code": "123456"}).status_code == 404
    assert visitor.post("/login/second/passkey/options").status_code == 404


def test_a_forgotten_password_is_replaced_and_the_factor_still_asked(
    app: CommunityFlask, owner: Actor
) -> None:
    make_app(owner)
    visitor = _visitor(app)
    assert "Forgotten password" in visitor.get("/login/reset").text
    known = visitor.post("/login/reset", {"email": address_of(owner)})
    unknown = visitor.post("/login/reset", {"email": "nobody@example.org"})
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert known.headers["Location"] == unknown.headers["Location"] == "/login/sent"
    secret = newest_link(owner.user_id, "reset_password")
    assert "8 characters" in visitor.get(f"/login/{secret}").text
    answer = visitor.post(f"/login/{secret}", {"password": "harbour-violin-9"}, csrf=False)
    assert answer.headers["Location"] == "/login/second"


def test_a_passkey_is_added_and_signs_in(app: CommunityFlask, owner: Actor) -> None:
    portal, key = Portal(app, owner), SoftPasskey()
    page = portal.get(SETTINGS).text
    assert "Passkeys need JavaScript" in page
    options = portal.post("/settings/passkeys/options").text
    refused = portal.post("/settings/passkeys", {"answer": "-", "name": "Phone"})
    assert refused.status_code == 422
    assert "was not accepted" in refused.text
    shown = portal.post("/settings/passkeys", {"answer": key.make(options), "name": "Phone"})
    assert len(_codes_of(shown.text)) == 10
    assert "Phone" in portal.get(SETTINGS).text
    visitor = _visitor(app)
    visitor.get("/login")
    asked = visitor.post("/login/passkey/options").text
    assert visitor.post("/login/passkey", {"answer": "-"}).status_code == 422
    answer = visitor.post("/login/passkey", {"answer": key.sign(asked)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/teams")
    second = _by_password(app, owner)
    assert "Use a passkey" in second.get("/login/second").text
    asked = second.post("/login/second/passkey/options").text
    assert second.post("/login/second/passkey", {"answer": key.sign(asked)}).status_code == 303


def test_a_passkey_is_renamed_and_removed(app: CommunityFlask, owner: Actor) -> None:
    portal, key = Portal(app, owner), SoftPasskey()
    portal.get(SETTINGS)
    options = portal.post("/settings/passkeys/options").text
    portal.post("/settings/passkeys", {"answer": key.make(options), "name": "Phone"})
    page = portal.get(SETTINGS).text
    path = re.search(r"/settings/passkeys/[0-9a-f-]{36}", page)[0]  # type: ignore[index]
    assert portal.post(f"{path}/name", {"name": ""}).status_code == 422
    assert portal.post(f"{path}/name", {"name": "My old phone"}).status_code == 303
    assert "My old phone" in portal.get(SETTINGS).text
    assert portal.post(f"{path}/remove").status_code == 303
    assert "My old phone" not in portal.get(SETTINGS).text


def test_after_a_while_the_act_waits_for_a_proof_and_goes_on(
    app: CommunityFlask, owner: Actor
) -> None:
    make_app(owner)
    portal = Portal(app, owner)
    age_session(_here(portal), made_days=0.02)
    path = portal.path("/settings/tokens")
    portal.get(path)
    sent = {"name": "Reader", "scopes": "read", "days": "30"}
    led = portal.post(path, sent, environ_overrides={"HTTP_REFERER": f"{BASE_URL}{path}"})
    assert led.status_code == 303
    assert led.headers["Location"] == f"/confirm?next={path.replace('/', '%2F')}" or (
        led.headers["Location"] == f"/confirm?next={path}"
    )
    page = portal.get("/" + led.headers["Location"]).text
    assert "Confirm that it is you" in page
    before = _here(portal)
    assert portal.post("//confirm", {"code": "no-such-code"}).status_code == 422
    assert portal.post("//confirm", {"code": code_of()}).headers["Location"] == path
    assert _here(portal) != before
    assert session_of(before) is None
    assert portal.post(path, sent).status_code == 200


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/settings/tokens", {"name": "Reader", "scopes": "read", "days": "30"}),
        ("/people.csv", {}),
        ("/admin/team", {"second_factor": "everybody"}),
        (f"{SETTINGS}/app", {}),
        (f"{SETTINGS}/app/confirm", {"code": "123456"}),
        (f"{SETTINGS}/app/remove", {}),
        (f"{SETTINGS}/codes", {}),
        ("/settings/passkeys/options", {}),
        ("/settings/passkeys", {"answer": "-", "name": "Phone"}),
        ("/settings/email", {"email": "new@example.org"}),
        ("/settings/password", {"password": PASSWORD}),
    ],
)
def test_what_touches_ways_in_or_leaves_the_team_waits_for_a_proof(
    app: CommunityFlask, owner: Actor, path: str, sent: dict[str, str]
) -> None:
    make_app(owner)
    portal = Portal(app, owner)
    age_session(_here(portal), made_days=0.02)
    portal.get("/settings/keyboard")
    answer = portal.post(path, sent)
    assert (answer.status_code, answer.headers["Location"][:8]) == (303, "/confirm")


@pytest.mark.parametrize(
    ("path", "stood_on", "back_to"),
    [
        ("/people.csv", "/people?tag=Design", "/people?tag=Design"),
        ("/settings/tokens", "", "/settings/tokens"),
        (f"{SETTINGS}/codes", "", "/"),
        (f"{SETTINGS}/codes", "https://elsewhere.example", "/"),
    ],
)
def test_who_proves_it_goes_back_to_where_the_form_stood(
    app: CommunityFlask, owner: Actor, path: str, stood_on: str, back_to: str
) -> None:
    make_app(owner)
    portal = Portal(app, owner)
    age_session(_here(portal), made_days=0.02)
    portal.get(f"//confirm?next={portal.path('/people')}")
    referer = f"{BASE_URL}{portal.path(stood_on)}" if stood_on.startswith("/") else stood_on
    led = portal.post(path, {}, environ_overrides={"HTTP_REFERER": referer})
    portal.get("/" + led.headers["Location"])
    done = portal.post("//confirm", {"code": code_of()})
    assert done.headers["Location"] == portal.path(back_to)


@pytest.mark.parametrize("path", ["/people.csv?tag=Design", "/gives.csv?from=me"])
def test_a_table_waits_for_a_proof_and_is_taken_after_it(
    app: CommunityFlask, owner: Actor, path: str
) -> None:
    make_app(owner)
    portal = Portal(app, owner)
    age_session(_here(portal), made_days=0.02)
    led = portal.get(path)
    assert led.status_code == 303
    portal.get("/" + led.headers["Location"])
    done = portal.post("//confirm", {"code": code_of()})
    assert done.headers["Location"] == portal.path(path)
    assert portal.get(path).mimetype == "text/csv"


def test_without_a_factor_the_password_confirms_and_without_that_a_link(
    app: CommunityFlask, owner: Actor
) -> None:
    portal = Portal(app, owner)
    age_session(_here(portal), made_days=0.02)
    portal.get(f"//confirm?next={portal.path(SETTINGS)}")
    assert portal.post("//confirm", {"password": "whatever it is"}).status_code == 422
    assert portal.post("//confirm/link").headers["Location"] == "/login/sent"
    answer = portal.post(f"//login/{newest_link(owner.user_id)}", csrf=False)
    assert answer.headers["Location"] == portal.path(SETTINGS)
    make_password(owner)
    age_session(_here(portal), made_days=0.02)
    portal.get("//confirm")
    assert portal.post("//confirm", {"password": "not this one at all"}).status_code == 422
    assert portal.post("//confirm", {"password": PASSWORD}).status_code == 303
    portal.get(SETTINGS)
    assert portal.post(f"{SETTINGS}/app").headers["Location"].endswith("/app")


def test_a_password_alone_confirms_nothing_beside_a_factor(
    app: CommunityFlask, owner: Actor
) -> None:
    make_password(owner)
    make_app(owner)
    portal = Portal(app, owner)
    portal.get("//confirm")
    before = _here(portal)
    assert portal.post("//confirm", {"password": PASSWORD}).status_code == 422
    assert _here(portal) == before


def test_htmx_is_led_to_the_proof_as_well(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    age_session(_here(portal), made_days=0.02)
    portal.get("/settings/tokens")
    answer = portal.post("/settings/tokens", {}, partial=True)
    assert answer.headers["HX-Redirect"].startswith("/confirm")


def test_a_browser_is_named_and_all_are_signed_out(app: CommunityFlask, owner: Actor) -> None:
    portal, other = Portal(app, owner), Portal(app, owner)
    page = portal.get("/settings/sessions").text
    path = re.search(r"/settings/sessions/[0-9a-f-]{36}", page)[0]  # type: ignore[index]
    assert portal.post(f"{path}/name", {"name": "x" * 100}).status_code == 422
    assert portal.post(f"{path}/name", {"name": "Kitchen laptop"}).status_code == 303
    assert "Kitchen laptop" in portal.get("/settings/sessions").text
    answer = portal.post("/settings/sessions/end_all")
    assert answer.headers["Location"] == "/login"
    assert "You are signed out everywhere." in portal.get("//login").text
    assert other.get("/settings/sessions").status_code == 303
