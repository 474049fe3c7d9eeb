"""A person's own rules, without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.core.text import fold
from community.people.models import Person, is_day


@pytest.mark.parametrize(
    ("month", "day", "year", "known"),
    [
        (2, 29, None, True),
        (2, 29, 2000, True),
        (2, 29, 2001, False),
        (2, 30, None, False),
        (4, 31, 1980, False),
        (12, 31, None, True),
        (13, 1, None, False),
        (0, 1, None, False),
    ],
)
def test_a_birthday_is_a_day_of_its_year_or_of_some_year(
    month: int, day: int, year: int | None, known: bool
) -> None:
    assert is_day(month, day, year) is known


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_every_calendar_day_can_be_a_birthday(day: date) -> None:
    assert is_day(day.month, day.day, day.year)
    assert is_day(day.month, day.day, None)


def test_a_birthday_is_set_and_forgotten_whole() -> None:
    person = Person()
    assert person.birthday is None
    person.born_on({"month": 2, "day": 29, "year": None})
    assert person.birthday == {"month": 2, "day": 29, "year": None}
    person.born_on(None)
    assert person.birthday is None


@given(st.text(max_size=60), st.text(max_size=20))
def test_a_renamed_person_is_sorted_and_sought_by_the_folded_name(name: str, call: str) -> None:
    person = Person()
    person.rename(name, call)
    assert person.sort_key == fold(name)
    assert person.sought == fold(f"{name} {call}")


@given(st.text(max_size=30), st.text(max_size=10), st.text(max_size=30))
def test_a_new_name_leaves_the_other_sought_words(name: str, call: str, new: str) -> None:
    person = Person()
    person.rename(name, call)
    person.index_names(["m@hale.example", "Hale"])
    person.rename(new)
    assert person.sought == fold(f"{new} {call} m@hale.example hale")


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Zoë Łukasz", "zoe lukasz"),
        ("GROẞ  ß", "gross ss"),
        ("Ærø\tØrsted", "aero orsted"),
        ("İpek", "ipek"),
    ],
)
def test_accents_and_case_do_not_matter_to_search(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_one_is_called_by_the_call_name_if_there_is_one() -> None:
    person = Person()
    person.rename("Elisabeth Brandt", "")
    assert person.shown_name == "Elisabeth Brandt"
    person.rename("Elisabeth Brandt", "Lisa")
    assert person.shown_name == "Lisa"
