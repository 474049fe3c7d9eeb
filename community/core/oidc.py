"""OpenID Connect as it is spoken with a provider: discovery, the way there, and the answer.

Over the network, so never inside a transaction. Authlib and joserfc speak and judge the signed
answer; here stands only what they are told to insist on: the issuer and audience that are ours,
the nonce, PKCE, asymmetric signatures, and addresses over TLS.
"""

import time
from typing import Any
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from requests import RequestException

from community.core import providers
from community.core.addresses import normalise_email
from community.core.providers import Identity, Metadata, Secrets, away, refused
from config import LOOPBACK, OidcProvider

TIMEOUT_SECONDS = 5
LEEWAY_SECONDS = 60
METADATA_SECONDS = 3600
SCOPE = "openid email profile"
# What a provider signs with and everybody can check. Secrets shared by both sides are not among
# them, nor is no signature at all.
SIGNATURES = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_LONGEST_SUBJECT = 255

_known: dict[str, tuple[float, Metadata]] = {}


def discover(provider: OidcProvider) -> Metadata:
    """What the provider says of itself, asked for once an hour. Unavailable when it cannot be had."""
    known = _known.get(provider.issuer)
    if known is not None and time.monotonic() - known[0] < METADATA_SECONDS:
        return known[1]
    metadata = _fetch_metadata(provider)
    _known[provider.issuer] = (time.monotonic(), metadata)
    return metadata


def forget_discovered() -> None:
    """Ask every provider anew: its keys or addresses may have changed."""
    _known.clear()


def way_there(provider: OidcProvider, metadata: Metadata, secrets: Secrets) -> str:
    """The provider's address that somebody signs in at."""
    with _line(provider, metadata) as line:
        address, _state = line.create_authorization_url(
            metadata["authorization_endpoint"],
            state=secrets.state,
            code_verifier=secrets.verifier,
            nonce=secrets.nonce,
        )
    return str(address)


def read_answer(provider: OidcProvider, code: str, secrets: Secrets) -> Identity:
    """Exchange the code, and read whom the provider vouches for.

    Raises Unavailable when it does not answer, NotAllowed when its answer does not hold.
    """
    metadata = discover(provider)
    try:
        with _line(provider, metadata) as line:
            token = line.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=secrets.verifier,
                redirect_uri=providers.callback_url(provider),
                allow_redirects=False,
            )
            claims = _Reader(provider, metadata).read(token, secrets.nonce)
            return _identity(provider, claims, _profile(line, metadata, claims))
    except RequestException as error:
        raise away(provider) from error
    except (AuthlibBaseError, JoseError, ValueError, TypeError, KeyError) as error:
        # A key that was changed meanwhile is asked for at the next try.
        forget_discovered()
        raise refused(provider) from error


class _Reader(OpenIDMixin):
    """Authlib's reader of signed answers, for this provider and this portal alone."""

    def __init__(self, provider: OidcProvider, metadata: Metadata) -> None:
        self.provider = provider
        self.client_id = provider.client_id
        self.server_metadata = metadata

    def load_server_metadata(self) -> Metadata:
        """As it was discovered."""
        return self.server_metadata

    def _get_session(self) -> OAuth2Session:
        return _line(self.provider, self.server_metadata)

    def read(self, token: dict[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of a token that is signed by the provider, for us, now, for this sign-in."""
        options = {
            "iss": {"essential": True, "value": self.provider.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        }
        claims = self.parse_id_token(token, nonce, claims_options=options, leeway=LEEWAY_SECONDS)
        if claims is None:
            raise KeyError("id_token")
        return dict(claims)


def _fetch_metadata(provider: OidcProvider) -> Metadata:
    where = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        with _line(provider, {}) as line:
            answer = line.get(where, withhold_token=True, allow_redirects=False)
            answer.raise_for_status()
            metadata = answer.json()
    except (RequestException, ValueError) as error:
        raise away(provider) from error
    if not isinstance(metadata, dict) or metadata.get("issuer") != provider.issuer:
        raise refused(provider)
    told = [metadata.get(name) for name in _ENDPOINTS]
    if userinfo := metadata.get("userinfo_endpoint"):
        told.append(userinfo)
    if not all(_is_safe(provider, address) for address in told):
        raise refused(provider)
    metadata["id_token_signing_alg_values_supported"] = _signatures(metadata)
    return metadata


def _signatures(metadata: Metadata) -> list[str]:
    said = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    return [name for name in SIGNATURES if name in said] or ["RS256"]


def _is_safe(provider: OidcProvider, address: object) -> bool:
    """Over TLS, or on this machine where the provider itself is."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    here = urlsplit(provider.issuer).hostname in LOOPBACK and parts.hostname in LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and here))


def _line(provider: OidcProvider, metadata: Metadata) -> OAuth2Session:
    line = OAuth2Session(
        provider.client_id,
        provider.client_secret,
        token_endpoint_auth_method=_auth_method(provider, metadata),
        scope=SCOPE,
        redirect_uri=providers.callback_url(provider),
        code_challenge_method="S256",
        default_timeout=TIMEOUT_SECONDS,
        leeway=0,
    )
    # Also for what is asked without saying so, as the keys are.
    line.max_redirects = 0
    return line


def _auth_method(provider: OidcProvider, metadata: Metadata) -> str:
    if provider.client_secret is None:
        return "none"
    said = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in said else "client_secret_post"


def _profile(line: OAuth2Session, metadata: Metadata, claims: dict[str, Any]) -> dict[str, Any]:
    """Where the address stands: in the signed answer, else in what the provider tells of the user."""
    where = metadata.get("userinfo_endpoint")
    if "email" in claims or not where or "access_token" not in line.token:
        return claims
    answer = line.get(where, allow_redirects=False)
    answer.raise_for_status()
    told = answer.json()
    if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
        raise ValueError("the userinfo is of somebody else")
    return told


def _identity(provider: OidcProvider, claims: dict[str, Any], profile: dict[str, Any]) -> Identity:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise ValueError("the subject is none")
    address, name = profile.get("email"), profile.get("name")
    is_verified = profile.get("email_verified") is True and isinstance(address, str)
    return Identity(
        issuer=provider.issuer,
        subject=subject,
        address=normalise_email(str(address)) if is_verified else None,
        name=name if isinstance(name, str) else "",
    )
