from datetime import date
from pathlib import Path

import pytest

from community.core.csv_writing import safe_cell, write_csv
from community.exchange.formats.csv import open_csv, preview_cells
from community.exchange.formats.errors import FormatError
from community.exchange.formats.record import Birthday, Labelled, PersonRecord, Phone, RowError

SAMPLES = Path(__file__).parent / "samples"
MAPPING = {"Name": "name", "Mail": "email:work", "Born": "birthday"}


def sample(name: str) -> list[PersonRecord]:
    return list(open_csv((SAMPLES / name).read_bytes(), default_region="DE").records)


def codes(parsed) -> list[tuple[int, str | None, str]]:
    return [(error.line, error.field, error.code) for error in parsed.errors]


def test_google_contacts_need_no_mapping() -> None:
    first, second = sample("google.csv")
    assert (first.name, first.call_name) == ("Ayumi Sternberg", "Yumi")
    assert first.emails == (
        Labelled("ayumi@example.org", "work"),
        Labelled("a.sternberg@example.net", "work"),
        Labelled("yumi@example.com", "home"),
    )
    assert first.phones == (
        Phone("+49 151 23456789", "mobile", "+4915123456789"),
        Phone("030 23125 123", "Boat", "+493023125123"),
    )
    assert first.links == (Labelled("https://sternberg.example.org/work", "Portfolio"),)
    assert (first.organisation, first.position) == ("Kollektiv Nord", "Producer")
    assert first.birthday == Birthday(2, 29, 1984)
    assert first.tags == ("Clients", "Berlin")
    assert first.notes == ("Met at the fair.\nLikes walks.",)
    assert (second.line, second.birthday, second.tags) == (4, Birthday(7, 4), ())


def test_the_older_google_export_in_utf_16_needs_no_mapping() -> None:
    parsed = open_csv((SAMPLES / "google_old.csv").read_bytes())
    assert (parsed.source, parsed.encoding) == ("google", "utf-16")
    (person,) = parsed.records
    assert person.name == "Renske van Dijk"
    assert person.emails == (Labelled("renske@example.nl", "work"),)
    assert person.phones == (Phone("+31 20 5551234", "work fax", "+31205551234"),)
    assert (person.organisation, person.position) == ("De Brug", "Editor")
    assert person.tags == ("Choir",)


def test_outlook_in_german_needs_no_mapping() -> None:
    parsed = open_csv((SAMPLES / "outlook_de.csv").read_bytes(), default_region="DE")
    assert (parsed.source, parsed.encoding, parsed.delimiter) == ("outlook", "cp1252", ";")
    first, second = parsed.records
    assert first.name == "Bärbel Großkopf"
    assert [mail.value for mail in first.emails] == ["baerbel@example.de", "privat@example.de"]
    assert [(phone.label, phone.e164) for phone in first.phones] == [
        ("work", "+493023125123"),
        ("mobile", "+4915123456789"),
    ]
    assert (first.organisation, first.position) == ("Müller & Söhne", "Geschäftsführerin")
    assert first.birthday == Birthday(12, 31, 1965)
    assert first.tags == ("Kundin", "Köln")
    assert first.notes == ("„Sehr“ nett – 5 €",)
    assert second.birthday is None


def test_outlook_in_english_tells_month_first_by_its_rows() -> None:
    first, second, third = sample("outlook_en.csv")
    assert first.position == "Buyer"
    assert first.birthday == Birthday(3, 31, 1971)
    assert second.birthday is None
    assert third.birthday == Birthday(4, 5, 1990)


def test_tabs_a_separator_line_and_columns_of_one_name_are_read() -> None:
    parsed = open_csv((SAMPLES / "people.tsv").read_bytes())
    assert parsed.columns == ("Full name", "Email", "Email (2)", "Tags", "Met on")
    assert parsed.total == 2
    first, _second = parsed.records
    assert [mail.value for mail in first.emails] == ["nia@example.org", "n.r@example.org"]
    assert first.tags == ("choir", "board")
    assert first.met_on == date(2024, 6, 1)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_dialect_in_every_encoding_reads_alike(delimiter: str, codec: str) -> None:
    rows = [["Name", "Mail", "Born"], ["Jörg Öztürk", "j@example.org", "31.12.1980"]]
    text = "".join(delimiter.join(row) + "\r\n" for row in rows)
    parsed = open_csv(text.encode(codec), MAPPING)
    assert parsed.delimiter == delimiter
    assert list(parsed) == [
        PersonRecord(
            line=2,
            name="Jörg Öztürk",
            emails=(Labelled("j@example.org", "work"),),
            birthday=Birthday(12, 31, 1980),
        )
    ]


def test_other_alphabets_are_recognised_and_can_be_chosen() -> None:
    cyrillic = "Имя,Mail\nИванов Иван Петрович,i@example.org\n".encode("cp1251")
    assert open_csv(cyrillic).columns[0] == "Имя"
    polish = "Name,Mail\nWałęsa,w@example.org\n".encode("cp1250")
    assert next(open_csv(polish, encoding="cp1250").records).name == "Wałęsa"
    with pytest.raises(FormatError, match="UTF-8"):
        open_csv(polish, encoding="utf-8")
    with pytest.raises(FormatError):
        open_csv(polish, encoding="rot13")


