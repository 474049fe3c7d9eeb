"""Dates as address books write them: ISO, German, American, British, with or without a year."""

import re
from datetime import date
from typing import Literal

from community.exchange.formats.record import Birthday

DateOrder = Literal["dmy", "mdy"]

# What programs write where there is no date.
_NO_DATE = re.compile(r"^[0\s./\-]*$")
_ISO = re.compile(r"^(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?$")
_ISO_NO_YEAR = re.compile(r"^--(\d{2})-?(\d{2})$")
_DOTTED = re.compile(r"^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})?$")
_SLASHED = re.compile(r"^(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}))?(?:\s.*)?$")
_DAY_WORD = re.compile(r"^(\d{1,2})\.?[\s\-]([^\W\d_]{3,9})\.?(?:,?[\s\-](\d{4}))?$")
_WORD_DAY = re.compile(r"^([^\W\d_]{3,9})\.?\s(\d{1,2})(?:,?\s(\d{4}))?$")
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january januar jän jänner",
            "feb february februar",
            "mar march mär mrz märz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        1,
    )
    for word in words.split()
}
# Apple writes a birthday without a year in this one.
_APPLE_NO_YEAR = 1604
_EARLIEST = 1850
_LONGEST = 40


class DateError(ValueError):
    """`code` says why: date_unreadable or date_ambiguous."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_birthday(text: str, order: DateOrder | None = None) -> Birthday | None:
    """A birthday, None for an empty cell; DateError otherwise.

    `order` tells whether 3/4 is the third of April ("dmy") or the fourth of March ("mdy").
    """
    found = _split(text, order)
    if found is None:
        return None
    year, month, day = found
    if year == _APPLE_NO_YEAR:
        year = None
    if year is not None and year < _EARLIEST:
        raise DateError("date_unreadable")
    # A leap year stands in, so that 29 February is a birthday.
    _checked(year or 2000, month, day)
    return Birthday(month, day, year)


def parse_date(text: str, order: DateOrder | None = None) -> date | None:
    """A full date, None for an empty cell; DateError otherwise."""
    found = _split(text, order)
    if found is None:
        return None
    year, month, day = found
    if year is None:
        raise DateError("date_unreadable")
    return _checked(year, month, day)


def order_of(values: list[str]) -> DateOrder | None:
    """Day first or month first, as told by the values that can only be one of them."""
    orders: set[DateOrder] = set()
    for value in values:
        if match := _SLASHED.match(value.strip()):
            first, second = int(match[1]), int(match[2])
            if first > 12 >= second:
                orders.add("dmy")
            elif second > 12 >= first:
                orders.add("mdy")
    return orders.pop() if len(orders) == 1 else None


def _checked(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DateError("date_unreadable") from None


def _split(text: str, order: DateOrder | None) -> tuple[int | None, int, int] | None:
    """Year, month and day as written, not yet checked."""
    text = text.strip()
    if _NO_DATE.match(text):
        return None
    if len(text) > _LONGEST or not text.isprintable():
        raise DateError("date_unreadable")
    if match := _ISO.match(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _ISO_NO_YEAR.match(text):
        return None, int(match[1]), int(match[2])
    if match := _DOTTED.match(text):
        return _year(match[3]), int(match[2]), int(match[1])
    if match := _SLASHED.match(text):
        first, second = _ordered(int(match[1]), int(match[2]), order)
        return _year(match[3]), second, first
    return _with_month_name(text)


def _with_month_name(text: str) -> tuple[int | None, int, int]:
    if match := _DAY_WORD.match(text):
        day, word, year = match[1], match[2], match[3]
    elif match := _WORD_DAY.match(text):
        word, day, year = match[1], match[2], match[3]
    else:
        raise DateError("date_unreadable")
    month = _MONTHS.get(word.lower())
    if month is None:
        raise DateError("date_unreadable")
    return _year(year), month, int(day)


def _year(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _ordered(first: int, second: int, order: DateOrder | None) -> tuple[int, int]:
    """Day and month of two numbers between slashes."""
    if first == second or second > 12 or first > 12:
        return (second, first) if second > 12 else (first, second)
    if order is None:
        raise DateError("date_ambiguous")
    return (first, second) if order == "dmy" else (second, first)
