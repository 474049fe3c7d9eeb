"""The provider's process: oidc-provider-mock, signing with keys of ours, insisting on PKCE.

Run as `python -m tests.provider.server <port>`.
"""

import base64
import hmac
import io
import json
import re
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from oidc_provider_mock import app as real_provider
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app

_OURS = RSAKey.generate_key(2048, {"kid": "ours"}, auto_kid=False)
_FOREIGN = RSAKey.generate_key(2048, {"kid": "ours"}, auto_kid=False)
_UNKNOWN = RSAKey.generate_key(2048, {"kid": "unheard-of"}, auto_kid=False)
_ANOTHER = "https://another.example"

# Its pages ask another host for their looks, and there is none in the tests.
_ELSEWHERE = re.compile(rb"<link\b[^>]*\bhttps://[^>]*>")

Environ = dict[str, Any]


def _expired(claims: dict[str, Any]) -> None:
    claims.update(iat=int(time.time()) - 7200, exp=int(time.time()) - 3600)


# What each twist does to the claims before they are signed.
_CLAIMS: dict[str, Callable[[dict[str, Any]], None]] = {
    "expired": _expired,
    "no_expiry": lambda claims: claims.pop("exp"),
    "other_issuer": lambda claims: claims.update(iss=_ANOTHER),
    "other_audience": lambda claims: claims.update(aud=[_ANOTHER], azp="community"),
    "no_audience": lambda claims: claims.pop("aud"),
    "other_nonce": lambda claims: claims.update(nonce="somebody-elses"),
    "no_nonce": lambda claims: claims.pop("nonce"),
    "other_token": lambda claims: claims.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "no_subject": lambda claims: claims.pop("sub"),
    "number_as_subject": lambda claims: claims.update(sub=7),
    "only_userinfo": lambda claims: [claims.pop(n, None) for n in ("email", "email_verified")],
}


class Signing:
    """In front of the real provider: PKCE is checked, and its answers are signed anew."""

    def __init__(self) -> None:
        self.real = real_provider(require_nonce=True)
        self.challenges: dict[str, str] = {}

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"]
        if path == "/jwks":
            return _json(start, KeySet([_OURS]).as_dict())
        if path == "/oauth2/authorize" and environ["REQUEST_METHOD"] == "POST":
            return self._authorize(environ, start)
        if path == "/oauth2/token":
            return self._token(environ, start)
        body, status, headers = run_wsgi_app(self.real, environ, buffered=True)
        page = _ELSEWHERE.sub(b"", b"".join(body))
        headers["Content-Length"] = str(len(page))
        start(status, headers.to_wsgi_list())
        return [page]

    def _authorize(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        body, status, headers = run_wsgi_app(self.real, environ, buffered=True)
        asked = parse_qs(environ["QUERY_STRING"])
        code = parse_qs(urlsplit(headers.get("Location", "")).query).get("code")
        if code and asked.get("code_challenge_method") == ["S256"]:
            self.challenges[code[0]] = asked["code_challenge"][0]
        start(status, headers.to_wsgi_list())
        return body

    def _token(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        raw = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        sent = dict(parse_qsl(raw.decode()))
        challenge = self.challenges.get(sent.get("code", ""))
        if challenge != create_s256_code_challenge(sent.get("code_verifier", "")):
            return _json(start, {"error": "invalid_grant"}, "400 BAD REQUEST")
        environ["wsgi.input"] = io.BytesIO(raw)
        body, status, _headers = run_wsgi_app(self.real, environ, buffered=True)
        told = json.loads(b"".join(body))
        if "id_token" in told:
            return _answer(told, start)
        return _json(start, told, status)


def _answer(told: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    part = told["id_token"].split(".")[1]
    claims = json.loads(jwt_bytes(part))
    twist = claims.pop("_twist", "")
    if twist == "away":
        return _json(start, {}, "503 SERVICE UNAVAILABLE")
    if twist == "no_id_token":
        del told["id_token"]
        return _json(start, told)
    _CLAIMS.get(twist, dict)(claims)
    told["id_token"] = _signed(twist, claims)
    return _json(start, told)


def _signed(twist: str, claims: dict[str, Any]) -> str:
    if twist == "unsigned":
        return jwt.encode({"alg": "none"}, claims, OctKey.import_key("-"), algorithms=["none"])
    if twist == "shared_secret":
        return _signed_with_what_all_know(claims)
    key_ = {"forged": _FOREIGN, "unknown_key": _UNKNOWN}.get(twist, _OURS)
    return jwt.encode({"alg": "RS256", "kid": key_.kid}, claims, key_)


def _signed_with_what_all_know(claims: dict[str, Any]) -> str:
    """The public key taken for a shared secret: an old trick, which libraries refuse to play."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "kid": "ours"}, claims)]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mac = hmac.digest(_OURS.as_pem(private=False), signed, "sha256")
    return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def jwt_bytes(part: str) -> bytes:
    """A part of a token, unpacked."""

    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _json(start: Callable[..., Any], value: Any, status: str = "200 OK") -> Iterable[bytes]:
    start(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [json.dumps(value).encode()]


if __name__ == "__main__":
    make_server("localhost", int(sys.argv[1]), Signing(), threaded=True).serve_forever()
