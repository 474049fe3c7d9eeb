"""The plan of the sample team's year: the same from the same day, whole, and in decent words."""

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from community.demo.actions import stories, year
from community.demo.actions.cast import MEMBERS, OUTSIDERS

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
MOMENTS = [NOW, datetime(2027, 1, 1, 0, 5, tzinfo=UTC), datetime(2028, 2, 29, 23, 59, tzinfo=UTC)]
NEVER = re.compile(r"\b(debt|owe[sd]?|taker|lapsed|one-sided|unthanked|lorem)\b", re.IGNORECASE)


def test_the_same_moment_gives_the_same_year() -> None:
    assert year.plan_year(NOW) == year.plan_year(NOW)
    assert year.hold_outsiders(NOW) == year.hold_outsiders(NOW)


def test_the_year_moves_with_the_day() -> None:
    later = year.plan_year(NOW + timedelta(days=10))
    for now, then in zip(year.plan_year(NOW), later, strict=True):
        assert (now.giver, now.receiver, now.fate) == (then.giver, then.receiver, then.fate)
        assert now.acts[0].data["story"] == then.acts[0].data["story"]
        assert then.acts[0].data["happened_on"] - now.acts[0].data["happened_on"] == timedelta(
            days=10
        )


@pytest.mark.parametrize("now", MOMENTS)
def test_it_spans_a_year_that_ends_today_and_nothing_lies_ahead(now: datetime) -> None:
    days = [each.acts[0].data["happened_on"] for each in year.plan_year(now)]
    assert max(days) == now.date()
    assert min(days) == now.date() - timedelta(days=year.DAYS - 1)
    for each in year.plan_year(now):
        times = [act.at for act in each.acts]
        assert times == sorted(times)
        assert times[-1] < now
        assert times[0] > now - year.FIRST_MORNING
        # A give may be dated one day ahead of when it was written.
        assert each.acts[0].data["happened_on"] <= times[0].date() + timedelta(days=1)


def test_every_fate_comes_as_often_as_is_said() -> None:
    planned = year.plan_year(NOW)
    assert Counter(each.fate for each in planned) == year.FATES
    assert len(planned) + year.REPLACED == year.GIVES == 400


def test_one_side_is_always_a_member_and_the_writer_is_one_of_the_two() -> None:
    members = {member.name for member in MEMBERS}
    for each in year.plan_year(NOW):
        assert each.giver != each.receiver
        assert {each.giver, each.receiver} & members
        assert each.acts[0].by in {each.giver, each.receiver} & members


def test_twelve_members_and_forty_around_them() -> None:
    assert (len(MEMBERS), len(OUTSIDERS)) == (12, 40)
    names = {each.name for each in (*MEMBERS, *OUTSIDERS)}
    addresses = {each.email for each in (*MEMBERS, *OUTSIDERS)}
    assert len(names) == len(addresses) == 52
    assert all(re.fullmatch(r"[a-z.]+@[a-z]+\.example\.org", address) for address in addresses)


def test_nobody_says_the_same_about_the_same_person_twice() -> None:
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in year.plan_year(NOW):
        other = each.receiver if each.acts[0].verb == "log" else each.giver
        told[each.acts[0].by, other].append(each.acts[0].data["story"])
    assert all(len(set(words)) == len(words) for words in told.values())
    assert len({act.data["story"] for each in year.plan_year(NOW) for act in each.acts[:1]}) > 250


def test_the_words_are_ones_a_page_may_show() -> None:
    written = [each.acts[0].data["story"] for each in year.plan_year(NOW)]
    written += [act.data.get("thanks", "") for each in year.plan_year(NOW) for act in each.acts]
    assert not any("{" in words for words in written)
    for words in (
        *written,
        *stories.REASONS,
        *stories.NOTES,
        *stories.PRIVATE_NOTES,
        stories.LETTER_BODY,
    ):
        assert not NEVER.search(words), words
