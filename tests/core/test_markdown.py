"""Markdown of people becomes harmless HTML."""

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from community.core import markdown

_EVIL = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://tracker.example/p.gif)",
        '<div hx-get="/x" hx-trigger="load">x</div>',
        "<style>*{display:none}</style>",
        '<p style="position:fixed">x</p>',
        "<iframe srcdoc='<script>1</script>'>",
        "[a]: javascript:alert(1)\n\n[a]",
        '<https://example.org/"onclick=alert(1)>',
        '[x](https://example.org "a\\" onmouseover=\\"alert(1)")',
        "<form action=/t/x><button>go</button></form>",
        "<!--",
        "-->",
        "<![CDATA[",
        "`",
        "```\n",
        "> ",
        "- ",
        "# ",
        "**",
        "~~",
        "\\",
        "&lt;script&gt;",
        "\n\n",
    ]
)
_TEXTS = st.lists(st.one_of(_EVIL, st.text(max_size=30)), max_size=12).map("".join)


@settings(max_examples=400, deadline=None)
@given(_TEXTS)
def test_nothing_that_runs_or_loads_survives(text: str) -> None:
    page = BeautifulSoup(markdown.render(text), "html.parser")
    for element in page.find_all():
        assert element.name in markdown.TAGS
        for name, value in element.attrs.items():
            assert name in {"href", "title", "rel", "start"}
            if name == "href":
                assert (
                    not str(value).lower().lstrip().startswith(("javascript", "data", "vbscript"))
                )


@settings(max_examples=100, deadline=None)
@given(_TEXTS)
def test_the_plain_words_are_one_short_line(text: str) -> None:
    plain = markdown.plain(text, 60)
    assert len(plain) <= 61
    assert "\n" not in plain


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>"),
        ("# Agenda", "<p><strong>Agenda</strong></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("<b>raw</b>", "<p>&lt;b&gt;raw&lt;/b&gt;</p>"),
    ],
)
def test_markdown_reads_as_written(written: str, shown: str) -> None:
    assert markdown.render(written).strip() == shown


def test_links_open_no_way_back() -> None:
    link = BeautifulSoup(markdown.render("[us](https://example.org/a)"), "html.parser").a
    assert link is not None
    assert link["href"] == "https://example.org/a"
    assert "noopener" in " ".join(link["rel"])


def test_the_plain_words_keep_signs_but_no_marks() -> None:
    assert markdown.plain("**Fish & chips** at 6 < 7") == "Fish & chips at 6 < 7"


def test_deep_nesting_ends() -> None:
    assert len(markdown.render("> " * 5000 + "x")) < 100_000
