"""What the browser loads is small, ours, and has nothing the content security policy would stop."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "community" / "web" / "static" / "src"
TEMPLATES = [
    path
    for folder in (ROOT / "community").glob("*/templates")
    for path in folder.rglob("*.html")
    if "email" not in path.parts
]
BUDGET = {
    "app.css": 12_000,
    "app.js": 16_500,
    # Beside app.js on the few pages that ask for a passkey; both together stay below 18 KB.
    "passkey.js": 1_500,
    "icons.svg": 4_000,
    "mark.svg": 1_000,
}
HTMX = {"get", "post", "target", "select", "swap", "trigger", "push-url", "swap-oob"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    target = tmp_path_factory.mktemp("build")
    subprocess.run(
        [sys.executable, "-m", "tools.assets", "--target", str(target)], cwd=ROOT, check=True
    )
    names = json.loads((target / "manifest.json").read_text())
    return {name: target / made for name, made in names.items()}


@pytest.mark.parametrize("name", BUDGET)
def test_an_asset_keeps_its_budget(built: dict[str, Path], name: str) -> None:
    size = len(gzip.compress(built[name].read_bytes(), 9))
    assert 0 < size <= BUDGET[name]


def test_names_change_with_the_content(built: dict[str, Path]) -> None:
    assert all(re.fullmatch(r"\w+-\w{8}\.\w+", path.name) for path in built.values())


def test_nothing_is_fetched_from_elsewhere(built: dict[str, Path]) -> None:
    style = built["app.css"].read_text()
    assert "url(" not in style
    assert "@font-face" not in style
    assert "@import" not in style


def test_layers_are_declared_in_the_order_of_their_strength(built: dict[str, Path]) -> None:
    layers = "reset,tokens,base,layout,components,charts,utilities"
    assert f"@layer {layers};" in built["app.css"].read_text().replace(", ", ",")


def test_the_sheet_follows_the_direction_of_writing() -> None:
    physical = re.compile(
        r"^\s*((margin|padding|border)-(left|right|top|bottom)|left|right|top|bottom|width|height"
        r"|(min|max)-(width|height))\s*:|text-align:\s*(left|right)",
        re.MULTILINE,
    )
    for sheet in SOURCE.glob("*.css"):
        text = re.sub(r"@media[^{]*", "", sheet.read_text())
        assert physical.findall(text) == [], sheet.name


def sprite() -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', (SOURCE / "icons.svg").read_text()))


def test_every_icon_that_a_template_names_is_drawn() -> None:
    named = set()
    for path in TEMPLATES:
        text = path.read_text()
        named |= set(re.findall(r'\b(?:icon|draw)\("([\w-]+)"\)', text))
        named |= set(re.findall(r'\bicon="([\w-]+)"', text))
    assert {"heart", "search"} <= named <= sprite()


def test_icons_take_their_colour_from_the_text() -> None:
    assert re.findall(r"#[0-9a-f]{3,6}", (SOURCE / "icons.svg").read_text()) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_inline(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+\s*=", text)
    assert "javascript:" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_uses_the_agreed_htmx_only(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert set(re.findall(r"\shx-([a-z-]+)(?:=|:)", text)) <= HTMX
    # A filter in brackets is evaluated, which the policy forbids.
    assert not re.search(r'hx-trigger="[^"]*\[', text)


def test_the_configuration_of_htmx_is_data_and_closed() -> None:
    head = (ROOT / "community" / "web" / "templates" / "head.html").read_text()
    found = re.search(r"name=\"htmx-config\" content='([^']+)'", head)
    assert found
    config = json.loads(found.group(1))
    assert config["includeIndicatorCSS"] is False
    assert config["mode"] == "same-origin"
    assert config["history"] == "reload"
    assert {404, 403, 409, "5xx"} <= set(config["noSwap"])
    assert 422 not in config["noSwap"]
    assert config["allowEval"] is False
    assert config["allowScriptTags"] is False
