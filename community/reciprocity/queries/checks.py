"""Comparing what is kept with a replay of the ledger."""

from typing import Any

from sqlalchemy import and_, func, or_, select, text

from community.core import db
from community.ledger import queries as ledger
from community.reciprocity import measures
from community.reciprocity.models import PairDay
from community.reciprocity.queries.pairs import EPOCH, day_of

TOLERANCE = 1e-9


def replayed_days() -> Any:
    """The day sums as a replay of the whole ledger makes them."""
    entries = ledger.views()
    day = (entries.c.day - EPOCH).label("day")
    return select(
        entries.c.viewer_id,
        entries.c.other_id,
        day,
        func.sum(entries.c.given).label("given"),
        func.sum(entries.c.received).label("received"),
        func.count().filter(entries.c.given > 0).label("given_entries"),
        func.count().filter(entries.c.received > 0).label("received_entries"),
    ).group_by(entries.c.viewer_id, entries.c.other_id, entries.c.day)


def find_day_differences() -> list[str]:
    """Pairs and days where the kept sums are not the replay's, to the last digit."""
    replayed = replayed_days().subquery("replayed")
    kept = (
        select(PairDay)
        .where(
            PairDay.team_id == db.current_team_id(),
            PairDay.given_entries + PairDay.received_entries > 0,
        )
        .subquery("kept")
    )
    same = and_(
        kept.c.viewer_id == replayed.c.viewer_id,
        kept.c.other_id == replayed.c.other_id,
        kept.c.day == replayed.c.day,
    )
    names = ("given", "received", "given_entries", "received_entries")
    statement = (
        select(
            func.coalesce(kept.c.viewer_id, replayed.c.viewer_id),
            func.coalesce(kept.c.other_id, replayed.c.other_id),
            func.coalesce(kept.c.day, replayed.c.day),
        )
        .select_from(kept.join(replayed, same, full=True))
        .where(or_(*[kept.c[name].is_distinct_from(replayed.c[name]) for name in names]))
    )
    return [
        f"day {day_of(day)} of {viewer} with {other} differs from a replay"
        for viewer, other, day in db.session().execute(statement)
    ]


# Needs `live` (days of pairs) before it; makes the row of `pair_sums` for each pair.
SUMS_OF_LIVE = """
    edge AS (
      SELECT viewer_id, other_id, min(day) AS first_day, max(day) AS latest_day FROM live
      GROUP BY viewer_id, other_id
    ), aged AS (
      SELECT live.*, edge.first_day, edge.latest_day,
        power(2::float8, (day - latest_day) / :half_life ::float8) AS left_over
      FROM live JOIN edge USING (viewer_id, other_id)
    ), made AS (
      SELECT viewer_id, other_id, first_day, latest_day,
        sum(least(given, :cap)::float8 * left_over) AS given,
        sum(least(received, :cap)::float8 * left_over) AS received,
        sum(least(given, :cap)) AS given_lifetime,
        sum(least(received, :cap)) AS received_lifetime,
        sum(given_entries + received_entries) AS entries
      FROM aged GROUP BY viewer_id, other_id, first_day, latest_day
    )
"""
LIVE = """
    live AS (
      SELECT * FROM pair_days WHERE team_id = :team_id AND given_entries + received_entries > 0
    )
"""
_SUM_DIFFERENCES = text(
    f"""
    WITH {LIVE}, {SUMS_OF_LIVE}
    SELECT coalesce(m.viewer_id, s.viewer_id) AS viewer_id, coalesce(m.other_id, s.other_id) AS other_id
    FROM made m FULL JOIN (SELECT * FROM pair_sums WHERE team_id = :team_id) s USING (viewer_id, other_id)
    WHERE m.viewer_id IS NULL OR s.viewer_id IS NULL
      OR (m.first_day, m.latest_day, m.given_lifetime, m.received_lifetime, m.entries)
         <> (s.first_day, s.latest_day, s.given_lifetime, s.received_lifetime, s.entries)
      OR abs(m.given - s.given) > :tolerance * greatest(1, m.given)
      OR abs(m.received - s.received) > :tolerance * greatest(1, m.received)
    """
)


def find_sum_differences() -> list[str]:
    """Pairs whose kept sums are not those of their days (decayed ones within 1e-9)."""
    values = {
        "team_id": db.current_team_id(),
        "cap": measures.DAILY_CAP,
        "half_life": measures.HALF_LIFE,
        "tolerance": TOLERANCE,
    }
    return [
        f"the sums of {row.viewer_id} with {row.other_id} differ from their days"
        for row in db.session().execute(_SUM_DIFFERENCES, values)
    ]
