"""Keys of the installation: derived secrets, and encryption of what must be read again.

`SECRET_KEYS` holds one or more keys, newest first. New work uses the first; older ones are
still accepted, so a key can be rotated while links are under way.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_keys: tuple[bytes, ...] = ()


def configure(keys: Sequence[str]) -> None:
    """Install the keys, newest first. Called once by the composition root."""
    global _keys
    if not keys or any(len(key) < 32 for key in keys):
        raise ValueError("every secret key needs at least 32 characters")
    _keys = tuple(key.encode() for key in keys)


def derived(purpose: str, value: str) -> str:
    """A secret that can be made again from its name: for links whose mail is written later."""
    return _derive(_keys[0], purpose, value)


def derived_all(purpose: str, value: str) -> list[str]:
    """The same secret under every accepted key, newest first."""
    return [_derive(key, purpose, value) for key in _keys]


def _derive(key: bytes, purpose: str, value: str) -> str:
    mac = hmac.new(key, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def flask_key() -> str:
    """The key for Flask's own signed values (CSRF), apart from all others."""
    return derived("flask", "secret-key")


def _box() -> MultiFernet:
    material = (hashlib.sha256(b"box\0" + key).digest() for key in _keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(part)) for part in material])


def seal(value: str) -> str:
    """Encrypt a text that the server itself must read again."""
    return _box().encrypt(value.encode()).decode()


def unseal(value: str) -> str:
    """Read a sealed text; ValueError when no accepted key fits."""
    try:
        return _box().decrypt(value.encode()).decode()
    except InvalidToken as error:
        raise ValueError("sealed with another key") from error
