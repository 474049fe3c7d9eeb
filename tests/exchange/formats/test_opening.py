"""What a file is, and what somebody pasted."""

from pathlib import Path

import pytest

from community.exchange.formats.columns import read_columns
from community.exchange.formats.errors import FormatError
from community.exchange.formats.opening import detect_format, open_file
from community.exchange.formats.pasting import pasted_file

SAMPLES = Path(__file__).parent / "samples"


@pytest.mark.parametrize(
    ("sample", "kind", "source"),
    [
        ("Connections.csv", "linkedin", "linkedin"),
        ("google.csv", "csv", "google"),
        ("google_old.csv", "csv", "google"),
        ("outlook_en.csv", "csv", "outlook"),
        ("outlook_de.csv", "csv", "outlook"),
        ("people.tsv", "csv", "csv"),
        ("apple.vcf", "vcard", "vcard"),
        ("v4.vcf", "vcard", "vcard"),
    ],
)
def test_a_file_says_what_it_is(sample: str, kind: str, source: str) -> None:
    data = (SAMPLES / sample).read_bytes()
    assert detect_format(data) == kind
    assert open_file(data, kind).source == source


def test_the_name_of_a_file_tells_what_it_should_be() -> None:
    assert detect_format(b"Hello", "friends.VCF") == "vcard"


def test_an_archive_is_the_operators() -> None:
    with pytest.raises(FormatError) as refused:
        open_file(b"PK\x03\x04", "archive")
    assert refused.value.code == "file_zipped"


def pasted(text: str) -> list[tuple[int, str, list[str]]]:
    content, shift = pasted_file(text)
    records = open_file(content, detect_format(content)).records
    return [(r.line - shift, r.name, [mail.value for mail in r.emails]) for r in records]


def test_a_list_has_one_person_a_line() -> None:
    text = 'Ann Lee\n\nBob Ray <bob@x.org>\nCid Poe, cid@y.org\ndee@z.org\nEve "Evie" O\'Neil\n'
    assert pasted(text) == [
        (1, "Ann Lee", []),
        (3, "Bob Ray", ["bob@x.org"]),
        (4, "Cid Poe", ["cid@y.org"]),
        (5, "dee", ["dee@z.org"]),
        (6, 'Eve "Evie" O\'Neil', []),
    ]


def test_a_pasted_table_or_card_stays_what_it_is() -> None:
    assert pasted("Name;Mail\nAnn Lee;ann@x.org\n") == [(2, "Ann Lee", ["ann@x.org"])]
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann Lee\nEND:VCARD\n"
    assert pasted(card) == [(1, "Ann Lee", [])]


def test_the_columns_show_their_first_cells_and_whether_dates_are_clear() -> None:
    data = b"Name,Born,Nonsense\nAnn,3/4/1980,x\nBob,5/6/1981,\n"
    unclear = read_columns(data, "csv", None, {"Name": "name", "Born": "birthday"})
    assert unclear.names == ("Name", "Born", "Nonsense")
    assert unclear.sample[0] == ("Ann", "3/4/1980", "x")
    assert unclear.is_ambiguous
    guessed = read_columns(data, "csv", None, {"Elsewhere": "name"})
    assert (dict(guessed.guess), guessed.is_ambiguous) == ({"Name": "name"}, False)
    assert (
        read_columns(b"BEGIN:VCARD\nVERSION:3.0\nFN:A\nEND:VCARD\n", "vcard", None, None).names
        == ()
    )
