"""A passkey in software: makes and signs what a browser would hand on (WebAuthn, ES256)."""

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "http://localhost:8000"
PLACE = "localhost"
_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class SoftPasskey:
    """One passkey. Each part can be made wrong."""

    origin: str = ORIGIN
    place: str = PLACE
    verified: bool = True
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user_handle: bytes | None = None

    def make(self, options: str) -> str:
        """The answer to options to register."""
        asked = json.loads(options)
        self.user_handle = base64.urlsafe_b64decode(asked["user"]["id"] + "==")
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + self._public()
        attestation = cbor2.dumps(
            {"fmt": "none", "attStmt": {}, "authData": self._data(_ATTESTED) + attested}
        )
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer(
            {
                "clientDataJSON": _text(client),
                "attestationObject": _text(attestation),
                "transports": ["internal"],
            }
        )

    def sign(self, options: str, *, count: int | None = None, **wrong: Any) -> str:
        """The answer to options to sign in; the counter goes one up unless it is given."""
        asked = json.loads(options)
        self.count = self.count + 1 if count is None else count
        client = self._client("webauthn.get", wrong.get("challenge", asked["challenge"]))
        data = self._data(0)
        digest = hashlib.sha256(client).digest()
        signature = self.key.sign(data + digest, ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": _text(client),
            "authenticatorData": _text(data),
            "signature": _text(wrong.get("signature", signature)),
        }
        if self.user_handle is not None:
            response["userHandle"] = _text(self.user_handle)
        return self._answer(response)

    def _answer(self, response: dict[str, Any]) -> str:
        written = _text(self.id)
        answer = {"id": written, "rawId": written, "type": "public-key", "response": response}
        return json.dumps(answer)

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verified else 0)
        place = hashlib.sha256(self.place.encode()).digest()
        return place + bytes([flags]) + struct.pack(">I", self.count)

    def _public(self) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
