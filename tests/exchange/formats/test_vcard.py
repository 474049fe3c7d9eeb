from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.exchange.formats.draft import Draft
from community.exchange.formats.errors import FormatError
from community.exchange.formats.record import Birthday, Labelled, PersonRecord, Phone, RawProperty
from community.exchange.formats.vcard import open_vcard, write_vcard

SAMPLES = Path(__file__).parent / "samples"


def read(text: str, **options: str) -> list[PersonRecord]:
    return list(open_vcard(text.encode(), **options).records)


def card(*lines: str, version: str = "3.0") -> str:
    body = "".join(f"{line}\r\n" for line in lines)
    return f"BEGIN:VCARD\r\nVERSION:{version}\r\n{body}END:VCARD\r\n"


def apple() -> PersonRecord:
    parsed = open_vcard((SAMPLES / "apple.vcf").read_bytes(), default_region="DE")
    return next(parsed.records)


def test_a_card_of_a_telephone_is_read_whole() -> None:
    person = apple()
    assert person.name == "Dr. Leïla Noor Haddad-Lindström"
    assert person.call_name == "Lulu"
    assert person.emails == (
        Labelled("leila@example.org", "home"),
        Labelled("studio@example.org", "Atelier"),
    )
    assert person.phones == (
        Phone("+49 151 23456789", "mobile", "+4915123456789"),
        Phone("030 23125 124", "work fax", "+493023125124"),
    )
    assert person.links == (
        Labelled("https://leila.example.org", "home"),
        Labelled("https://social.example/@lulu", "Mastodon"),
    )
    assert (person.organisation, person.position) == ("Studio Süd, GmbH", "Art director")
    assert person.birthday == Birthday(2, 29)
    assert person.tags == ("Kunst", "Köln, Süd")
    assert person.notes == (
        "Erste Zeile\nzweite, längere Zeile mit einem Umlaut am Umbruch und einem Emoji 🎺.",
    )
    assert person.external_id == "5F3C-11"


def test_a_company_is_not_a_person_and_pictures_are_counted() -> None:
    parsed = open_vcard((SAMPLES / "apple.vcf").read_bytes())
    (error,) = [row for row in parsed.errors if row.skipped]
    assert (error.line, error.code) == (28, "not_a_person")
    assert parsed.ignored == {"PHOTO": 1}
    assert parsed.total == 2


def test_a_line_may_be_folded_inside_a_character() -> None:
    data = (SAMPLES / "v4.vcf").read_bytes()
    (person,) = open_vcard(data).records
    assert person.notes == ("äöü€🎺" * 30,)
    with pytest.raises(UnicodeDecodeError):
        _ = [line.decode() for line in data.split(b"\r\n")]


def test_version_4_is_read() -> None:
    (person,) = open_vcard((SAMPLES / "v4.vcf").read_bytes()).records
    assert person.name == "Žofie Þórsdóttir-Øster"
    assert [mail.value for mail in person.emails] == ["first@example.org", "second@example.org"]
    assert person.phones == (Phone("+420-601-123-456 ext. 7", "home", "+420601123456"),)
    assert person.birthday == Birthday(7, 4)
    assert person.external_id == "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_what_has_no_field_survives_the_round_trip(version) -> None:
    person = apple()
    (again,) = open_vcard(b"".join(write_vcard([person], version)), default_region="DE").records
    kept = {(prop.group, prop.name, prop.params, prop.value) for prop in again.extra}
    assert ("item3", "ADR", ";type=HOME", ";;Am Ufer 3;Köln;;50667;Germany") in kept
    assert ("item3", "X-ABADR", "", "de") in kept
    assert (
        "",
        "X-SOCIALPROFILE",
        ';type=mastodon;x-user="a:b"',
        "https://social.example/@lulu",
    ) in kept
    assert ("", "REV", "", "2026-03-04T05:06:07Z") in kept
    assert ("", "ORG", "", "Studio Süd\\, GmbH;Form\\;Farbe") in kept
    assert again == PersonRecord(**{**_fields(person), "line": 1, "extra": again.extra})
    assert set(again.extra) == set(person.extra)


def _fields(person: PersonRecord) -> dict:
    return {name: getattr(person, name) for name in PersonRecord.__slots__}


