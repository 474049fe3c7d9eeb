"""The words of a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.core import asking, marks


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("the woman from the Lisbon dinner who sails", ("woman", "lisbon", "dinner", "sail")),
        ("Sailing, SAILED & sails!", ("sail",)),
        ("Crème brûlée", ("creme", "brulee")),
        ("who is it", ("who", "is", "it")),
        ("gas bus yes", ("gas", "bus", "yes")),
        ("Встреча в Москве", ("встреча", "москве")),
        ("a b c %", ()),
        ("", ()),
    ],
)
def test_fillers_signs_and_endings_do_not_count(question: str, words: tuple[str, ...]) -> None:
    assert asking.words_of(question) == words


@given(st.text(max_size=80))
def test_words_are_few_different_and_made_of_letters(question: str) -> None:
    words = asking.words_of(question)
    assert len(words) == len(set(words)) <= asking.MOST
    assert all(word and "_" not in word and word == word.strip() for word in words)


_WORDS = st.lists(st.sampled_from(["plain", "wörter", "harbour", "Ünder", "a\n"]), max_size=120)


@given(_WORDS, _WORDS)
def test_an_excerpt_is_short_and_holds_what_was_sought(before: list[str], after: list[str]) -> None:
    text = " ".join([*before, "Regattas", *after])
    shown = marks.excerpt(text, "regatta", 60)
    assert "Regattas" in shown
    assert len(shown) <= 62
    assert shown.strip("…").strip() in " ".join(text.split())
