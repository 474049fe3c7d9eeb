"""Passwords: argon2id, a length and a list of common words, and nothing about composition."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from community.accounts.models import Credential
from community.accounts.queries import sign_in as queries
from community.core import clock, db
from community.core.errors import RuleBroken, Unavailable
from community.core.i18n import gettext as _
from community.core.i18n import ngettext

MINIMUM = 15
MINIMUM_BESIDE_FACTOR = 8
# The purpose of a stored password that is long enough only beside a second factor.
SHORT = "short_password"
MAXIMUM = 200
# Guesses, as powers of ten, below which a long password is still a common one repeated.
_MIN_GUESSES_LOG10 = 8.0

_hasher = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1, type=Type.ID)
# The hash of a random text that nobody knows, verified in vain for unknown users.
NOBODYS = (
    "$argon2id$v=19$m=47104,t=1,p=1$txOxqTzKXgyaT7"
    "YqvXq1DQ$fvPGBVXem0lsrrb5VxXwAfsxWIjZKjxXGv9Ig8CP9mU"
)
# Each hash takes 46 MiB: two at a time in a process, the others wait a little.
_turns = threading.BoundedSemaphore(2)
_WAIT_SECONDS = 5.0


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=_WAIT_SECONDS):
        raise Unavailable(_("Too many people sign in at this moment. Try again."), retry_after=5)
    try:
        yield
    finally:
        _turns.release()


def hashed(password: str) -> str:
    """The argon2id hash as it is stored."""
    with _turn():
        return _hasher.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; without one the same work is done for nothing."""
    against = stored or NOBODYS
    try:
        with _turn():
            _hasher.verify(against, password[:MAXIMUM])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_new(password: str, *, names: tuple[str, ...] = (), beside_factor: bool = False) -> None:
    """Refuse a password that is short or common. `names` are words about its owner."""
    minimum = MINIMUM_BESIDE_FACTOR if beside_factor else MINIMUM
    if len(password) < minimum:
        words = ngettext(
            "A password needs at least %(num)d character. A sentence of your own works well.",
            "A password needs at least %(num)d characters. A sentence of your own works well.",
            minimum,
        )
        raise RuleBroken(words, code="password_short", field="password")
    if len(password) > MAXIMUM:
        words = ngettext(
            "A password has at most %(num)d character.",
            "A password has at most %(num)d characters.",
            MAXIMUM,
        )
        raise RuleBroken(words, code="password_long", field="password")
    if _is_common(password, names):
        raise RuleBroken(
            _("This password is easy to guess, it is on lists of common ones. Choose another."),
            code="password_common",
            field="password",
        )


def _is_common(password: str, names: tuple[str, ...]) -> bool:
    plain = re.sub(r"[\W_]+", "", password.lower())
    if plain in _common_words() or len(set(plain)) < 5:
        return True
    # zxcvbn works on 72 characters and takes long on more.
    found = _judge().zxcvbn(password[:72], user_inputs=[name for name in names if len(name) > 2])
    return float(found["guesses_log10"]) < _MIN_GUESSES_LOG10


@cache
def _judge() -> Any:
    """Loaded at the first new password: its lists are for those alone."""
    return import_module("zxcvbn")


@cache
def _common_words() -> frozenset[str]:
    return frozenset(import_module("zxcvbn.frequency_lists").FREQUENCY_LISTS["passwords"])


def store(user_id: UUID, password: str) -> Credential:
    """Put the password in the place of the one before."""
    credential = queries.find_password_credential(user_id)
    if credential is None:
        credential = Credential(user_id=user_id, kind="password", purpose="password")
        db.add(credential)
    credential.purpose = SHORT if len(password) < MINIMUM else "password"
    credential.password_hash = hashed(password)
    credential.created_at = clock.now()
    db.flush()
    return credential
