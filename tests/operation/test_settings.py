"""Commands beside `community up` find its settings; what is in the environment comes first."""

from pathlib import Path

import pytest

import config
from community.operation.queries.checks import check_configuration

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


OIDC = {
    "OIDC_PROVIDERS": "acme",
    "OIDC_ACME_ISSUER": "https://id.acme.example",
    "OIDC_ACME_CLIENT_ID": "community",
    "OIDC_ACME_CLIENT_SECRET": "s3cret",
    "OIDC_ACME_DOMAINS": "Acme.example, acme.test",
}
WHOLE = {
    "DATABASE_URL": "postgresql://a/b",
    "REDIS_URL": "redis://x",
    "BASE_URL": "https://a.example",
    "SECRET_KEYS": "k" * 40,
    "SMTP_HOST": "mail.example",
    "MAIL_FROM": "a@a.example",
}


def test_a_provider_is_read_with_its_domains() -> None:
    [found] = config.Config.from_env({**WHOLE, **OIDC}).oidc_providers
    assert (found.name, found.label, found.domains) == (
        "acme",
        "Acme",
        ("acme.example", "acme.test"),
    )
    assert config.Config.from_env(WHOLE).oidc_providers == ()


_TWICE = {
    "OIDC_PROVIDERS": "acme,other",
    "OIDC_OTHER_ISSUER": "https://id.acme.example",
    "OIDC_OTHER_CLIENT_ID": "community",
    "OIDC_OTHER_DOMAINS": "*",
}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"OIDC_PROVIDERS": "acme,acme"}, "OIDC_PROVIDERS"),
        (_TWICE, "OIDC_PROVIDERS"),
        ({"OIDC_PROVIDERS": "Ac me"}, "OIDC_PROVIDERS"),
        ({"OIDC_PROVIDERS": "acme,other"}, "OIDC_OTHER_DOMAINS"),
        ({"OIDC_ACME_ISSUER": "http://id.acme.example"}, "OIDC_ACME_ISSUER"),
        ({"OIDC_ACME_ISSUER": "https://id.acme.example/?a=b"}, "OIDC_ACME_ISSUER"),
        ({"OIDC_ACME_ISSUER": ""}, "OIDC_ACME_ISSUER"),
        ({"OIDC_ACME_CLIENT_ID": ""}, "OIDC_ACME_CLIENT_ID"),
        ({"OIDC_ACME_DOMAINS": ""}, "OIDC_ACME_DOMAINS"),
        ({"OIDC_ACME_DOMAINS": "acme.example,*"}, "OIDC_ACME_DOMAINS"),
        ({"OIDC_ACME_DOMAINS": "@acme.example"}, "OIDC_ACME_DOMAINS"),
    ],
)
def test_a_provider_that_is_half_set_stops_the_program(changed: dict[str, str], named: str) -> None:
    with pytest.raises(config.ConfigError, match=named):
        config.Config.from_env({**WHOLE, **OIDC, **changed})
    found, findings = check_configuration({**WHOLE, **OIDC, **changed, "LOG_LEVEL": "loud"})
    assert found is None
    assert {finding.what for finding in findings} == {named, "LOG_LEVEL"}


def test_the_settings_of_a_named_provider_are_kept_for_other_commands(beside: Path) -> None:
    config.keep_settings(beside, {**KEPT, **OIDC, "OIDC_OTHER_ISSUER": "https://x.example"})
    kept = (beside / "settings").read_text()
    assert "OIDC_ACME_CLIENT_SECRET=s3cret" in kept
    assert "OIDC_OTHER_ISSUER" not in kept


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({}, "set COMMUNITY_DATA to the folder that `community up` runs with"),
        ({"COMMUNITY_DATA": "/srv/ours"}, "In /srv/ours, which COMMUNITY_DATA names"),
    ],
)
def test_what_is_missing_beside_up_names_the_folder(env: dict[str, str], words: str) -> None:
    for read in (config.Config.from_env, config.migration_database_url):
        with pytest.raises(config.ConfigError, match=words):
            read(env)
