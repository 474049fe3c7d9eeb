"""Signing in by a provider: only what it proves to this browser, now, about an address that is its."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from community.core import db, providers
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.accounts.visiting import Visitor, known_as, linked_of, told_of
from tests.factories.accounts import address_of, code_of, make_app, make_codes
from tests.factories.identity import acting, make_member
from tests.provider import NAME, Provider
from tests.web_client import BASE_URL, Portal, words_of


def test_the_way_there_carries_state_nonce_and_a_hashed_verifier(visitor: Visitor) -> None:
    sent = parse_qs(urlsplit(visitor.set_out()).query)
    assert sent["response_type"] == ["code"]
    assert sent["code_challenge_method"] == ["S256"]
    assert sent["redirect_uri"] == [f"{BASE_URL}/login/oidc/{NAME}/callback"]
    fresh = [sent[name][0] for name in ("state", "nonce", "code_challenge")]
    assert len(set(fresh)) == 3
    assert min(map(len, fresh)) >= 43
    again = parse_qs(urlsplit(visitor.set_out()).query)
    assert not set(fresh) & {again[name][0] for name in ("state", "nonce", "code_challenge")}


def test_a_verified_address_signs_its_user_in_and_links_the_account(
    visitor: Visitor, member: Actor
) -> None:
    answer = visitor.sign_in(known_as(visitor.provider, member))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/teams")
    assert visitor.is_in
    assert [account.address for account in linked_of(member)] == [address_of(member)]
    assert told_of(member, "account_linked") == (1, 1)


def test_a_linked_account_signs_in_whatever_its_address_is_by_then(
    visitor: Visitor, app: CommunityFlask, member: Actor
) -> None:
    subject = known_as(visitor.provider, member)
    visitor.sign_in(subject)
    visitor.provider.knows(subject, email="renamed@example.org", email_verified=True)
    later = Visitor(app, visitor.provider)
    later.sign_in(subject)
    assert later.is_in
    assert len(linked_of(member)) == 1
    assert told_of(member, "account_linked") == (1, 1)


def test_an_address_that_only_the_userinfo_tells_counts_as_well(
    visitor: Visitor, member: Actor
) -> None:
    visitor.sign_in(known_as(visitor.provider, member, _twist="only_userinfo"))
    assert visitor.is_in


def test_a_second_factor_is_asked_for_all_the_same(visitor: Visitor, member: Actor) -> None:
    make_app(member)
    claims = {"amr": ["mfa", "otp", "hwk"], "acr": "urn:mace:incommon:iap:gold"}
    answer = visitor.sign_in(known_as(visitor.provider, member, **claims))
    assert answer.headers["Location"].endswith("/login/second")
    assert not visitor.is_in


def test_the_account_is_linked_with_the_second_factor_and_not_before(
    visitor: Visitor, member: Actor
) -> None:
    make_app(member)
    subject = known_as(visitor.provider, member)
    visitor.sign_in(subject)
    assert linked_of(member) == []
    assert told_of(member, "account_linked") == (0, 0)
    visitor.get("//login/second")
    assert visitor.post("//login/second", {"code": "000000"}).status_code == 422
    assert linked_of(member) == []
    assert visitor.post("//login/second", {"code": code_of()}).status_code == 303
    assert visitor.is_in
    assert [account.subject for account in linked_of(member)] == [subject]
    assert told_of(member, "account_linked") == (1, 1)


def test_of_two_waiting_sign_ins_the_second_one_finds_the_account_linked(
    visitor: Visitor, app: CommunityFlask, member: Actor
) -> None:
    make_app(member)
    codes = make_codes(member)
    subject = known_as(visitor.provider, member)
    other = Visitor(app, visitor.provider)
    for browser in (visitor, other):
        browser.sign_in(subject)
    for browser, code in zip((visitor, other), codes, strict=False):
        browser.get("//login/second")
        assert browser.post("//login/second", {"code": code}).status_code == 303
        assert browser.is_in
    assert len(linked_of(member)) == 1


@pytest.mark.parametrize(
    "twist",
    [
        "expired",
        "no_expiry",
        "forged",
        "unknown_key",
        "unsigned",
        "shared_secret",
        "other_issuer",
        "other_audience",
        "no_audience",
        "other_nonce",
        "no_nonce",
        "other_token",
        "no_subject",
        "number_as_subject",
        "no_id_token",
    ],
)
def test_an_answer_that_does_not_hold_signs_nobody_in(
    visitor: Visitor, member: Actor, twist: str
) -> None:
    answer = visitor.sign_in(known_as(visitor.provider, member, _twist=twist))
    assert answer.status_code == 403
    assert "does not prove who you are" in words_of(answer)
    assert not visitor.is_in
    assert linked_of(member) == []


def test_each_way_is_taken_once(visitor: Visitor, app: CommunityFlask, member: Actor) -> None:
    subject = known_as(visitor.provider, member)
    query = visitor.provider.sign_in(visitor.set_out(), subject)
    visitor.come_back(query)
    visitor.client.delete_cookie("community")
    assert not visitor.is_in
    answer = visitor.come_back(query)
    assert answer.status_code == 404
    assert "Begin again" in words_of(answer)
    assert not visitor.is_in


def test_a_code_belongs_to_the_way_it_was_asked_for_on(visitor: Visitor, member: Actor) -> None:
    subject = known_as(visitor.provider, member)
    one, other = visitor.set_out(), visitor.set_out()
    codes = [visitor.provider.sign_in(there, subject)["code"] for there in (one, other)]
    state = parse_qs(urlsplit(one).query)["state"][0]
    assert visitor.come_back({"code": codes[1], "state": state}).status_code == 403
    assert not visitor.is_in


def test_two_tabs_may_be_on_their_way_at_once(visitor: Visitor, member: Actor) -> None:
    subject = known_as(visitor.provider, member)
    ways = [visitor.set_out(), visitor.set_out()]
    for there in ways:
        answer = visitor.come_back(visitor.provider.sign_in(there, subject))
        assert answer.status_code == 303


def test_another_browser_cannot_finish_what_one_began(
    visitor: Visitor, app: CommunityFlask, member: Actor
) -> None:
    """Else somebody could be signed in as who sent them the address."""
    query = visitor.provider.sign_in(visitor.set_out(), known_as(visitor.provider, member))
    victim = Visitor(app, visitor.provider)
    assert victim.come_back(query).status_code == 404
    victim.set_out()
    assert victim.come_back(query).status_code == 404
    assert not victim.is_in


@pytest.mark.parametrize(
    "query",
    [{}, {"state": "x", "code": "y"}, {"state": "é" * 20}, {"state": "s" * 5000}, {"code": "y"}],
)
def test_a_return_that_nobody_set_out_for_is_refused(
    visitor: Visitor, query: dict[str, str]
) -> None:
    assert visitor.come_back(query).status_code == 404


def test_a_way_ends_after_ten_minutes(visitor: Visitor, member: Actor) -> None:
    query = visitor.provider.sign_in(visitor.set_out(), known_as(visitor.provider, member))
    with db.transaction() as unit:
        unit.session.execute(
            text("UPDATE credentials SET expires_at = now() WHERE kind = 'provider'")
        )
    assert visitor.come_back(query).status_code == 404


def test_an_answer_of_another_issuer_is_refused(visitor: Visitor, member: Actor) -> None:
    """RFC 9207: a provider cannot pass another one's code off as its own."""
    query = visitor.provider.sign_in(visitor.set_out(), known_as(visitor.provider, member))
    assert visitor.come_back({**query, "iss": "https://another.example"}).status_code == 403


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"email_verified": False}, "has not verified your address"),
        ({"email_verified": "true"}, "has not verified your address"),
        ({"email_verified": None}, "has not verified your address"),
        ({"email": "not an address"}, "has not verified your address"),
        ({"email": "ada@elsewhere.example"}, "signs nobody in here with an address like"),
        ({"email": "ada@example.org.evil.example"}, "signs nobody in here with an address like"),
        ({"email": "ada@sub.example.org"}, "signs nobody in here with an address like"),
        ({"email": "nobody-here@example.org"}, "Ask somebody in the team to invite you"),
    ],
)
def test_whom_the_provider_may_not_vouch_for_stays_outside(
    visitor: Visitor, member: Actor, claims: dict[str, Any], words: str
) -> None:
    answer = visitor.sign_in(known_as(visitor.provider, member, **claims))
    assert answer.status_code == 403
    assert words in words_of(answer)
    assert not visitor.is_in
    assert linked_of(member) == []


