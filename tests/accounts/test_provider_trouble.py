"""A provider that is away, fails, or leads elsewhere: said so, and nothing leaves for where it must not."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from requests import Response
from sqlalchemy import text

from community.core import oidc, providers
from community.identity.models import Actor
from tests.accounts.visiting import START, Visitor, known_as
from tests.factories.identity import acting
from tests.provider import Provider, free_port
from tests.web_client import BASE_URL, words_of


@contextmanager
def _leading_to(target: str) -> Iterator[str]:
    """A server that leads every request on to another address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(307)
            self.send_header("Location", target)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("name", ["jwks_uri", "token_endpoint", "userinfo_endpoint"])
def test_no_redirect_of_a_provider_is_followed(
    visitor: Visitor, member: Actor, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    subject = known_as(visitor.provider, member, _twist="only_userinfo")
    query = visitor.provider.sign_in(visitor.set_out(), subject)
    real = {**oidc.discover(visitor.provider.settings())}
    real.pop("jwks", None)
    with _leading_to(real[name]) as elsewhere:
        monkeypatch.setattr(oidc, "discover", lambda _provider: {**real, name: elsewhere})
        assert visitor.come_back(query).status_code in (403, 503)
    assert not visitor.is_in


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri", "userinfo_endpoint"])
def test_an_address_without_tls_is_not_spoken_to(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    told = {**oidc.discover(visitor.provider.settings()), name: "http://id.example/"}
    monkeypatch.setattr(Response, "json", lambda _answer: told)
    oidc.forget_discovered()
    assert visitor.get(START).status_code == 403


def test_no_token_of_the_provider_is_handed_on_or_kept(
    visitor: Visitor, member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    plain = Response.json

    def listening(answer: Response, **how: Any) -> Any:
        said = plain(answer, **how)
        told.extend(said[name] for name in ("access_token", "id_token") if name in said)
        return said

    monkeypatch.setattr(Response, "json", listening)
    answer = visitor.sign_in(known_as(visitor.provider, member))
    assert visitor.is_in
    assert len(set(told)) == 2
    handed = f"{answer.headers}{answer.text}{visitor.client.get_cookie('community')}"
    assert [token for token in told if token in handed] == []
    with acting(member) as unit:
        kept = unit.session.scalar(
            text("SELECT string_agg(t::text, ' ') FROM linked_accounts t WHERE user_id = :u"),
            {"u": member.user_id},
        )
        kept += unit.session.scalar(
            text("SELECT string_agg(t::text, ' ') FROM credentials t WHERE user_id = :u"),
            {"u": member.user_id},
        )
    assert [token for token in told if token in kept] == []


def test_a_provider_that_is_away_is_said_so_and_other_ways_are_open(
    visitor: Visitor, provider: Provider
) -> None:
    oidc.forget_discovered()
    gone = provider.settings(issuer=f"http://localhost:{free_port()}")
    providers.configure([gone], BASE_URL)
    answer = visitor.get(START)
    assert answer.status_code == 503
    assert "Acme does not answer at the moment" in words_of(answer)
    assert visitor.get("//login").status_code == 200


def test_a_provider_that_fails_between_is_said_so(visitor: Visitor, member: Actor) -> None:
    answer = visitor.sign_in(known_as(visitor.provider, member, _twist="away"))
    assert answer.status_code == 503
    assert "Acme does not answer at the moment" in words_of(answer)


def test_a_provider_that_calls_itself_otherwise_is_refused(
    visitor: Visitor, provider: Provider
) -> None:
    port = urlsplit(provider.url).port
    providers.configure([provider.settings(issuer=f"http://localhost:{port}/")], BASE_URL)
    assert visitor.get(START).status_code == 403


def test_a_provider_that_nobody_named_is_no_way_in(visitor: Visitor) -> None:
    for path in ("//login/oidc/other", "//login/oidc/other/callback"):
        assert visitor.get(path).status_code == 404
