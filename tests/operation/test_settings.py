"""Commands beside `community up` find its settings; what is in the environment comes first."""

from pathlib import Path

import pytest

import config

KEPT = {
    "DATABASE_URL": "postgresql://kept/db",
    "SECRET_KEYS": "k" * 40,
    "SMTP_PASSWORD": "a=b c",
    "PATH": "/never",
}


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with kept settings, and an environment that names nothing but it."""
    for name in config.SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COMMUNITY_DATA", str(tmp_path))
    config.keep_settings(tmp_path, KEPT)
    return tmp_path


def test_kept_settings_are_found_and_nothing_else_is_kept(beside: Path) -> None:
    found = config.environment()
    assert (found["DATABASE_URL"], found["SMTP_PASSWORD"]) == ("postgresql://kept/db", "a=b c")
    assert found["PATH"] != "/never"
    assert (beside / "settings").stat().st_mode & 0o777 == 0o600


def test_the_environment_wins_over_what_is_kept(
    beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEYS", "e" * 40)
    assert config.environment()["SECRET_KEYS"] == "e" * 40


@pytest.mark.parametrize("name", ["DATABASE_URL", "MIGRATION_DATABASE_URL"])
def test_who_names_a_database_gets_nothing_of_another(
    beside: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "postgresql://mine/db")
    assert "SMTP_PASSWORD" not in config.environment()


def test_settings_are_kept_anew_at_each_start(beside: Path) -> None:
    config.keep_settings(beside, {"DATABASE_URL": "postgresql://newer/db"})
    found = config.environment()
    assert found["DATABASE_URL"] == "postgresql://newer/db"
    assert "SMTP_PASSWORD" not in found
