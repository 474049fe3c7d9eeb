"""The colours of the stylesheet can be told apart and read, in both themes."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "community" / "web" / "static" / "src" / "tokens.css"
GROUNDS = ("canvas", "surface", "sunken")
HEX = r"#[0-9a-f]{6}"

# role, grounds it stands on, least ratio in the light and in the dark theme (the design's measured ones).
PAIRS = [
    ("ink", GROUNDS, 14.2, 14.4),
    ("ink-2", GROUNDS, 7.6, 9.4),
    ("ink", ("active",), 14.2, 11.5),
    ("ink-2", ("chip",), 7.6, 7.4),
    ("ink-3", (*GROUNDS, "hover"), 5.0, 5.9),
    ("accent", (*GROUNDS, "accent-soft"), 6.2, 7.5),
    ("on-accent", ("accent", "accent-strong"), 7.4, 9.4),
    ("receive", ("surface", "receive-soft"), 5.8, 7.6),
    ("thanks", ("surface", "thanks-soft"), 6.2, 7.4),
    ("thanks", ("thanks-press",), 5.5, 6.6),
    ("info", ("surface", "info-soft"), 6.5, 7.4),
    ("danger", ("surface", "danger-soft"), 6.1, 7.5),
    ("line-control", ("surface", "canvas"), 3.4, 4.1),
    ("focus", GROUNDS, 5.6, 8.6),
    ("on-toast", ("toast",), 14.0, 14.0),
]


def tokens() -> dict[str, tuple[str, str]]:
    pattern = rf"--([\w-]+): light-dark\(({HEX}), ({HEX})\);"
    return {name: (light, dark) for name, light, dark in re.findall(pattern, TOKENS.read_text())}


def plain_tokens() -> dict[str, str]:
    return dict(re.findall(rf"--([\w-]+): ({HEX});", TOKENS.read_text()))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_knows_black_on_white() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(("role", "grounds", "light", "dark"), PAIRS)
def test_a_role_can_be_read_on_its_grounds(
    role: str, grounds: tuple[str, ...], light: float, dark: float
) -> None:
    known = tokens()
    for ground in grounds:
        for theme, least in enumerate((light, dark)):
            assert ratio(known[role][theme], known[ground][theme]) >= least, (role, ground, theme)


def test_initials_can_be_read_on_every_tint() -> None:
    known = plain_tokens()
    tints = [known[f"avatar-{n}"] for n in range(1, 9)]
    assert len(set(tints)) == 8
    assert min(ratio(tint, known["on-avatar"]) for tint in tints) >= 10.5


def test_browsers_without_light_dark_get_the_light_theme() -> None:
    plain = plain_tokens()
    assert {name: light for name, (light, _) in tokens().items()} == {
        name: plain[name] for name in tokens()
    }


def test_no_colour_is_written_outside_the_tokens() -> None:
    for sheet in TOKENS.parent.glob("*.css"):
        if sheet == TOKENS:
            continue
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgb\([^)]*\)", sheet.read_text())
        # The shade behind a dialog is dark in both themes; print is black on white.
        assert set(found) <= {"rgb(10 15 12 / 0.45)", "#fff", "#999"}, sheet.name