def test_a_changed_name_does_not_go_out_with_the_old_parts() -> None:
    renamed = PersonRecord(**{**_fields(apple()), "name": "Leïla Okafor"})
    text = b"".join(write_vcard([renamed])).decode()
    assert "\r\nN:;Leïla Okafor;;;\r\n" in text
    assert "Lindström" not in text


def test_written_lines_are_at_most_75_bytes_and_cut_no_character() -> None:
    person = PersonRecord(line=1, name="Ann", notes=("äöü€🎺" * 200,))
    data = b"".join(write_vcard([person]))
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)
    assert next(open_vcard(data).records) == person


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("BDAY:19850312", Birthday(3, 12, 1985)),
        ("BDAY:1985-03-12", Birthday(3, 12, 1985)),
        ("BDAY;VALUE=date:1985-03-12T00:00:00Z", Birthday(3, 12, 1985)),
        ("BDAY:--0229", Birthday(2, 29)),
        ("BDAY:--03-12", Birthday(3, 12)),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", Birthday(2, 29)),
        ("BDAY:2000-02-29", Birthday(2, 29, 2000)),
    ],
)
def test_birthdays_are_read_with_and_without_year(written: str, read_as: Birthday) -> None:
    (person,) = read(card("FN:Ann", written))
    assert person.birthday == read_as


@pytest.mark.parametrize("written", ["1985-02-29", "--0230", "1985-13-01", "---12", "soon"])
def test_a_birthday_that_is_no_day_is_an_error_of_that_field(written: str) -> None:
    rows = list(open_vcard(card("FN:Ann", f"BDAY:{written}").encode()))
    assert [getattr(row, "code", None) for row in rows] == ["date_unreadable", None]
    assert rows[1].birthday is None


def test_a_birthday_in_words_is_kept_for_the_way_back() -> None:
    (person,) = read(card("FN:Ann", "BDAY;VALUE=text:circa 1800", version="4.0"))
    assert person.birthday is None
    assert person.extra == (RawProperty("BDAY", "circa 1800", ";VALUE=text"),)


def test_a_card_without_fn_is_named_by_its_parts() -> None:
    (person,) = read(card("N:van Dijk;Renske;Maria;Dr.;PhD"))
    assert person.name == "Dr. Renske Maria van Dijk PhD"


def test_a_card_without_any_name_is_skipped_with_its_line() -> None:
    (error,) = open_vcard((card("FN:Ann") + card("EMAIL:a@example.org")).encode()).errors
    assert (error.line, error.code, error.skipped) == (5, "no_name", True)


def test_types_of_version_2_and_quoted_printable_are_tolerated() -> None:
    text = card(
        "FN:Ann",
        "TEL;WORK;VOICE:1",
        "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg=0Alacht,=\r\n und =3D singt",
        "TITLE;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:B=E4cker",
    )
    (person,) = read(text)
    assert person.phones == (Phone("1", "work"),)
    assert person.notes == ("Jörg\nlacht, und = singt",)
    assert person.position == "Bäcker"


def test_cards_of_an_old_program_in_cp1252_are_read() -> None:
    parsed = open_vcard(card("FN:Jörg Großkopf", "NOTE:5 € für Müller").encode("cp1252"))
    assert parsed.encoding == "cp1252"
    assert next(parsed.records).name == "Jörg Großkopf"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_byte_order_marks_are_understood(codec: str) -> None:
    text = card("FN:Žofie 🎺")
    data = text.encode(codec) if codec != "utf-16-be" else b"\xfe\xff" + text.encode(codec)
    assert next(open_vcard(data).records).name == "Žofie 🎺"


def test_line_ends_of_every_system_are_read() -> None:
    text = card("FN:Ann", "NOTE:a\r\n  b")
    for end in ("\r\n", "\n", "\r"):
        (person,) = read(text.replace("\r\n", end))
        assert person.notes == ("a b",)


