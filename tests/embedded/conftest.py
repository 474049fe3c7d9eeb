"""A folder that the servers' user can reach, which pytest's own 0700 ones are not."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_tmp() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="community-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
