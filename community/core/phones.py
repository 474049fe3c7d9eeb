"""Telephone numbers: kept as written, compared as E.164."""

import phonenumbers

MAX_PHONE = 60


def normalise(value: str, default_region: str | None) -> str | None:
    """The number in E.164, or None where it cannot be understood.

    `default_region` is an ISO 3166 code ("DE") for numbers written without a country; with
    None only numbers that begin with + are understood. Extensions are not part of E.164.
    """
    if len(value) > MAX_PHONE:
        return None
    try:
        number = phonenumbers.parse(value, default_region)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
