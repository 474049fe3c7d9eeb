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


def test_a_line_names_the_data_folder_that_is_not_the_usual_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv/bin/python"))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.chdir(tmp_path)
    usual = ".venv/bin/community user link --demo"
    for folder in ("", ".data", str(tmp_path / ".data")):
        monkeypatch.setenv("COMMUNITY_DATA", folder)
        assert program.line("user", "link", "--demo") == usual
    monkeypatch.setenv("COMMUNITY_DATA", "/srv/our data")
    assert program.line("user", "link", "--demo") == f"COMMUNITY_DATA='/srv/our data' {usual}"
