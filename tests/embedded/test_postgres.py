"""The launcher keeps data through kills and stops, and takes the right server."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from community.embedded.binaries import find_postgres
from community.embedded.errors import EmbeddedError
from community.embedded.postgres import Postgres


def ask(server: Postgres, statement: str) -> object:
    with psycopg.connect(
        server.superuser_dsn.replace("+psycopg", ""), autocommit=True
    ) as connection:
        answer = connection.execute(statement)
        return answer.fetchone() if answer.description else None


@pytest.fixture(params=["wheel", "system"])
def server(request: pytest.FixtureRequest, open_tmp: Path) -> Iterator[Postgres]:
    if find_postgres(request.param) is None:
        pytest.skip("no system PostgreSQL on this machine")
    settings = {"max_connections": "10"}
    made = Postgres(open_tmp, source=request.param, durability="off", settings=settings)
    yield made
    made.stop()


def test_starts_stops_and_keeps_what_was_written(server: Postgres) -> None:
    server.start()
    ask(server, "create table kept as select 1 as n")
    password = server.password
    server.stop()
    server.start()
    assert ask(server, "select n from kept") == (1,)
    assert server.password == password


def test_a_killed_postmaster_starts_again_with_every_committed_row(server: Postgres) -> None:
    server.durability = "full"
    server.start()
    ask(server, "create table kept (n int)")
    for n in range(20):
        ask(server, f"insert into kept values ({n})")
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    server.start()
    assert ask(server, "select count(*) from kept") == (20,)


def test_full_durability_is_the_default(open_tmp: Path) -> None:
    server = Postgres(open_tmp)
    try:
        server.start()
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert ask(server, f"show {setting}") == ("on",), setting
    finally:
        server.stop()


def test_letters_beyond_ascii_are_letters_to_search(server: Postgres) -> None:
    server.start()
    ask(server, "create extension pg_trgm")
    assert ask(server, "select upper('žé'), array_length(show_trgm('žé'), 1)") == ("ŽÉ", 3)


def test_nothing_listens_on_the_network_and_no_password_means_no_entry(server: Postgres) -> None:
    server.start()
    assert ask(server, "select current_setting('listen_addresses')") == ("",)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=str(server.socket_dir), user="postgres", dbname="postgres")


def test_secrets_and_socket_are_for_the_owner_alone(server: Postgres) -> None:
    server.start()
    assert server.home.stat().st_mode & 0o077 == 0
    assert (server.home / "postgres-password").stat().st_mode & 0o077 == 0
    assert server.socket_dir.stat().st_mode & 0o077 == 0
    assert server.log_file.stat().st_mode & 0o077 == 0


def test_a_cluster_half_made_by_a_killed_run_is_made_anew(server: Postgres) -> None:
    (server.home / "postgres.half").mkdir()
    (server.home / "postgres.half" / "PG_VERSION").write_text("18")
    server.start()
    assert ask(server, "select 1") == (1,)


def test_a_long_path_gets_a_short_socket(open_tmp: Path) -> None:
    deep = open_tmp / ("long" * 20) / "with, comma"
    deep.mkdir(parents=True)
    server = Postgres(deep, durability="off")
    try:
        server.start()
        assert len(os.fsencode(server.socket_dir)) < 60
        assert ask(server, "select 1") == (1,)
    finally:
        server.stop()
        server.socket_dir.rmdir()


def test_a_second_server_on_the_same_folder_is_refused_in_words(
    open_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Postgres(open_tmp, durability="off"), Postgres(open_tmp, durability="off")
    first.start()
    monkeypatch.setattr("community.embedded.postgres.START_SECONDS", 1.0)
    with pytest.raises(EmbeddedError, match="Another server uses this folder"):
        second.start()
    assert ask(first, "select 1") == (1,)
    first.stop()


def test_data_of_another_major_version_says_what_to_do(open_tmp: Path) -> None:
    cluster = Postgres(open_tmp).cluster
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 9"):
        Postgres(open_tmp)


def test_no_server_at_all_says_what_to_do(open_tmp: Path) -> None:
    with pytest.raises(EmbeddedError, match="set DATABASE_URL"):
        Postgres(open_tmp, major=3)


def test_waits_for_a_dying_predecessor(open_tmp: Path) -> None:
    """A stopping postmaster holds its pid file; the next one waits until it lets go."""
    first, second = Postgres(open_tmp, durability="off"), Postgres(open_tmp, durability="off")
    first.start()
    assert first.process is not None
    first.process.send_signal(signal.SIGINT)
    second.start()
    try:
        assert ask(second, "select 1") == (1,)
        assert first.process.wait() == 0
    finally:
        second.stop()
