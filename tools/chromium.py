"""Sees to it that the browser tests have a Chromium, or says exactly what to install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> str | None:
    """The browser named by CHROMIUM, else the first on PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    return next(filter(None, map(shutil.which, NAMES)), None)


def is_debian() -> bool:
    """Whether apt-get installs here."""
    return Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def main() -> None:
    """Print where it is; install it where root may."""
    if find() is None and is_debian() and os.geteuid() == 0:
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-q"], ["install", "-yq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *words], env=env, stdout=sys.stderr, check=False)
    found = find()
    if found is None:
        sys.exit(
            "The browser tests need Chromium. On Debian or Ubuntu: sudo apt-get install chromium."
            " Elsewhere install Chromium or Chrome and set CHROMIUM to its program."
        )
    print(f"browser: {found}")


if __name__ == "__main__":
    main()
