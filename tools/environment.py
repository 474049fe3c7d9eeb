"""Makes .venv and fills it from uv.lock. Runs on the machine's own Python, standard library only."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
MINIMUM = (3, 11)


def main() -> None:
    """An environment with exactly what the lock says; quick when nothing changed."""
    if sys.version_info < MINIMUM:
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(f"Python 3.11 or newer is needed; {sys.executable} is {found}. Try: make PYTHON=…")
    if not (VENV / "bin" / "uv").exists():
        make_venv()
        run(pip(), "install", "--quiet", "--disable-pip-version-check", f"uv=={locked('uv')}")
    run([str(VENV / "bin" / "uv")], "sync", "--locked", "--all-extras", "--quiet", env=uv_env())


def make_venv() -> None:
    """Debian ships Python without the part that puts pip into an environment."""
    argv = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(argv, capture_output=True, text=True, check=False)
    if made.returncode == 0:
        return
    if has_pip():
        run([sys.executable], "-m", "venv", "--clear", "--without-pip", str(VENV))
        return
    package = f"python3.{sys.version_info.minor}-venv"
    if shutil.which("apt-get") and os.geteuid() == 0:
        run(["apt-get"], "update", "-q")
        run(["apt-get"], "install", "-yq", "--no-install-recommends", package)
        run(argv)
        return
    sys.exit(f"{made.stdout}{made.stderr}\nNeeded once: apt-get install {package} (or pip).")


def pip() -> list[str]:
    """The environment's own pip, else the machine's, working on the environment."""
    own = VENV / "bin" / "pip"
    python = str(VENV / "bin" / "python")
    return [str(own)] if own.exists() else [sys.executable, "-m", "pip", "--python", python]


def has_pip() -> bool:
    """Whether this Python has a pip that can work on another environment."""
    argv = [sys.executable, "-m", "pip", "--version"]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def locked(package: str) -> str:
    """The version uv.lock names."""
    lock = (ROOT / "uv.lock").read_text(encoding="utf-8")
    found = re.search(rf'^name = "{package}"\nversion = "([^"]+)"', lock, re.MULTILINE)
    if not found:
        sys.exit(f"uv.lock does not name {package}.")
    return found.group(1)


def uv_env() -> dict[str, str]:
    """Our Python only, and the lock's own addresses: a mirror's would not match it."""
    kept = {key: value for key, value in os.environ.items() if not _is_index(key)}
    return {**kept, "UV_PYTHON_DOWNLOADS": "never", "UV_PROJECT_ENVIRONMENT": str(VENV)}


def _is_index(key: str) -> bool:
    names = ("UV_INDEX", "UV_EXTRA_INDEX", "UV_DEFAULT_INDEX", "UV_FIND_LINKS", "VIRTUAL_ENV")
    return key.startswith(names)


def run(program: list[str], *words: str, env: dict[str, str] | None = None) -> None:
    """Run from the project's folder; a failure ends this with the same exit code."""
    done = subprocess.run([*program, *words], cwd=ROOT, env=env, check=False)
    if done.returncode != 0:
        sys.exit(f"failed ({done.returncode}): {' '.join([*program, *words])}")


if __name__ == "__main__":
    main()