def test_a_linked_account_that_moved_to_a_foreign_domain_opens_nothing(
    visitor: Visitor, app: CommunityFlask, member: Actor
) -> None:
    subject = known_as(visitor.provider, member)
    visitor.sign_in(subject)
    visitor.provider.knows(subject, email="ada@elsewhere.example", email_verified=True)
    later = Visitor(app, visitor.provider)
    assert later.sign_in(subject).status_code == 403


def test_an_address_that_was_given_to_somebody_else_is_not_the_one_who_had_it(
    visitor: Visitor, app: CommunityFlask, member: Actor
) -> None:
    visitor.sign_in(known_as(visitor.provider, member))
    newcomer = Visitor(app, visitor.provider)
    answer = newcomer.sign_in(known_as(visitor.provider, member))
    assert answer.status_code == 403
    assert "Another account there" in words_of(answer)
    assert not newcomer.is_in


def test_who_is_in_no_team_any_more_is_told_so(visitor: Visitor, member: Actor) -> None:
    with acting(member) as unit:
        unit.session.execute(
            text("UPDATE memberships SET state = 'removed' WHERE id = :id"),
            {"id": member.member_id},
        )
    answer = visitor.sign_in(known_as(visitor.provider, member))
    assert answer.status_code == 403
    assert "You are in no team here" in words_of(answer)
    assert not visitor.is_in
    assert linked_of(member) == []


