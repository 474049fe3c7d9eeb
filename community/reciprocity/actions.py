"""Keeping the pairs: with every change of the ledger, and anew from a replay."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, text

from community.core import clock, db
from community.ledger.actions import Change, Counts
from community.ledger.queries import find_drifted, lock_whole_ledger
from community.reciprocity import measures
from community.reciprocity.models import PairDay, PairSum
from community.reciprocity.queries import (
    LIVE,
    SUMS_OF_LIVE,
    find_day_differences,
    find_sum_differences,
    number_of,
    replayed_days,
)

_PUT = """
    INSERT INTO pair_sums (team_id, viewer_id, other_id, first_day, latest_day, given, received,
      given_lifetime, received_lifetime, entries, updated_at)
    SELECT :team_id, made.*, :now FROM made
    ON CONFLICT (team_id, viewer_id, other_id) DO UPDATE SET
      first_day = excluded.first_day, latest_day = excluded.latest_day,
      given = excluded.given, received = excluded.received,
      given_lifetime = excluded.given_lifetime, received_lifetime = excluded.received_lifetime,
      entries = excluded.entries, updated_at = excluded.updated_at
"""
# A pair's W is made again from its days: those just changed, and those this statement did not
# touch, since it cannot read its own writes. The ledger's act holds the lock of the pair.
_KEEP = text(
    f"""
    WITH delta AS (
      SELECT * FROM unnest(CAST(:viewers AS uuid[]), CAST(:others AS uuid[]), CAST(:days AS int[]),
        CAST(:given AS numeric[]), CAST(:received AS numeric[]),
        CAST(:given_entries AS int[]), CAST(:received_entries AS int[]))
        AS d (viewer_id, other_id, day, given, received, given_entries, received_entries)
    ), changed AS (
      INSERT INTO pair_days AS p
        (team_id, viewer_id, other_id, day, given, received, given_entries, received_entries)
      SELECT :team_id, d.* FROM delta d
      ON CONFLICT (team_id, viewer_id, other_id, day) DO UPDATE SET
        given = p.given + excluded.given, received = p.received + excluded.received,
        given_entries = p.given_entries + excluded.given_entries,
        received_entries = p.received_entries + excluded.received_entries
      RETURNING p.*
    ), pairs AS (
      SELECT DISTINCT viewer_id, other_id FROM delta
    ), live AS (
      SELECT * FROM changed WHERE given_entries + received_entries > 0
      UNION ALL
      SELECT p.* FROM pairs JOIN pair_days p USING (viewer_id, other_id)
      WHERE p.team_id = :team_id AND p.given_entries + p.received_entries > 0
        AND NOT EXISTS (SELECT FROM delta d
          WHERE d.viewer_id = p.viewer_id AND d.other_id = p.other_id AND d.day = p.day)
    ), gone AS (
      DELETE FROM pair_sums s USING pairs
      WHERE s.team_id = :team_id AND s.viewer_id = pairs.viewer_id AND s.other_id = pairs.other_id
        AND NOT EXISTS (SELECT FROM live l
          WHERE l.viewer_id = s.viewer_id AND l.other_id = s.other_id)
    ), {SUMS_OF_LIVE} {_PUT}
    """
)
_SUM_ALL = text(f"WITH {LIVE}, {SUMS_OF_LIVE} {_PUT}")


def keep(change: Change) -> None:
    """The ledger's projection: both people's views follow a change of an entry."""
    deltas: dict[tuple[UUID, UUID, int], list[Any]] = {}
    for counts, sign in ((change.before, -1), (change.after, 1)):
        if counts is not None:
            _add(deltas, change, counts, sign)
    rows = [(*key, *delta) for key, delta in sorted(deltas.items()) if any(delta)]
    if not rows:
        return
    names = ("viewers", "others", "days", "given", "received", "given_entries", "received_entries")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    db.session().execute(_KEEP, {**columns, **_constants()})


def _add(
    deltas: dict[tuple[UUID, UUID, int], list[Any]], change: Change, counts: Counts, sign: int
) -> None:
    day = number_of(counts.day)
    gave = deltas.setdefault(
        (change.giver_id, change.receiver_id, day), [Decimal(0), Decimal(0), 0, 0]
    )
    gave[0] += sign * counts.for_giver
    gave[2] += sign * (counts.for_giver > 0)
    got = deltas.setdefault(
        (change.receiver_id, change.giver_id, day), [Decimal(0), Decimal(0), 0, 0]
    )
    got[1] += sign * counts.for_receiver
    got[3] += sign * (counts.for_receiver > 0)


def _constants() -> dict[str, Any]:
    return {
        "team_id": db.current_team_id(),
        "cap": measures.DAILY_CAP,
        "half_life": measures.HALF_LIFE,
        "now": clock.now(),
    }


def rebuild() -> None:
    """Make every pair of the team again from the ledger, while its acts wait."""
    lock_whole_ledger()
    team_id = db.current_team_id()
    session = db.session()
    # Ten million entries take longer than a request may.
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(delete(PairSum).where(PairSum.team_id == team_id))
    session.execute(delete(PairDay).where(PairDay.team_id == team_id))
    names = [
        "viewer_id",
        "other_id",
        "day",
        "given",
        "received",
        "given_entries",
        "received_entries",
    ]
    session.execute(insert(PairDay).from_select(names, replayed_days(), include_defaults=True))
    session.execute(_SUM_ALL, _constants())


def verify() -> list[str]:
    """What differs: states from their acts, days from a replay, sums from their days. Empty is good."""
    lock_whole_ledger()
    drifted = [f"give {give_id} differs from a replay of its acts" for give_id in find_drifted()]
    return [*drifted, *find_day_differences(), *find_sum_differences()]
