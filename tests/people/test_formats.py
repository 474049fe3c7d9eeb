"""People as they are shown and pasted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.people.formats import Pasted, position_line, read_pasted


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
