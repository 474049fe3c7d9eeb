"""Marking what was sought."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from community.core import marks


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("Mara Ellison", "mara", "<mark>Mara</mark> Ellison"),
        ("Mara Ellison", "ell MA", "<mark>Ma</mark>ra <mark>Ell</mark>ison"),
        ("Tamara", "mara", "Tamara"),
        ("Émile Zola", "emi", "<mark>Émi</mark>le Zola"),
        ("E\u0301mile", "e", "<mark>E\u0301</mark>mile"),
        ("Groß", "gross", "<mark>Groß</mark>"),
        ("O'Hara", "hara", "O&#39;<mark>Hara</mark>"),
        ("<b>Mara", "b", "&lt;<mark>b</mark>&gt;Mara"),
        ("Mara", "", "Mara"),
        ("", "x", ""),
    ],
)
def test_words_that_begin_as_sought_are_marked(text: str, query: str, shown: str) -> None:
    assert str(marks.marked(text, query)) == shown


@given(st.text(max_size=40), st.text(max_size=10))
def test_marking_changes_no_text(text: str, query: str) -> None:
    assert "".join(piece for piece, _hit in marks.parts(text, query)) == text


@given(
    st.lists(
        st.sampled_from(["<script>", "&lt;", "</mark>", "a", "-", '"', "'", "é"]), max_size=8
    ).map("".join),
    st.sampled_from(["a", "<script>", "mark", "&", "script"]),
)
def test_marking_adds_no_element_but_marks(text: str, query: str) -> None:
    soup = BeautifulSoup(marks.marked(text, query), "html.parser")
    assert {element.name for element in soup.find_all()} <= {"mark"}
    assert soup.get_text() == text
