"""The link at the foot of a mail that turns its kind off: signed, nothing stored, never used up.

It carries the team's key like every secret of a team, so that the team is set before anything
is read: `cty_<teamkey>_<member and kind><signature>`.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from uuid import UUID

from community.core import crypto, tokens

_PURPOSE = "unsubscribe"
_SIGNATURE_LENGTH = 43


@dataclass(frozen=True)
class Unsubscribe:
    """What a link turns off: mail of one kind to one member."""

    member_id: UUID
    kind: str


def unsubscribe_token(team_key: str, link: Unsubscribe) -> str:
    """The secret part of the link."""
    payload = base64.urlsafe_b64encode(link.member_id.bytes + link.kind.encode()).rstrip(b"=")
    body = f"{tokens.PREFIX}_{team_key}_{payload.decode()}"
    return body + crypto.derived(_PURPOSE, body)


def team_key_of(token: str) -> str | None:
    """The team whose secret this claims to be."""
    parsed = tokens.parse(token)
    return parsed.team_key if parsed else None


def read_unsubscribe(token: str) -> Unsubscribe | None:
    """What the link turns off, or None when we did not sign it."""
    body, signature = token[:-_SIGNATURE_LENGTH], token[-_SIGNATURE_LENGTH:]
    signed = crypto.derived_all(_PURPOSE, body)
    if not any(hmac.compare_digest(signature.encode(), good.encode()) for good in signed):
        return None
    payload = body.split("_", 2)[2]
    try:
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return Unsubscribe(UUID(bytes=raw[:16]), raw[16:].decode())
    except (binascii.Error, ValueError):
        return None
