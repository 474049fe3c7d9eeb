"""Whatever the bytes: a file that can be read to its end, or a FormatError."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.exchange.formats.csv import open_csv
from community.exchange.formats.errors import FormatError
from community.exchange.formats.linkedin import open_linkedin
from community.exchange.formats.record import Parsed, PersonRecord
from community.exchange.formats.vcard import open_vcard

_CSV_PARTS = st.sampled_from(
    rb"""Name|First Name|Last Name|Connected On|Email|URL|Birthday|3/4/1980|=1+1|"|""|,|;""".split(
        b"|"
    )
) | st.sampled_from(
    [
        b"\t",
        b"\n",
        b"\r",
        b"\r\n",
        b"sep=;\n",
        b"\0",
        b"\xc3\xa4",
        b"\xe4",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"x" * 300,
    ]
)
_VCARD_PARTS = st.sampled_from(
    b'FN:|N:a;b|item1.|EMAIL;TYPE=work:|TEL:|a@b.ch|BDAY:|--0229|\\|\\n|;|:|,|"|=|X-A|ORG:|CATEGORIES:|URL:http://'
    b"|ENCODING=QUOTED-PRINTABLE:|X-ABLabel:|PHOTO:|KIND:org|\xc3|\xa4|\xe4|\0|+49 30 1".split(b"|")
) | st.sampled_from(
    [
        b"BEGIN:VCARD\r\n",
        b"END:VCARD\r\n",
        b"VERSION:3.0\n",
        b"VERSION:4.0\n",
        b"\r\n ",
        b"\n\t",
        b"=C3=\n",
        b"\n",
        b"\r",
    ]
)
_FILES = st.one_of(
    st.binary(max_size=400),
    st.lists(_CSV_PARTS, max_size=40).map(b"".join),
    st.lists(_VCARD_PARTS, max_size=40).map(
        lambda parts: b"BEGIN:VCARD\nVERSION:3.0\nFN:A\n" + b"".join(parts) + b"\nEND:VCARD\n"
    ),
    st.text(max_size=200).map(lambda text: text.encode("utf-16", "surrogatepass")),
)


@pytest.mark.parametrize("reader", [open_csv, open_linkedin, open_vcard])
@settings(max_examples=400, deadline=None)
@given(data=_FILES)
def test_any_bytes_are_read_to_the_end_or_refused(reader, data: bytes) -> None:
    try:
        parsed = reader(data)
    except FormatError as error:
        refused = error
    else:
        check_rows(parsed)
        return
    assert refused.message


def check_rows(parsed: Parsed) -> None:
    rows = list(parsed)
    for row in rows:
        if isinstance(row, PersonRecord):
            assert row.name == row.name.strip() != ""
            stored = json.loads(json.dumps(row.to_data()).encode("utf-8"))
            assert PersonRecord.from_data(stored) == row
            assert "\\u0000" not in json.dumps(stored)
        else:
            assert row.message
    assert list(parsed) == rows


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=2), max_size=8))
def test_the_rows_counted_are_the_rows_read(rows: list[list[str]]) -> None:
    text = "Name,Note\n" + "".join(
        ",".join('"' + cell.replace('"', '""').replace("\0", "") + '"' for cell in row) + "\n"
        for row in rows
    )
    parsed = open_csv(text.encode("utf-8", "replace"), {"Name": "name", "Note": "note"})
    assert parsed.total == sum(1 for row in rows if any(c.replace("\0", "") for c in row))
