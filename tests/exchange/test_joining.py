"""Who of a file is who: ids first, then mail, and names where an address is shared."""

import time

import pytest

from community.core import db
from community.exchange.matching import names
from community.exchange.matching.joining import CROWD, Here, Joiner, Key, Known

NOBODY = Here({}, {})


def key(line: int, name: str, external_id: str | None = None, *mails: str) -> Key:
    return Key((line, 0), names.words(name), external_id, mails)


def known(name: str, *external_ids: str) -> Known:
    return Known(db.new_id(), 1, names.words(name), frozenset(external_ids))


def joined(here: Here, *rows: Key) -> list[tuple[list[int], Known | None]]:
    joiner = Joiner(here)
    joiner.take(rows)
    return [([row.place[0] for row in group.rows], group.person) for group in joiner.groups]


def by_mail(**holders: list[Known]) -> Here:
    return Here({}, {f"{mail}@x.org": people for mail, people in holders.items()})


def test_rows_with_the_same_id_or_mail_are_one_person() -> None:
    rows = (
        key(2, "Ann Lee", "1"),
        key(3, "Bob Ray", None, "b@x.org"),
        key(4, "Ann Miller", "1"),
        key(5, "Robert Ray", None, "b@x.org"),
    )
    assert joined(NOBODY, *rows) == [([2, 4], None), ([3, 5], None)]


def test_a_row_with_both_addresses_joins_those_with_one_each() -> None:
    rows = (
        key(2, "Ann Lee", None, "a@x.org"),
        key(3, "Ann Lee", None, "lee@x.org"),
        key(4, "Ann Lee", None, "lee@x.org", "a@x.org"),
    )
    assert joined(NOBODY, *rows) == [([2, 3, 4], None)]


def test_strangers_who_share_an_address_stay_apart() -> None:
    rows = (key(2, "Ann Lee", None, "info@x.org"), key(3, "Bob Ray", None, "info@x.org"))
    assert joined(NOBODY, *rows) == [([2], None), ([3], None)]


def test_different_ids_part_two_of_one_family_but_not_one_person_exported_twice() -> None:
    family = (key(2, "John Smith", "1", "s@x.org"), key(3, "Mary Smith", "2", "s@x.org"))
    twice = (key(2, "John Smith", "1", "s@x.org"), key(3, "John Smith", "9", "s@x.org"))
    assert joined(NOBODY, *family) == [([2], None), ([3], None)]
    assert joined(NOBODY, *twice) == [([2, 3], None)]


def test_the_id_decides_before_the_mail() -> None:
    ann, bob = known("Ann Lee", "1"), known("Bob Ray")
    here = Here({"1": ann}, {"b@x.org": [bob]})
    assert joined(here, key(2, "Ann Lee", "1", "b@x.org")) == [([2], ann)]


def test_the_mail_finds_somebody_here_whatever_they_are_called() -> None:
    ann = known("A. Lee")
    assert joined(by_mail(a=[ann]), key(2, "Anna B", None, "a@x.org")) == [([2], ann)]


def test_among_several_holders_of_an_address_the_name_decides() -> None:
    ann, bob = known("Ann Lee"), known("Bob Ray")
    here = by_mail(info=[ann, bob])
    rows = (
        key(2, "Bob Ray", None, "info@x.org"),
        key(3, "Ann Lee", None, "info@x.org"),
        key(4, "Cid Poe", None, "info@x.org"),
    )
    assert joined(here, *rows) == [([2], bob), ([3], ann), ([4], None)]


def test_a_person_here_is_not_taken_for_a_second_stranger_of_the_file() -> None:
    ann = known("Ann Lee")
    rows = (key(2, "Ann Lee", None, "info@x.org"), key(3, "Bob Ray", None, "info@x.org"))
    assert joined(by_mail(info=[ann]), *rows) == [([2], ann), ([3], None)]


def test_somebody_the_source_calls_otherwise_is_somebody_else_unless_the_name_is_the_same() -> None:
    john = known("John Smith", "1")
    here = by_mail(s=[john])
    assert joined(here, key(2, "Mary Smith", "2", "s@x.org")) == [([2], None)]
    assert joined(here, key(2, "John Smith", "2", "s@x.org")) == [([2], john)]


def test_rows_that_are_the_same_person_here_join() -> None:
    ann = known("Ann Lee", "1")
    here = Here({"1": ann}, {"a@x.org": [ann]})
    rows = (key(2, "Ann Lee", "1"), key(3, "A. Lee", None, "a@x.org"))
    assert joined(here, *rows) == [([2, 3], ann)]


@pytest.mark.parametrize("same_name", [True, False])
def test_an_address_of_everybody_costs_no_more_than_any_other(same_name: bool) -> None:
    count = 20_000
    rows = [key(n, "Ann Lee" if same_name else f"P{n} Q{n}", None, "i@x.org") for n in range(count)]
    started = time.process_time()
    groups = joined(NOBODY, *rows)
    assert len(groups) == (1 if same_name else count)
    # Every pair compared would be two hundred million comparisons.
    assert time.process_time() - started < 5
    crowd = [known(f"P{n} Q{n}") for n in range(CROWD + 5)]
    last = rows[CROWD + 4]
    expected = None if same_name else crowd[CROWD + 4]
    assert joined(by_mail(i=crowd), last)[0][1] == expected


@pytest.mark.parametrize(
    ("one", "other", "closeness"),
    [
        ("Ann Lee", "ann  LEE", names.EQUAL),
        ("Ann Miller", "Dr. Ann Miller", names.SAME),
        ("Ann Miller", "Ann Smith", names.SAME),
        ("Robert Ray", "Bob Ray", names.AKIN),
        ("Ann Lee", "Bob Ray", names.STRANGERS),
        ("A. B", "C. B", names.STRANGERS),
    ],
)
def test_how_close_two_names_are(one: str, other: str, closeness: int) -> None:
    assert names.closeness(names.words(one), names.words(other)) == closeness
