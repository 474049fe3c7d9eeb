"""Passwords: which are refused, and how they are kept."""

import pytest
from argon2 import PasswordHasher

from community.accounts.actions import passwords
from community.core.errors import RuleBroken


@pytest.mark.parametrize(
    "password",
    [
        "meadow-lantern-otter-19",
        "Wir fahren im Mai nach Lissabon",
        "nur kleine buchstaben bitte",
        "ΑλΦα και ωμεγα μαζι εδω",
        "🦦🦦 otters sleep 🌊 holding hands",
    ],
)
def test_a_long_sentence_of_ones_own_is_taken(password: str) -> None:
    passwords.check_new(password, names=("Mara Ellison", "Northlight"))


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_short"),
        ("fourteen chars", "password_short"),
        ("x" * 201, "password_long"),
        ("passwordpassword", "password_common"),
        ("aaaaaaaaaaaaaaaaaaaa", "password_common"),
        ("123456789012345", "password_common"),
        ("qwertyuiopasdfgh", "password_common"),
        ("iloveyouiloveyou", "password_common"),
        ("mara.ellison@example.org", "password_common"),
    ],
)
def test_short_and_common_ones_are_refused_by_name(password: str, code: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        passwords.check_new(password, names=("Mara", "Ellison", "mara.ellison@example.org"))
    assert (refused.value.code, refused.value.field) == (code, "password")


def test_the_hash_is_argon2id_and_fits_its_password_only() -> None:
    stored = passwords.hashed("meadow-lantern-otter-19")
    assert stored.startswith("$argon2id$")
    assert passwords.fits(stored, "meadow-lantern-otter-19")
    assert not passwords.fits(stored, "meadow-lantern-otter-18")


def test_nobodys_password_is_as_much_work_and_never_fits() -> None:
    assert not passwords.needs_rehash(passwords.NOBODYS)
    assert not passwords.fits(None, "meadow-lantern-otter-19")


def test_a_hash_of_other_parameters_is_due_for_renewal() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("meadow-lantern-otter")
    assert passwords.needs_rehash(old)
    assert passwords.fits(old, "meadow-lantern-otter")
