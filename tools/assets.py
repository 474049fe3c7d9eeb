"""Builds what the browser loads: the script, that of passkeys, the style sheet, the icons.

Names carry a hash.

Each lies there packed as well (`.gz`), for browsers that take it so.

`manifest.json` maps the plain name to the built one and is written last, so that a reader of
it never meets a file that is not there.
"""

import argparse
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.node import ROOT, node

SOURCE = ROOT / "community" / "web" / "static" / "src"
TARGET = ROOT / "community" / "web" / "static" / "build"
BUNDLED = ("app.js", "passkey.js", "app.css")
COPIED = ("icons.svg", "mark.svg")
# portal.md §6: what the style sheet may rely on.
BROWSERS = "chrome123,firefox120,safari17.5"


def main() -> None:
    """Build from the project's sources; both folders can be named for a trial."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--source", type=Path, default=SOURCE)
    parser.add_argument("--target", type=Path, default=TARGET)
    given = parser.parse_args()
    build(given.source, given.target)


def build(source: Path, target: Path) -> dict[str, str]:
    """Put the built files into `target`, and return the manifest."""
    missing = [name for name in (*BUNDLED, *COPIED) if not (source / name).is_file()]
    if missing:
        sys.exit(f"{source} lacks {', '.join(missing)}")
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=".half-") as half:
        names = {**bundle(source, Path(half)), **copy_hashed(source, Path(half))}
        for built in names.values():
            packed = f"{built}.gz"
            (Path(half) / packed).write_bytes(
                gzip.compress((Path(half) / built).read_bytes(), 9, mtime=0)
            )
            (Path(half) / packed).replace(target / packed)
            (Path(half) / built).replace(target / built)
        manifest = Path(half) / "manifest.json"
        manifest.write_text(json.dumps(names, indent=1, sort_keys=True) + "\n")
        manifest.replace(target / "manifest.json")
    remove_stale(target, names)
    return names


def bundle(source: Path, folder: Path) -> dict[str, str]:
    """Run esbuild; its metafile says which output came from which entry."""
    meta = folder / "meta.json"
    argv = [*node(), str(ROOT / "node_modules" / "esbuild" / "bin" / "esbuild")]
    argv += [str(source / name) for name in BUNDLED]
    argv += ["--bundle", "--minify", "--format=iife", f"--target={BROWSERS}", "--log-level=warning"]
    argv += ["--entry-names=[name]-[hash]", "--legal-comments=none", "--loader:.svg=file"]
    argv += [f"--outdir={folder}", f"--metafile={meta}"]
    env = {**os.environ, "NODE_PATH": str(ROOT / "node_modules")}
    if subprocess.run(argv, cwd=ROOT, env=env, check=False).returncode != 0:
        sys.exit("esbuild failed")
    outputs = json.loads(meta.read_text())["outputs"]
    entries = {
        Path(found["entryPoint"]).name: Path(path).name
        for path, found in outputs.items()
        if "entryPoint" in found
    }
    return {name: entries[name] for name in BUNDLED}


def copy_hashed(source: Path, folder: Path) -> dict[str, str]:
    """Files served as they are, under a name that changes with their content."""
    names = {}
    for name in COPIED:
        path = source / name
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8].upper()
        names[name] = f"{path.stem}-{digest}{path.suffix}"
        shutil.copyfile(path, folder / names[name])
    return names


def remove_stale(target: Path, names: dict[str, str]) -> None:
    """Drop what earlier builds left."""
    kept = {*names.values(), *(f"{name}.gz" for name in names.values()), "manifest.json"}
    for path in target.iterdir():
        if path.is_file() and path.name not in kept:
            path.unlink()


if __name__ == "__main__":
    main()
