"""Telephone numbers: kept as written, compared as E.164."""

from functools import cache
from importlib import import_module
from typing import Any

MAX_PHONE = 60


@cache
def _library() -> Any:
    """Loaded at the first number: its tables take a tenth of a process's start."""
    return import_module("phonenumbers")


def normalise(value: str, default_region: str | None) -> str | None:
    """The number in E.164, or None where it cannot be understood.

    `default_region` is an ISO 3166 code ("DE") for numbers written without a country; with
    None only numbers that begin with + are understood. Extensions are not part of E.164.
    """
    if len(value) > MAX_PHONE:
        return None
    phonenumbers = _library()
    try:
        number = phonenumbers.parse(value, default_region)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def regions() -> frozenset[str]:
    """The regions whose numbers can be read without a country code."""
    return frozenset(_library().SUPPORTED_REGIONS)
