"""Secrets that are handed out once: made here, stored as SHA-256 only.

Every secret of a team carries the team's short key, `cty_<teamkey>_<secret>`, so that
the team is set before the look-up and the look-up stays under row-level security.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

PREFIX = "cty"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class TeamToken:
    """A parsed secret: the team's key and the hash to look up."""

    team_key: str
    digest: bytes


def team_key() -> str:
    """A short random name of a team inside its secrets; not secret itself."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(10))


def issue(key: str) -> str:
    """A new secret of the team: 256 random bits, shown once."""
    return f"{PREFIX}_{key}_{secrets.token_urlsafe(32)}"


def secret() -> str:
    """256 random bits without a team (sessions, sign-in links)."""
    return secrets.token_urlsafe(32)


def bound(secret_: str, purpose: str) -> str:
    """Another secret that only whoever holds the first can make: the same one each time."""
    mac = hmac.new(secret_.encode(), purpose.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def digest(value: str) -> bytes:
    """What is stored of a secret."""
    return hashlib.sha256(value.encode()).digest()


def same(left: bytes, right: bytes) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(left, right)


def parse(value: str) -> TeamToken | None:
    """The team's key and digest of a secret, or None where it has not the shape of one."""
    parts = value.split("_", 2)
    if (
        len(parts) != 3
        or parts[0] != PREFIX
        or not (1 <= len(parts[1]) <= 32)
        or len(parts[2]) < 40
    ):
        return None
    if not parts[1].isascii() or not parts[1].isalnum() or len(value) > 200 or not value.isascii():
        return None
    return TeamToken(parts[1], digest(value))
