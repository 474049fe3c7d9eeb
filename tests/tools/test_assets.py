"""The built files carry a hash of their content, and the manifest names exactly them."""

import gzip
import json
from pathlib import Path

import pytest

from tools import assets


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    folder.mkdir()
    (folder / "part.css").write_text(":root { --ink: light-dark(#000, #fff); }")
    (folder / "app.css").write_text('@import "./part.css"; a { color: #111; color: var(--ink) }')
    (folder / "app.js").write_text('import "htmx.org"; document.title = "built";')
    (folder / "passkey.js").write_text("document.title += 1;")
    (folder / "icons.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "mark.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg' id='m'/>")
    return folder


def test_every_entry_is_built_under_a_hashed_name(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "build"
    names = assets.build(source, target)
    assert json.loads((target / "manifest.json").read_text()) == names
    assert set(names) == {"app.js", "passkey.js", "app.css", "icons.svg", "mark.svg"}
    packed = {f"{name}.gz" for name in names.values()}
    assert {path.name for path in target.iterdir()} == {*names.values(), *packed, "manifest.json"}
    for name in names.values():
        unpacked = gzip.decompress((target / f"{name}.gz").read_bytes())
        assert unpacked == (target / name).read_bytes()
    script = (target / names["app.js"]).read_text()
    assert "built" in script
    assert len(script) > 10_000, "htmx is in it"
    style = (target / names["app.css"]).read_text()
    assert "light-dark(" in style
    assert "color:#111;color:var(--ink)" in style, "the fallback line stays"


def test_a_change_changes_its_name_alone_and_the_old_file_goes(
    source: Path, tmp_path: Path
) -> None:
    target = tmp_path / "build"
    before = assets.build(source, target)
    (source / "app.css").write_text("a { color: blue }")
    after = assets.build(source, target)
    assert {name for name in after if after[name] != before[name]} == {"app.css"}
    assert not (target / before["app.css"]).exists()


def test_a_missing_source_is_named(source: Path, tmp_path: Path) -> None:
    (source / "icons.svg").unlink()
    with pytest.raises(SystemExit, match=r"lacks icons\.svg"):
        assets.build(source, tmp_path / "build")
