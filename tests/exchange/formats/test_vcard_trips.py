"""Cards made up as programs write them: read, written and read again, they say the same."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from community.core.card_text import escape
from community.exchange.formats.record import PersonRecord
from community.exchange.formats.vcard import open_vcard, write_vcard
from tests.faults.sizes import CARDS

_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=20
)
_WORDS = st.one_of(_TEXT, st.sampled_from(["ä" * 60, "a,b;c\\d", "🎺🎺", "=3D", '"q"', "x:y"]))
_NAMES = ("ADR", "IMPP", "RELATED", "ROLE", "X-CUSTOM", "X-ABDATE", "TZ", "GEO", "LANG", "KIND-X")
_TYPES = st.sampled_from(
    ("", ";TYPE=work", ';TYPE="home,voice"', ";type=CELL;type=pref", ";HOME", ";PREF=1;X-P=a b")
)
_GROUPS = st.sampled_from(("", "", "item1.", "item2.", "A-1."))


@st.composite
def _line(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(("EMAIL", "TEL", "URL", "NOTE", "CATEGORIES", "unknown")))
    head = f"{draw(_GROUPS)}{{}}{draw(_TYPES)}"
    if kind == "unknown":
        return f"{head.format(draw(st.sampled_from(_NAMES)))}:{escape(draw(_WORDS))}"
    if kind == "EMAIL":
        return f"{head.format(kind)}:m{draw(st.integers(1, 9))}@example.org"
    if kind == "URL":
        return f"{head.format(kind)}:https://example.org/{draw(st.integers(1, 9))}"
    values = [escape(each) for each in draw(st.lists(_WORDS, min_size=1, max_size=3))]
    return f"{head.format(kind)}:{','.join(values)}"


@st.composite
def _cards(draw: st.DrawFn) -> list[str]:
    """The logical lines of one card."""
    first, last = draw(_WORDS), draw(_WORDS)
    lines = [f"FN:{escape(first)} {escape(last)}", f"N:{escape(last)};{escape(first)};;;"]
    lines += [f"UID:urn:x:{draw(st.integers(0, 10**9))}", "REV:20240102T030405Z"]
    lines += draw(st.lists(st.sampled_from(["BDAY:19800203", "BDAY:--0229"]), max_size=1))
    lines += draw(
        st.lists(st.sampled_from(["SORT-STRING:Quill\\, Ada", "SORT-STRING:ada"]), max_size=1)
    )
    field = "X-COMMUNITY-FIELD;X-NAME=\"Shoe ^'size^', ^^\":44\\nor 45"
    lines += draw(st.lists(st.sampled_from([field]), max_size=1))
    lines += draw(st.lists(_line(), max_size=8))
    if draw(st.booleans()):
        lines.append(f"item1.X-ABLabel:{escape(draw(_WORDS))}")
    return lines


def _folded(line: str, chance: random.Random) -> bytes:
    """A line as bytes, folded anywhere, inside a character too."""
    data, out = line.encode(), b""
    while len(data) > 1 and chance.random() < 0.3:
        cut = chance.randrange(1, len(data))
        out, data = out + data[:cut] + chance.choice((b"\r\n ", b"\n\t", b"\r\n\t")), data[cut:]
    return out + data + b"\r\n"


def _read(data: bytes) -> list[PersonRecord]:
    return [
        PersonRecord(**{**{n: getattr(p, n) for n in PersonRecord.__slots__}, "line": 1})
        for p in open_vcard(data, default_region="DE").records
    ]


@pytest.mark.parametrize("version", ["3.0", "4.0"])
@settings(max_examples=CARDS, deadline=None)
@given(lines=_cards(), seed=st.integers(0, 10**6))
@example(
    lines=["FN:0 \U0002f800", "N:\U0002f800;0;;;", "UID:urn:x:0", "REV:20240102T030405Z"], seed=0
)
def test_what_a_card_said_is_said_again_in_both_versions(version, lines, seed: int) -> None:
    chance = random.Random(seed)
    body = b"".join(_folded(line, chance) for line in lines)
    read = _read(b"BEGIN:VCARD\r\nVERSION:" + version.encode() + b"\r\n" + body + b"END:VCARD\r\n")
    assert read, "strict about nothing"
    again = _read(b"".join(write_vcard(read, version)))
    assert again == read
    kept = {prop.name for prop in read[0].extra}
    unknown = {line.split(":")[0].split(";")[0].split(".")[-1] for line in lines}
    assert {"REV"} | (unknown & {*_NAMES}) <= kept, "no property is lost"
