from datetime import date
from pathlib import Path

import pytest

from community.exchange.formats.errors import FormatError
from community.exchange.formats.linkedin import is_linkedin, open_linkedin
from community.exchange.formats.links import linkedin_key
from community.exchange.formats.record import Labelled, RowError

DATA = (Path(__file__).parent / "samples" / "Connections.csv").read_bytes()
HEADER = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_notes_above_the_header_are_skipped(codec: str) -> None:
    parsed = open_linkedin(DATA.decode().encode(codec))
    assert parsed.total == 5
    assert [person.name for person in parsed.records] == [
        "Marguerite Oyelaran",
        "Jörg Brandstätter",
        "Tomás Nuñez de la Vega, PhD",
        "Ida Kvist",
    ]


def test_a_connection_has_its_key_company_and_day() -> None:
    first, second, third, _fourth = open_linkedin(DATA).records
    assert first.line == 5
    assert first.emails == ()
    assert first.external_id == "linkedin.com/in/marguerite-oyelaran-4b2a91"
    assert (first.organisation, first.position) == ("Harbour & Finch", "Partner, Head of Sourcing")
    assert first.connected_on == date(2026, 11, 2)
    assert second.emails == (Labelled("joerg.brandstaetter@example.org"),)
    assert second.external_id == "linkedin.com/in/jörg-brandstätter"
    assert third.emails == (Labelled("tomas@example.com"),)
    assert third.organisation == '"Quadro" Labs'


def test_a_closed_account_is_skipped_and_bad_fields_are_named() -> None:
    assert list(open_linkedin(DATA).errors) == [
        RowError(7, "name", "no_name", skipped=True),
        RowError(9, "emails", "email_malformed", {"value": "not-a-mail"}),
        RowError(9, "connected_on", "date_unreadable", {"value": "31 Feb 2025"}),
    ]


def test_every_spelling_of_a_profile_gives_one_key() -> None:
    spellings = (
        "https://www.linkedin.com/in/j%C3%B6rg-b",
        "https://www.linkedin.com/in/Jörg-B/",
        "http://de.linkedin.com/in/jo\u0308rg-b?trk=people",
        "https://linkedin.com/in/J%c3%96RG-B#top",
    )
    assert {linkedin_key(url) for url in spellings} == {"linkedin.com/in/jörg-b"}


def test_an_address_elsewhere_is_no_key() -> None:
    assert linkedin_key("https://notlinkedin.com/in/ann") is None
    row = "Ann,B,https://example.org/ann,,,,\n"
    (person,) = open_linkedin((HEADER + row).encode()).records
    assert person.external_id is None
    assert person.links == (Labelled("https://example.org/ann", "LinkedIn"),)


def test_the_export_is_recognised() -> None:
    assert is_linkedin(DATA)
    assert not is_linkedin(b"Name,Email\nAnn,a@example.org\n")
    assert not is_linkedin(b"First Name,Last Name,Company,Email\nAnn,Lee,Acme,a@example.org\n")
    assert not is_linkedin(b"PK\x03\x04")


def test_another_table_is_refused() -> None:
    with pytest.raises(FormatError) as refused:
        open_linkedin(b"Name,Email\nAnn,a@example.org\n")
    assert refused.value.code == "linkedin_header_missing"
