"""People as they are shown and pasted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.people.formats import Pasted, position_line, read_pasted
from community.people.formats.extras import Extra, read_address, read_extra


@pytest.mark.parametrize(
    ("line", "name", "email"),
    [
        ("Mara Ellison <Mara@Hale.example>", "Mara Ellison", "mara@hale.example"),
        ('"Ellison, Mara" <mara@hale.example>', "Ellison, Mara", "mara@hale.example"),
        ("Mara Ellison, mara@hale.example", "Mara Ellison", "mara@hale.example"),
        ("mara@hale.example; Mara Ellison", "Mara Ellison", "mara@hale.example"),
        ("Mara\tmara@hale.example", "Mara", "mara@hale.example"),
        ("<mara@hale.example>", "mara@hale.example", "mara@hale.example"),
        ("mara@hale.example", "mara@hale.example", "mara@hale.example"),
        ("  Mara   Ellison ", "Mara Ellison", None),
        ("Mara <not a mail>", "Mara, not a mail", None),
    ],
)
def test_a_line_is_a_name_and_perhaps_an_address(line: str, name: str, email: str | None) -> None:
    assert read_pasted(line) == [Pasted(1, name, email)]


def test_empty_lines_are_left_out_and_lines_keep_their_number() -> None:
    assert [p.line for p in read_pasted("\n Mara\n,;\n\nOskar")] == [2, 5]


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for pasted in read_pasted(text):
        assert 0 < len(pasted.name) <= 254
        assert "\n" not in pasted.name


def test_the_line_under_a_name_says_what_is_known() -> None:
    assert position_line([]) == ""
    assert position_line([{"title": "Designer", "organisation": ""}]) == "Designer"
    assert position_line([{"title": "Designer", "organisation": "Hale"}]) == "Designer, Hale"


def told(*properties: tuple[str, str, str, str], **days: str) -> list[Extra]:
    return read_extra({"vcard": [list(each) for each in properties], **days})


def test_what_no_field_holds_is_told_in_plain_words() -> None:
    address = ("ADR", ";;Am Ufer 3\\nHof;Köln;;50667;Germany", ";type=HOME;type=pref", "item1")
    label = ("X-ABLABEL", "_$!<Other>!$_", "", "item1")
    assert told(address) == [Extra("address", "Am Ufer 3 Hof, 50667 Köln, Germany", "home")]
    assert told(address, label)[0].label == "Other"
    assert told(("ANNIVERSARY", "20100603", "", "")) == [Extra("anniversary", "2010-06-03")]
    assert told(("X-SHOE-SIZE", "42\\, wide", "", "")) == [Extra("other", "42, wide", "Shoe size")]
    (shoe,) = told(("X-SHOE-SIZE", "42", "", ""))
    assert (shoe.words, shoe.note) == ("Shoe size", "")


def test_days_are_told_in_words_and_name_linkedin_where_a_link_does() -> None:
    days = {"connected_on": "2023-03-03", "met_on": "2020-01-31"}
    met = read_extra(days, ["https://www.linkedin.com/in/ann"])
    assert [(e.words, e.shown) for e in met] == [
        ("Connected on LinkedIn", "3 March 2023"),
        ("Met on", "31 January 2020"),
    ]
    assert read_extra(days)[0].words == "Connected on"


def test_a_part_of_an_organisation_is_a_department_of_one_they_work_at() -> None:
    extra = {"vcard": [["ORG", "Acme;Research;Optics", "", ""]]}
    assert read_extra(extra, (), ["Acme"]) == [Extra("department", "Research, Optics")]
    assert read_extra(extra) == [Extra("organisation", "Acme, Research, Optics")]


def test_what_only_programs_need_and_what_is_a_link_already_is_not_told() -> None:
    url = "https://social.example/@lulu"
    extra = {
        "vcard": [
            ["REV", "2026-03-04T05:06:07Z", "", ""],
            ["N", "Lee;Ann;;;", "", ""],
            ["X-ABADR", "de", "", "item1"],
            ["X-PHONETIC-FIRST-NAME", "En", "", ""],
            ["X-SOCIALPROFILE", url, ";type=mastodon", ""],
        ]
    }
    assert read_extra(extra, [url]) == []
    assert [(e.kind, e.href) for e in read_extra(extra)] == [("profile", url)]
    assert read_extra({}) == []


@given(st.text(max_size=80), st.text(max_size=40))
def test_any_property_is_told_without_an_error(value: str, params: str) -> None:
    for name in ("ADR", "ORG", "X-A", "ANNIVERSARY"):
        for extra in told((name, value, params, "g")):
            assert extra.value
            assert extra.words
            assert extra.shown
    assert "\n" not in read_address(value)


@pytest.mark.parametrize("value", ["javascript:alert(1)", "ftp://x", "https://a b"])
def test_only_web_addresses_lead_anywhere(value: str) -> None:
    assert Extra("profile", value).href == ""
