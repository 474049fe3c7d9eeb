"""The doctor names each thing that is wrong, what to do, and fails only then."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from community.core import providers, queue, schema
from community.operation.queries import checks
from community.operation.queries.checks import Finding
from config import Config, keep_settings
from tests.conftest import database_url
from tests.conftest_servers import Servers
from tests.operation.conftest import run, settings
from tests.provider import free_port, running

BEATS = ["clock", *(f"worker:{name}" for name in queue.QUEUES)]


@pytest.fixture
def healthy(servers: Servers, place: str, tmp_path: Path) -> dict[str, str]:
    """Settings of a place where every process has just given a sign of life."""
    tmp_path.chmod(0o700)
    _as_owner(
        servers,
        place,
        "".join(f"INSERT INTO heartbeats VALUES ('{name}', now());" for name in BEATS),
    )
    return settings(servers, place, tmp_path)


def test_a_healthy_place_passes_and_nothing_secret_is_printed(healthy: dict[str, str]) -> None:
    said = run("doctor", env=healthy)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "All is well." in said.stdout
    assert "WRONG" not in said.stdout
    assert healthy["SECRET_KEYS"] not in said.stdout
    assert "for-tests-only" not in said.stdout


def test_every_setting_that_is_wrong_is_named_at_once() -> None:
    said = run(
        "doctor",
        env={"BASE_URL": "community.example.org", "SECRET_KEYS": "short", "SMTP_TLS": "maybe"},
    )
    assert said.returncode == 1
    for name in ("BASE_URL", "SECRET_KEYS", "SMTP_TLS", "DATABASE_URL", "REDIS_URL"):
        assert f"WRONG  {name} " in said.stdout
    assert "Traceback" not in said.stderr


def test_the_settings_of_a_running_installation_are_found_beside_it(
    healthy: dict[str, str], tmp_path: Path
) -> None:
    keep_settings(tmp_path, healthy)
    assert (tmp_path / "settings").stat().st_mode & 0o777 == 0o600
    said = run("doctor", env={"COMMUNITY_DATA": str(tmp_path)})
    assert said.returncode == 0, said.stdout + said.stderr


def test_an_application_that_signs_in_as_the_owner_is_wrong(
    healthy: dict[str, str], servers: Servers, place: str
) -> None:
    found = _database(healthy | {"DATABASE_URL": database_url(servers, schema.OWNER, place)})
    assert "rolbypassrls" in found["database role"].says
    assert found["database role"].state == "wrong"


def test_a_table_without_its_guard_is_named(
    healthy: dict[str, str], servers: Servers, place: str
) -> None:
    _as_owner(
        servers, place, "ALTER TABLE notes NO FORCE ROW LEVEL SECURITY;DROP POLICY team ON outbox"
    )
    found = _database(healthy)["row-level security"]
    assert (found.state, found.says) == ("wrong", "off or not forced on: notes, outbox")


def test_silent_processes_and_overdue_work_are_wrong(
    healthy: dict[str, str], servers: Servers, place: str
) -> None:
    _as_owner(
        servers,
        place,
        "UPDATE heartbeats SET beat_at = now() - interval '10 minutes' WHERE name = 'clock';"
        "DELETE FROM heartbeats WHERE name = 'worker:mail';"
        "INSERT INTO teams VALUES ('k', 's', 'n', 'UTC', 'en', '{}', false, now(), now(), 1, NULL, gen_random_uuid());"
        "INSERT INTO outbox (team_id, id, queue, job, args, priority, state, next_at, attempt, created_at)"
        " SELECT id, id, 'mail', 'x.y', '{}', 5, 'due', now() - interval '1 hour', 0, now() FROM teams",
    )
    found = _database(healthy)
    assert found["clock"].state == "wrong"
    assert "community worker mail" in found["worker:mail"].mend
    assert found["worker:work"].state == "ok"
    assert "1 pieces wait, the oldest for 60 minutes" in found["owed work"].says


def test_a_database_behind_the_program_says_how_to_upgrade(
    healthy: dict[str, str], servers: Servers, place: str
) -> None:
    schema.downgrade(database_url(servers, schema.OWNER, place), "base")
    found = _database(healthy)["migrations"]
    assert found.state == "wrong"
    assert "community db upgrade" in found.mend


def test_a_database_and_a_queue_that_do_not_answer_are_said(healthy: dict[str, str]) -> None:
    away = healthy | {
        "DATABASE_URL": "postgresql://x@127.0.0.1:9/x",
        "REDIS_URL": "redis://127.0.0.1:9/0",
    }
    assert _database(away)["database"].state == "wrong"
    assert checks.check_queue(_config(away))[0].state == "wrong"


def test_a_queue_that_evicts_is_wrong(
    healthy: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "eviction_policy", lambda: "allkeys-lru")
    assert "noeviction" in checks.check_queue(_config(healthy))[0].mend


def test_mail_is_tried_without_sending(healthy: dict[str, str]) -> None:
    server = Controller(Sink(), hostname="127.0.0.1", port=_free_port())
    server.start()
    try:
        mail = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(server.port),
            "MAIL_FROM": "a@example.org",
            "SMTP_TLS": "none",
        }
        assert checks.check_mail(_config(healthy | mail))[0].state == "ok"
    finally:
        server.stop()
    assert checks.check_mail(_config(healthy | mail))[0].state == "wrong"


def test_outside_this_machine_a_missing_mail_server_is_wrong(healthy: dict[str, str]) -> None:
    assert checks.check_mail(_config(healthy))[0].state == "ok"
    public = _config(healthy | {"BASE_URL": "https://community.example.org"})
    assert checks.check_mail(public)[0].state == "wrong"
    assert checks.check_address(public)[0].state == "look"


@pytest.mark.parametrize(
    ("mode", "state"),
    [(0o700, "ok"), (0o711, "ok"), (0o750, "look"), (0o720, "wrong"), (0o777, "wrong")],
)
def test_a_data_folder_open_to_others_is_told(
    healthy: dict[str, str], tmp_path: Path, mode: int, state: str
) -> None:
    tmp_path.chmod(mode)
    assert checks.check_data(_config(healthy))[0].state == state


def _database(env: dict[str, str]) -> dict[str, Finding]:
    return {finding.what: finding for finding in checks.check_database(_config(env))}


def _config(env: dict[str, str]) -> Config:
    return Config.from_env(env)


def _as_owner(servers: Servers, name: str, statements: str) -> None:
    engine = create_engine(database_url(servers, schema.OWNER, name), poolclass=NullPool)
    with engine.begin() as connection:
        for statement in filter(None, statements.split(";")):
            connection.execute(text(statement))


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest.fixture
def nothing_named_after() -> Iterator[None]:
    """Other tests of this process know no provider."""
    yield
    providers.configure([], "")


@pytest.mark.usefixtures("nothing_named_after")
def test_a_provider_that_is_there_is_well_and_one_that_is_not_is_named() -> None:
    with running() as provider:
        [there] = checks.check_providers(_with(provider.url))
        [misnamed] = checks.check_providers(_with(f"{provider.url}/"))
    [gone] = checks.check_providers(_with(f"http://localhost:{free_port()}"))
    assert (there.state, misnamed.state, gone.state) == ("ok", "wrong", "look")
    assert "/login/oidc/acme/callback" in there.says
    assert "OIDC_ACME_ISSUER" in misnamed.mend


def _with(issuer: str) -> Config:
    return Config.from_env(
        {
            "DATABASE_URL": "postgresql://a/b",
            "REDIS_URL": "redis://x",
            "BASE_URL": "http://localhost:8000",
            "SECRET_KEYS": "k" * 40,
            "OIDC_PROVIDERS": "acme",
            "OIDC_ACME_ISSUER": issuer,
            "OIDC_ACME_CLIENT_ID": "community",
            "OIDC_ACME_DOMAINS": "*",
        }
    )