def test_slashed_dates_are_asked_about_unless_a_row_or_the_caller_tells() -> None:
    def read(text: str, **options: str):
        return open_csv(
            f"Name,Born\n{text}".encode(), {"Name": "name", "Born": "birthday"}, **options
        )

    assert codes(read("Ann,3/4/1980\n")) == [(2, "birthday", "date_ambiguous")]
    assert next(read("Ann,3/4/1980\n", order="dmy").records).birthday == Birthday(4, 3, 1980)
    assert next(read("Ann,3/4/1980\n", order="mdy").records).birthday == Birthday(3, 4, 1980)
    told = [person.birthday for person in read("Ann,3/4/1980\nBen,25/4/1980\n").records]
    assert told == [Birthday(4, 3, 1980), Birthday(4, 25, 1980)]
    assert next(read("Ann,4/4/1980\n").records).birthday == Birthday(4, 4, 1980)


def test_rows_are_refused_by_line_and_the_rest_is_read() -> None:
    text = (
        "Name,Mail,Born\n"
        "Ann,ann@example.org,\n"
        ",nobody@example.org,\n"
        'Ben,"not, a mail",30.02.1980\n'
        "Cy,cy@example.org,,surplus\n"
        f"{'D' * 201},d@example.org,\n"
        "\n"
        "Ed\n"
    )
    parsed = open_csv(text.encode(), MAPPING)
    assert codes(parsed) == [
        (3, "name", "no_name"),
        (4, "emails", "email_malformed"),
        (4, "birthday", "date_unreadable"),
        (5, None, "too_many_cells"),
        (6, "name", "too_long"),
    ]
    assert [person.name for person in parsed.records] == ["Ann", "Ben", "Ed"]
    assert [error.skipped for error in parsed.errors] == [True, False, False, True, True]


def test_a_line_number_is_where_the_row_begins() -> None:
    text = 'Name,Mail\n"Ann\nMarie",a@example.org\nBen,bad\n'
    parsed = open_csv(text.encode())
    assert [person.line for person in parsed.records] == [2, 4]
    assert next(parsed.records).name == "Ann Marie"


def test_a_stray_quote_inside_one_line_is_tolerated() -> None:
    names = [p.name for p in open_csv(b'Name,Mail\n"Pete" Smith,\nAnn "Bo" Lee,\n').records]
    assert names == ["Pete Smith", 'Ann "Bo" Lee']


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({"Nickname": "call_name"}, "mapping_unknown_column"),
        ({"Name": "nickname"}, "mapping_unknown_field"),
        ({"Name": "name:work"}, "mapping_unknown_field"),
        ({"Mail": "email"}, "mapping_without_name"),
        ({"Name": ""}, "mapping_without_name"),
    ],
)
def test_a_mapping_must_fit_the_file(mapping: dict[str, str], code: str) -> None:
    with pytest.raises(FormatError) as refused:
        open_csv(b"Name,Mail\nAnn,a@example.org\n", mapping)
    assert refused.value.code == code


def test_an_unknown_header_leaves_the_choice_to_the_person() -> None:
    data = b"Wer,Wo\nAnn,Bonn\nBen,Ulm\n"
    parsed = open_csv(data)
    assert parsed.mapping == {}
    assert preview_cells(parsed, data, rows=1) == [["Ann", "Bonn"]]
    assert next(open_csv(data, {"Wer": "name"}).records).name == "Ann"


def test_values_beyond_fifty_are_left_out_with_one_error() -> None:
    mails = " ::: ".join(f"a{n}@example.org" for n in range(60))
    rows = list(open_csv(f"Name,Mail\nAnn,{mails}\n".encode()))
    assert [row.code for row in rows if isinstance(row, RowError)] == ["too_many_values"]
    assert len(rows[-1].emails) == 50


def test_text_is_normalised_and_control_characters_go() -> None:
    data = 'Name,Notes\nJo\u0308rg\u00a0\x07  Ba\u200b,"a\x0b\r\nb"\n'.encode()
    (person,) = open_csv(data).records
    assert person.name == "Jörg Ba\u200b"
    assert person.notes == ("a\nb",)


def test_export_marks_what_a_spreadsheet_would_run() -> None:
    for start in "=+-@\t\r\n\uff1d":
        assert safe_cell(f"{start}x") == f"'{start}x"
    assert safe_cell("x=1") == "x=1"
    assert (safe_cell(-3), safe_cell(2.5), safe_cell(None)) == ("-3", "2.5", "")


def test_an_export_reads_back_as_it_was() -> None:
    rows = [["=1+1", '-a;=b,"c"', "zwei\nZeilen"]] * 450
    data = b"".join(write_csv(["Name", "Company", "Notes"], rows))
    assert data.startswith(b"\xef\xbb\xbf")
    people = list(open_csv(data).records)
    assert len(people) == 450
    assert (people[0].name, people[0].organisation) == ("=1+1", '-a;=b,"c"')
    assert people[0].notes == ("zwei\nZeilen",)


def test_addresses_of_a_table_are_kept_as_a_card_has_them() -> None:
    table = (
        "Name,Home Address,Address 1 - Label,Address 1 - Formatted,Further Details\n"
        'Ann,"Ufer 3\n50667 Köln",Work,Tor 1 ::: Weg 2; Hof,"ADR:;;Tor 1;;;;\nX-A:b\nFN:no\nnonsense"\n'
    ).encode()
    (ann,) = open_csv(table).records
    assert [(prop.name, prop.params, prop.value) for prop in ann.extra] == [
        ("ADR", "", ";;Tor 1;;;;"),
        ("X-A", "", "b"),
        ("ADR", ';TYPE="home"', ";;Ufer 3\\, 50667 Köln;;;;"),
        ("ADR", ';TYPE="work"', ";;Weg 2\\; Hof;;;;"),
    ]
    assert [(error.field, error.code) for error in open_csv(table).errors] == [
        ("extra", "line_malformed")
    ]
