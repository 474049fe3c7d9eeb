"""Texts name the command as one can type it."""

import sys
from pathlib import Path

import pytest

from community.core import program


def test_beside_the_checkout_it_is_called_by_its_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv/bin/python"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.chdir(tmp_path)
    assert program.called() == ".venv/bin/community"
    monkeypatch.chdir("/")
    assert program.called().startswith(("/", "tmp/"))


def test_where_a_shell_finds_it_its_name_is_enough(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command = tmp_path / "community"
    command.touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program.called() == "community"
