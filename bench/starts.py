"""`python -m bench.starts`: what it takes to start, and what three workers of each server hold."""

import shutil
import tempfile
import time
from pathlib import Path

from bench.servers import APPS, farm, start

WORKERS = 3


def main() -> None:
    """Start each server alone, ask it once, and print CPU seconds and memory."""
    folder = Path(tempfile.mkdtemp(prefix="community-bench-"))
    folder.chmod(0o711)
    try:
        with farm(folder, "S", 1, {}) as running:
            for name, application in APPS.items():
                began = time.monotonic()
                server = start(name, application, running.environment, WORKERS)
                wall = time.monotonic() - began
                print(
                    f"{name:6} answers after {wall:.2f} s, {server.cpu():.2f} s CPU;"
                    f" {WORKERS} workers hold {server.memory():.0f} MB (PSS)"
                )
                server.process.terminate()
                server.process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
