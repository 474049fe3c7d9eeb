"""`community db`: one setting is enough, exit codes mean something, nothing ends in a traceback."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from community.core import schema
from community.core.revisions import newest_revision
from tests.conftest import database_url
from tests.conftest_servers import Servers
from tests.operation.conftest import bootstrapping, run, settings


def test_upgrade_makes_roles_database_and_tables_where_nothing_is(
    servers: Servers, empty_place: str
) -> None:
    owner = {"MIGRATION_DATABASE_URL": database_url(servers, schema.OWNER, empty_place)}
    done = run("db", "upgrade", env={**owner, **bootstrapping(servers)})
    assert done.returncode == 0, done.stderr
    assert newest_revision() in done.stdout
    again = run("db", "upgrade", env=owner)
    assert again.returncode == 0, again.stderr


def test_check_names_a_difference_and_what_is_pending(
    servers: Servers, place: str, tmp_path: Path
) -> None:
    env = settings(servers, place, tmp_path)
    agreed = run("db", "check", env=env)
    assert agreed.returncode == 0, agreed.stderr
    engine = create_engine(env["MIGRATION_DATABASE_URL"], poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE circles ADD COLUMN colour text"))
    differs = run("db", "check", env=env)
    assert differs.returncode == 1
    assert "colour" in differs.stderr
    down = run("db", "downgrade", "base", "--yes", env=env)
    assert down.returncode == 0, down.stderr
    behind = run("db", "check", env=env)
    assert behind.returncode == 1
    assert "community db upgrade" in behind.stderr


def test_downgrade_asks_before_it_loses_anything(
    servers: Servers, place: str, tmp_path: Path
) -> None:
    env = settings(servers, place, tmp_path)
    assert run("db", "downgrade", "base", env=env, stdin="n\n").returncode == 130
    engine = create_engine(env["MIGRATION_DATABASE_URL"], poolclass=NullPool)
    with engine.connect() as connection:
        assert schema.current_revision(connection) == newest_revision()


@pytest.mark.parametrize("revision", ["no-such", "-99", "+1"])
@pytest.mark.parametrize("yes", [(), ("--yes",)])
def test_a_way_down_that_is_none_is_said_before_anything_is_asked(
    servers: Servers, place: str, tmp_path: Path, revision: str, yes: tuple[str, ...]
) -> None:
    env = settings(servers, place, tmp_path)
    said = run("db", "downgrade", *yes, "--", revision, env=env, stdin="y\n")
    assert said.returncode == 1
    assert f"There is no revision {revision} to go down to" in said.stderr
    assert "Go down" not in said.stdout + said.stderr
    assert "Traceback" not in said.stderr


def test_the_question_names_both_ends_of_the_way(
    servers: Servers, place: str, tmp_path: Path
) -> None:
    env = settings(servers, place, tmp_path)
    asked = run("db", "downgrade", "base", env=env, stdin="n\n")
    newest = schema.newest_revision()
    assert f"Go down from {newest} to base and lose" in asked.stdout + asked.stderr
    assert run("db", "downgrade", "base", env=env, stdin="y\n").returncode == 0
    again = run("db", "downgrade", "base", env=env, stdin="y\n")
    assert (again.returncode, "at revision base already" in again.stdout) == (0, True)


def test_a_missing_setting_is_named_and_has_its_own_exit_code() -> None:
    said = run("db", "upgrade")
    assert said.returncode == 78
    assert "MIGRATION_DATABASE_URL" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_database_that_does_not_answer_is_said_in_one_line() -> None:
    env = {"MIGRATION_DATABASE_URL": "postgresql://community_owner@127.0.0.1:9/community"}
    said = run("db", "upgrade", env=env)
    assert said.returncode == 1
    assert "did not answer" in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1


def test_an_unknown_revision_is_said_without_a_traceback(
    servers: Servers, template_database: str
) -> None:
    env = {"MIGRATION_DATABASE_URL": database_url(servers, schema.OWNER, template_database)}
    said = run("db", "upgrade", "no-such", env=env)
    assert said.returncode == 1
    assert "no-such" in said.stderr
    assert "Traceback" not in said.stderr
