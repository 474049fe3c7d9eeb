"""The link that turns mail off: signed, bound to its team, good under a rotated key."""

import uuid

import pytest

from community.core import crypto
from community.notifications.formats import links
from community.notifications.formats.links import Unsubscribe

LINK = Unsubscribe(uuid.UUID("0190a0b1-0000-7000-8000-000000000001"), "give_logged")


@pytest.fixture(autouse=True)
def keys(configured: None):
    yield
    crypto.configure(["k" * 40])


def test_a_link_says_what_it_turns_off() -> None:
    token = links.unsubscribe_token("abcdefghij", LINK)
    assert links.read_unsubscribe(token) == LINK
    assert links.team_key_of(token) == "abcdefghij"


def test_no_other_team_member_or_kind_fits_its_signature() -> None:
    token = links.unsubscribe_token("abcdefghij", LINK)
    changed = [
        token.replace("abcdefghij", "abcdefghik"),
        token[:-1] + ("A" if token[-1] != "A" else "B"),
    ]
    body = len("cty_abcdefghij_")
    changed += [
        token[:n] + ("x" if token[n] != "x" else "y") + token[n + 1 :]
        for n in range(body, len(token))
    ]
    assert all(links.read_unsubscribe(other) is None for other in changed)


@pytest.mark.parametrize(
    "token", ["", "x", "cty_", "cty_abc_", "a" * 43, "ü" * 60, "cty_abc_" + "=" * 60]
)
def test_what_we_did_not_sign_opens_nothing(token: str) -> None:
    assert links.read_unsubscribe(token) is None


def test_a_rotated_key_keeps_the_links_under_way_good() -> None:
    token = links.unsubscribe_token("abcdefghij", LINK)
    crypto.configure(["n" * 40, "k" * 40])
    assert links.read_unsubscribe(token) == LINK
    crypto.configure(["n" * 40])
    assert links.read_unsubscribe(token) is None
