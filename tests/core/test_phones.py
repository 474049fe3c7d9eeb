"""Telephone numbers compare as E.164."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.core import phones


@pytest.mark.parametrize(
    ("written", "region", "e164"),
    [
        ("+49 30 901820", None, "+4930901820"),
        ("030 901820", "DE", "+4930901820"),
        ("030 901820", None, None),
        ("call me", None, None),
        ("+1", None, None),
        ("+49" + "1" * 80, None, None),
    ],
)
def test_a_number_is_understood_with_its_country_or_not_at_all(
    written: str, region: str | None, e164: str | None
) -> None:
    assert phones.normalise(written, region) == e164


@given(st.text(max_size=70))
def test_any_text_is_read_without_an_error(text: str) -> None:
    found = phones.normalise(text, "DE")
    assert found is None or found.startswith("+")
