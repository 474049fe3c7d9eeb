"""Refused tries an hour, counted in PostgreSQL: ten of an address block, and ten for an account where
only its user can try; where a stranger can, a hundred, so that nobody is shut out by ten of theirs.

A try is reserved before it is judged and given back when it succeeds, so that many at once
do not slip past. Buckets of ten minutes are summed, so that no hour ever holds more.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from community.accounts.models import SignInCounter
from community.core import clock, db, tokens
from community.core.errors import TooManyTries
from community.core.i18n import ngettext

LIMIT = 10
# Of anybody's tries for an account, from wherever they come.
CEILING = 100
_BUCKET = timedelta(minutes=10)
_REACH = timedelta(hours=1) + _BUCKET

Counted = Mapping[bytes, int]
"""The hashed counters of a try, and how many each takes; in the order of their keys, so that two
tries at once lock them in the same order."""


def address_block(remote: str | None) -> str:
    """The /24 or /64 that an address lies in; mapped IPv4 counts as IPv4."""
    try:
        address = ip_address(remote or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    bits = 24 if address.version == 4 else 64
    return str(ip_network(f"{address}/{bits}", strict=False))


def account_key(kind: str, account: str, limit: int = LIMIT) -> Counted:
    """The counter of an account's tries of a kind."""
    return {tokens.digest(f"{kind}:account:{account}"): limit}


def block_key(kind: str, remote: str | None) -> Counted:
    """The counter of an address block's tries of a kind, for whomever."""
    return {tokens.digest(f"{kind}:block:{address_block(remote)}"): LIMIT}


def keys(kind: str, account: str, remote: str | None, *, limit: int = LIMIT) -> Counted:
    """The counters of a try without a session: the account's and the address block's."""
    both = {**account_key(kind, account, limit), **block_key(kind, remote)}
    return dict(sorted(both.items()))


def reserve(counted: Counted) -> datetime:
    """Take one try from each counter, or raise TooManyTries. Own transaction.

    Returns the bucket the try is in, for `give_back`.
    """
    with db.independent() as unit:
        bucket = _bucket(clock.now())
        for key in counted:
            statement = insert(SignInCounter).values(key=key, window_start=bucket, refused=1)
            unit.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["key", "window_start"],
                    set_={"refused": SignInCounter.refused + 1},
                )
            )
        # A statement of its own: it sees what others committed while this one waited its turn.
        tallies = unit.session.execute(
            select(
                SignInCounter.key,
                func.sum(SignInCounter.refused),
                func.min(SignInCounter.window_start),
            )
            .where(
                SignInCounter.key.in_(list(counted)),
                SignInCounter.window_start > clock.now() - _REACH,
            )
            .group_by(SignInCounter.key)
        ).all()
        full = [first for key, total, first in tallies if total > counted[key]]
        if full:
            raise _too_many(max(full) + _REACH - clock.now())
    return bucket


def has_room(counted: Counted) -> bool:
    """Take one try from each counter and say whether there was one, to whoever refuses nothing."""
    try:
        reserve(counted)
    except TooManyTries:
        return False
    return True


def give_back(counted: Counted, bucket: datetime) -> None:
    """The try succeeded: it does not count. Own transaction."""
    with db.independent() as unit:
        unit.session.execute(
            update(SignInCounter)
            .where(SignInCounter.key.in_(list(counted)), SignInCounter.window_start == bucket)
            .where(SignInCounter.refused > 0)
            .values(refused=SignInCounter.refused - 1)
        )


def forget_old(as_of: datetime) -> int:
    """Remove counters older than a day. Returns how many."""
    old = delete(SignInCounter).where(SignInCounter.window_start < as_of - timedelta(days=1))
    return db.row_count(db.session().execute(old))


def _bucket(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 10, second=0, microsecond=0)


def _too_many(wait: timedelta) -> TooManyTries:
    seconds = max(60, int(wait.total_seconds()))
    minutes = -(-seconds // 60)
    words = ngettext(
        "Too many tries. Try again in %(num)d minute.",
        "Too many tries. Try again in %(num)d minutes.",
        minutes,
    )
    return TooManyTries(words, retry_after=seconds)
