"""Refused tries: ten an hour, also when they come all at once."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from community.accounts.actions import counters
from community.accounts.models import SignInCounter
from community.core import clock, db
from community.core.errors import TooManyTries

pytestmark = pytest.mark.usefixtures("configured")


def _fresh() -> counters.Counted:
    return counters.account_key("test", uuid.uuid4().hex)


def _try(keys: counters.Counted) -> bool:
    try:
        counters.reserve(keys)
    except TooManyTries:
        return False
    return True


def test_the_eleventh_refused_try_waits_and_says_how_long() -> None:
    keys = _fresh()
    assert all(_try(keys) for _ in range(10))
    with pytest.raises(TooManyTries) as refused:
        counters.reserve(keys)
    assert 60 <= (refused.value.retry_after or 0) <= 4200
    assert "Try again in" in str(refused.value.message)


def test_tries_beyond_the_tenth_do_not_lengthen_the_wait() -> None:
    keys = _fresh()
    for _ in range(15):
        _try(keys)
    with db.transaction() as unit:
        total = unit.session.scalar(
            select(func.sum(SignInCounter.refused)).where(SignInCounter.key.in_(list(keys)))
        )
    assert total == 10


def test_forty_tries_at_once_count_as_ten() -> None:
    keys = _fresh()
    with ThreadPoolExecutor(8) as pool:
        passed = list(pool.map(lambda _: _try(keys), range(40)))
    assert sum(passed) == 10


def test_two_accounts_from_one_block_share_its_tries() -> None:
    remote = f"2001:db8:{uuid.uuid4().int % 65536:x}:{uuid.uuid4().int % 65536:x}::7"
    for number in range(10):
        assert _try(counters.keys("test", f"{uuid.uuid4()}{number}", remote))
    neighbour = remote.replace("::7", "::ffff")
    assert not _try(counters.keys("test", "another", neighbour))


def test_a_try_that_succeeded_is_given_back() -> None:
    keys = _fresh()
    for _ in range(30):
        counters.give_back(keys, counters.reserve(keys))
    assert _try(keys)


def test_after_an_hour_and_ten_minutes_one_may_try_again() -> None:
    keys = _fresh()
    for _ in range(10):
        _try(keys)
    with clock.shifted(timedelta(minutes=49)):
        assert not _try(keys)
    with clock.shifted(timedelta(minutes=71)):
        assert _try(keys)


def test_counters_stay_while_the_request_around_them_rolls_back() -> None:
    keys = _fresh()
    for _ in range(10):
        with pytest.raises(ZeroDivisionError), db.transaction():
            counters.reserve(keys)
            raise ZeroDivisionError
    assert not _try(keys)


def test_old_counters_are_forgotten_and_new_ones_stay() -> None:
    old, new = _fresh(), _fresh()
    with clock.shifted(timedelta(days=-2)):
        _try(old)
    _try(new)
    with db.transaction():
        counters.forget_old(clock.now())
    with db.transaction() as unit:
        left = set(unit.session.scalars(select(SignInCounter.key)))
    assert not set(old) & left
    assert set(new) <= left


@pytest.mark.parametrize(
    ("remote", "block"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        (None, "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_addresses_are_counted_by_block(remote: str | None, block: str) -> None:
    assert counters.address_block(remote) == block
