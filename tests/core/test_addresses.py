import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.core.addresses import normalise_email


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("ann@example.org", "ann@example.org"),
        ("  Ann.Lee+News@Example.ORG\n", "ann.lee+news@example.org"),
        ("o'neil@example.org", "o'neil@example.org"),
        ("JO\u0308RG@exämple.de", "jörg@exämple.de"),
        ("ann@sub.example.co.uk", "ann@sub.example.co.uk"),
        ("ann@xn--exmple-cua.de", "ann@xn--exmple-cua.de"),
    ],
)
def test_an_address_has_one_spelling(written: str, stored: str) -> None:
    assert normalise_email(written) == stored


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ann",
        "@example.org",
        "ann@",
        "ann@example",
        "ann@@example.org",
        "ann lee@example.org",
        "ann@exam ple.org",
        ".ann@example.org",
        "ann.@example.org",
        "a..b@example.org",
        "ann@-example.org",
        "ann@example-.org",
        "ann@example..org",
        "ann@example.org.",
        "ann@127.0.0.1",
        "ann@[127.0.0.1]",
        '"ann lee"@example.org',
        "Ann <ann@example.org>",
        "ann@example.org,ben@example.org",
        "ann@example.org\r\nBcc: ben@example.org",
        "ann\0@example.org",
        "ann\u200b@example.org",
        "ann@exa\u202emple.org",
        "ann@example_x.org",
        "a" * 65 + "@example.org",
        "ann@" + "a" * 64 + ".org",
        "ann@" + "a." * 130 + "org",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    assert normalise_email(written) is None


@given(st.text() | st.from_regex(r"\A[^@\s]{1,20}@[^@\s]{1,20}\Z"))
def test_normalising_twice_changes_nothing(written: str) -> None:
    once = normalise_email(written)
    assert once is None or normalise_email(once) == once
