"""Links, labels, records and limits, each by itself."""

import io
from datetime import date

import pytest

from community.exchange.formats import limits
from community.exchange.formats.errors import MESSAGES, FormatError
from community.exchange.formats.labels import normalise_label
from community.exchange.formats.limits import read_limited
from community.exchange.formats.links import normalise_url
from community.exchange.formats.record import (
    Birthday,
    Labelled,
    PersonRecord,
    Phone,
    RawProperty,
)


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("example.org", "https://example.org"),
        ("WWW.Example.org/Ab?x=1", "https://www.example.org/Ab?x=1"),
        ("HTTP://Example.org:8080/", "http://example.org:8080/"),
        ("https://example.org/ä b", "https://example.org/%C3%A4%20b"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://user:pw@example.org", None),
        ("https://", None),
        ("https://[::1", None),
        ("https://example.org:99999999/", None),
        ("no address", None),
        ("https://example.org/" + "x" * 2000, None),
    ],
)
def test_links_are_http_or_nothing(value: str, url: str | None) -> None:
    assert normalise_url(value) == url


def test_labels_have_one_spelling() -> None:
    spellings = ("Work", "* Work", "_$!<Work>!$_", "Arbeit", "geschäftlich", "BUSINESS")
    assert {normalise_label(each) for each in spellings} == {"work"}
    assert normalise_label("Cell") == normalise_label("Handy") == "mobile"
    assert normalise_label("  My   boat ") == "My boat"
    assert len(normalise_label("x" * 500)) == 60


def test_a_record_is_staged_as_json_and_comes_back() -> None:
    record = PersonRecord(
        line=3,
        name="Ann",
        emails=(Labelled("a@example.org", "work"),),
        phones=(Phone("1", "home", None),),
        links=(Labelled("https://example.org"),),
        birthday=Birthday(2, 29),
        tags=("a",),
        notes=("n",),
        external_id="x",
        connected_on=date(2026, 1, 2),
        extra=(RawProperty("ADR", ";;x", ";TYPE=home", "item1"),),
    )
    assert PersonRecord.from_data(record.to_data()) == record
    assert PersonRecord.from_data(PersonRecord(1, "B").to_data()) == PersonRecord(1, "B")


def test_a_stream_is_never_read_far_beyond_its_limit() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(FormatError) as refused:
        read_limited(endless)
    assert refused.value.code == "file_too_large"
    assert endless.given <= limits.MAX_FILE + 64 * limits.KIB
    assert read_limited(io.BytesIO(b"x" * limits.MAX_FILE)) == b"x" * limits.MAX_FILE


def test_an_error_says_its_line_and_keeps_what_is_needed_to_translate_it() -> None:
    error = FormatError("encoding_mixed", 7, other=3)
    assert error.message == f"Line 7: {MESSAGES[error.code] % error.params}"
    assert error.line == 7
    assert (error.status, error.field) == (422, "file")