def test_a_card_of_an_old_android_telephone_is_read_and_goes_out_as_a_new_one() -> None:
    (person,) = open_vcard((SAMPLES / "android_2_1.vcf").read_bytes()).records
    assert (person.name, person.organisation) == ("Jörg Große", "Bäckerei Süd")
    assert person.phones[0].label == "mobile"
    assert person.emails == (Labelled("joerg@example.org", "home"),)
    assert person.notes == ("Erste Zeile\nzweite; mit = und ä",)
    assert person.birthday == Birthday(5, 17, 1980)
    (address,) = [prop for prop in person.extra if prop.name == "ADR"]
    assert address.params == ";TYPE=HOME"
    assert [
        PersonRecord(**{**_fields(again), "line": 1})
        for again in open_vcard(b"".join(write_vcard([person], "4.0"))).records
    ] == [person]


def test_a_version_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(FormatError, match=r"version 5\.0.*3\.0 or 4\.0"):
        open_vcard(b"BEGIN:VCARD\nVERSION:5.0\nN:a;b\nEND:VCARD\n")


_LINES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=30
)
_WORDS = st.one_of(
    _LINES, st.sampled_from(["a,b;c", "\\n", "\\", "a\\,b", "=41=", '"q"', "_$!<Home>!$_"])
)
_NOTES = st.one_of(_WORDS, st.tuples(_WORDS, _WORDS).map("\n".join), st.just("ä€🎺" * 60))
_LABELS = st.one_of(st.sampled_from(["", "work", "home", "mobile", "work fax", "Boat"]), _WORDS)
_BIRTHDAYS = st.one_of(
    st.none(),
    st.dates().filter(lambda day: day.year >= 1850).map(lambda d: Birthday(d.month, d.day, d.year)),
    st.just(Birthday(2, 29)),
    st.just(Birthday(12, 31)),
)


@st.composite
def people(draw) -> PersonRecord:
    """Records as a reader would make them."""
    made = Draft(1, region="DE")
    made.name = made.line_of("name", draw(_WORDS)) or "Ann"
    made.call_name = made.line_of("call_name", draw(st.one_of(st.just(""), _WORDS)))
    made.organisation = made.line_of("organisation", draw(st.one_of(st.just(""), _WORDS)))
    made.position = made.line_of("position", draw(st.one_of(st.just(""), _WORDS)))
    made.external_id = made.line_of("external_id", draw(st.one_of(st.just(""), _WORDS))) or None
    made.birthday = draw(_BIRTHDAYS)
    for value in draw(st.lists(st.sampled_from(["a@example.org", "O'x+y@ä.example"]))):
        made.add_email(value, draw(_LABELS))
    for value in draw(st.lists(st.one_of(_WORDS, st.just("030 23125 123")), max_size=3)):
        made.add_phone(value, draw(_LABELS))
    for value in draw(
        st.lists(st.sampled_from(["example.org/a,b;c\\d", "http://x.example/?q=ä b"]))
    ):
        made.add_link(value, draw(_LABELS))
    for value in draw(st.lists(_WORDS, max_size=3)):
        made.add_tag(value)
    for value in draw(st.lists(_NOTES, max_size=3)):
        made.add_note(value)
    person = list(made.finish())[-1]
    assert isinstance(person, PersonRecord)
    return person


@pytest.mark.parametrize("version", ["3.0", "4.0"])
@settings(max_examples=300, deadline=None)
@given(written=st.lists(people(), min_size=1, max_size=3))
def test_what_is_written_reads_back_equal(version, written: list[PersonRecord]) -> None:
    parsed = open_vcard(b"".join(write_vcard(written, version)), default_region="DE")
    back = [PersonRecord(**{**_fields(person), "line": 1}) for person in parsed.records]
    assert back == written
    assert list(parsed.errors) == []


def test_a_profile_with_a_web_address_is_a_link_and_any_other_is_kept() -> None:
    (person,) = read(
        card(
            "FN:Ann",
            "X-SOCIALPROFILE;type=linkedin:https://www.linkedin.com/in/ann",
            "X-SOCIALPROFILE;type=xing;x-user=ann:x-apple:ann",
            "SOCIALPROFILE;VALUE=text;TYPE=home:@ann",
        )
    )
    assert person.links == (Labelled("https://www.linkedin.com/in/ann", "LinkedIn"),)
    assert [prop.value for prop in person.extra] == ["x-apple:ann", "@ann"]