def test_a_disabled_user_is_nobody(visitor: Visitor, app: CommunityFlask, member: Actor) -> None:
    subject = known_as(visitor.provider, member)
    visitor.sign_in(subject)
    with acting(member) as unit:
        unit.session.execute(
            text("UPDATE users SET disabled_at = now() WHERE id = :id"), {"id": member.user_id}
        )
    later = Visitor(app, visitor.provider)
    assert later.sign_in(subject).status_code == 403


def _state(there: str) -> dict[str, str]:
    return {"state": parse_qs(urlsplit(there).query)["state"][0]}


def test_saying_no_there_is_said_here(visitor: Visitor) -> None:
    answer = visitor.come_back(
        {**visitor.provider.decline(there := visitor.set_out()), **_state(there)}
    )
    assert answer.status_code == 403
    assert "you said no there" in words_of(answer)


def test_the_sign_in_page_offers_what_is_named_and_nothing_else(
    app: CommunityFlask, provider: Provider
) -> None:
    assert "Sign in with Acme" in words_of(Portal(app).get("/login"))
    providers.configure([], BASE_URL)
    assert "Sign in with" not in words_of(Portal(app).get("/login"))


def test_one_at_another_host_is_led_back_to_ours(visitor: Visitor) -> None:
    """The address to return to is never built from the Host header."""
    answer = visitor.client.get(
        f"/login/oidc/{NAME}",
        base_url="http://evil.example",
        headers={"X-Forwarded-Host": "evil.example"},
    )
    if answer.status_code == 303:
        sent = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert sent["redirect_uri"] == [f"{BASE_URL}/login/oidc/{NAME}/callback"]
    else:
        assert answer.status_code == 400


def test_signing_in_replaces_the_session_before(
    visitor: Visitor, app: CommunityFlask, member: Actor
) -> None:
    visitor.sign_in(known_as(visitor.provider, member))
    before = visitor.client.get_cookie("community")
    other = make_member(member)
    visitor.sign_in(known_as(visitor.provider, other))
    after = visitor.client.get_cookie("community")
    assert before
    assert after
    assert before.value != after.value
    old = Portal(app)
    old.client.set_cookie("community", before.value, domain="localhost")
    assert "/login" in old.get("/teams").headers.get("Location", "")
