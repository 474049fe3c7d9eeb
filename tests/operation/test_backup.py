"""A backup comes back whole in an empty place, and says so only when it did."""

import json
import re
import stat
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from community.core import db, outbox, schema
from community.embedded.postgres import Postgres
from community.identity.models import Actor
from community.journal import actions as journal
from community.journal import queries as journal_queries
from community.journal.models import JournalEntry
from community.operation.actions.backup import back_up
from community.operation.actions.restore import restore
from community.operation.errors import OperationError
from community.operation.queries import contents, guard
from community.people.models import Note, Person
from tests.conftest import PASSWORD, database_url
from tests.conftest_servers import Servers, reachable_folder
from tests.factories import identity
from tests.factories.identity import acting
from tests.factories.journal import seal_all
from tests.factories.people import make_person
from tests.migrations.checks import RULES, offenders
from tests.operation.conftest import run, settings

FAR = 10**12


@pytest.fixture
def other_cluster() -> Iterator[Postgres]:
    """A server that has never heard of us."""
    with reachable_folder() as folder:
        server = Postgres(folder, durability="off")
        server.start()
        yield server
        server.stop()


@pytest.fixture
def filled(fresh_database: str, servers: Servers) -> tuple[str, Actor, Actor]:
    """Two teams with things of every audience, a sealed journal from a busier server, work that is owed."""
    owner, stranger = identity.make_team(), identity.make_team("Ünïcode")
    identity.make_circle(owner, identity.make_member(owner))
    for actor in (owner, stranger):
        person = make_person(
            actor, "Mara \\N Ellison\nJr.", email="mara@example.org", extra={"x": [1, None]}
        )
        make_person(actor, "Hidden", audience="private")
        with acting(actor):
            db.add(
                Note(
                    person_id=person.id,
                    author_id=actor.person_id,
                    body="tab\tand \\ and 💚",
                    audience="private",
                )
            )
            for number in range(5):
                journal.record(actor, "note", "person", person.id, fields=["body", str(number)])
            outbox.put("test.job", {"id": person.id}, queue_name="work")
        seal_all(actor, 5)
        with acting(actor):
            journal.record(actor, "note", "person", person.id)
    _as_owner(
        database_url(servers, schema.OWNER, fresh_database),
        f"UPDATE journal_entries SET position = position + {FAR};"
        f"UPDATE journal_seals SET first_position = first_position + {FAR}, last_position = last_position + {FAR}",
    )
    return fresh_database, owner, stranger


def test_a_backup_comes_back_whole_in_an_empty_place(
    servers: Servers, filled: tuple[str, Actor, Actor], other_cluster: Postgres, tmp_path: Path
) -> None:
    name, owner, stranger = filled
    env = settings(servers, name, tmp_path)
    file = tmp_path / "whole.zip"
    saved = run("backup", str(file), env=env)
    assert saved.returncode == 0, saved.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "SECRET_KEYS" in saved.stdout

    there = env | _at(other_cluster, servers)
    done = run("restore", str(file), env=there)
    assert done.returncode == 0, done.stderr
    assert "counts and hashes are those of the backup" in done.stdout
    assert "chain holds in all 2 teams" in done.stdout

    here, restored = env["MIGRATION_DATABASE_URL"], there["MIGRATION_DATABASE_URL"]
    assert _schema_of(servers, here) == _schema_of(servers, restored)
    with create_engine(restored, poolclass=NullPool).connect() as connection:
        assert [rule for rule in RULES if offenders(connection, rule)] == []
    assert schema.differences(restored, schema.all_models()) == []
    # All but what the restore lowers is equal byte for byte.
    wrong = contents.differences(_contents(here), _contents(restored))
    assert [line.split(":")[0] for line in wrong] == ["journal_entries", "journal_seals"]
    assert run("db", "check", env=there).returncode == 0

    db.configure(there["DATABASE_URL"])
    _works_on(owner, others=stranger)


def _works_on(owner: Actor, others: Actor) -> None:
    """Row-level security holds, and new entries are sealed after the restored ones."""
    with acting(owner) as unit:
        assert unit.session.scalar(select(func.count()).select_from(Person)) == 4
        assert (
            unit.session.scalar(select(func.count()).where(Person.team_id == others.team_id)) == 0
        )
        journal.record(owner, "note", "person", owner.person_id)
    seal_all(owner, 2)
    with acting(owner) as unit:
        newest = unit.session.scalar(select(func.max(JournalEntry.position)))
        assert newest is not None
        assert newest < FAR
    with acting(owner):
        assert journal_queries.verify(owner.team_id) == []
        assert len(journal_queries.find_seals(owner.team_id)) == 2


def test_a_restore_refuses_a_database_that_holds_tables(
    servers: Servers, filled: tuple[str, Actor, Actor], place: str, tmp_path: Path
) -> None:
    file, url = tmp_path / "whole.zip", database_url(servers, schema.OWNER, place)
    back_up(database_url(servers, schema.OWNER, filled[0]), file, str)
    refused = run("restore", str(file), env=settings(servers, place, tmp_path))
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    assert "Traceback" not in refused.stderr
    # Migrated but never used: emptied as the refusal says, it is taken.
    schema.downgrade(url, "base")
    said: list[str] = []
    restore(url, file, said.append)
    assert "chain holds in all 2 teams" in said[-1]


def test_a_restore_that_differs_from_the_manifest_says_do_not_use(
    servers: Servers, filled: tuple[str, Actor, Actor], place: str, tmp_path: Path
) -> None:
    file, forged = tmp_path / "whole.zip", tmp_path / "forged.zip"
    back_up(database_url(servers, schema.OWNER, filled[0]), file, str)
    _forge(file, forged)
    url = database_url(servers, schema.OWNER, place)
    schema.downgrade(url, "base")
    with pytest.raises(OperationError, match="Do not use this database") as refusal:
        restore(url, forged, str)
    assert "notes: 3 rows were saved, 2 are here" in str(refusal.value)
    assert "persons: the rows differ" in str(refusal.value)


def test_a_journal_changed_behind_our_back_is_told_at_restore(
    servers: Servers, filled: tuple[str, Actor, Actor], place: str, tmp_path: Path
) -> None:
    name, owner, _ = filled
    source = database_url(servers, schema.OWNER, name)
    _as_owner(
        source,
        f"DELETE FROM journal_entries WHERE team_id = '{owner.team_id}' AND '3' = ANY (fields)",
    )
    back_up(source, tmp_path / "whole.zip", str)
    url = database_url(servers, schema.OWNER, place)
    schema.downgrade(url, "base")
    with pytest.raises(OperationError, match="5 entries were sealed, 4 are here"):
        restore(url, tmp_path / "whole.zip", str)


def test_nothing_is_overwritten_and_nothing_half_is_left(
    servers: Servers, place: str, tmp_path: Path
) -> None:
    env = settings(servers, place, tmp_path)
    file = tmp_path / "there.zip"
    file.write_text("dear")
    refused = run("backup", str(file), env=env)
    assert refused.returncode == 1
    assert file.read_text() == "dear"
    failed = run(
        "backup",
        str(tmp_path / "new.zip"),
        env=env | {"MIGRATION_DATABASE_URL": env["DATABASE_URL"]},
    )
    assert failed.returncode == 1
    assert "community_owner" in failed.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"there.zip"}


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"not a zip at all"])
def test_a_file_that_is_no_backup_is_refused_in_words(
    servers: Servers, place: str, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "no.zip"
    file.write_bytes(content)
    with pytest.raises(OperationError, match="no whole backup"):
        restore(database_url(servers, schema.OWNER, place), file, str)


def test_a_backup_moves_to_a_newer_postgresql_and_not_to_an_older(
    servers: Servers,
    system_server: str,
    filled: tuple[str, Actor, Actor],
    place: str,
    tmp_path: Path,
) -> None:
    if guard_version(system_server) >= servers.postgres.version:
        pytest.skip("the system's PostgreSQL is not older than the run's")
    older = make_url(system_server).set(
        username=schema.OWNER, password=PASSWORD, database="community"
    )
    older_url = older.render_as_string(hide_password=False)
    schema.bootstrap(system_server, "community", owner_password=PASSWORD, app_password=PASSWORD)
    back_up(database_url(servers, schema.OWNER, filled[0]), tmp_path / "newer.zip", str)
    with pytest.raises(OperationError, match="same or a newer version"):
        restore(older_url, tmp_path / "newer.zip", str)
    schema.upgrade(older_url)
    back_up(older_url, tmp_path / "older.zip", str)
    url = database_url(servers, schema.OWNER, place)
    schema.downgrade(url, "base")
    said: list[str] = []
    restore(url, tmp_path / "older.zip", said.append)
    assert "Row-level security is forced on every team's table." in said


def guard_version(url: str) -> int:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return guard.server_major(connection)


def _at(cluster: Postgres, servers: Servers) -> dict[str, str]:
    """The settings that point at another cluster, superuser included."""
    return {
        "DATABASE_URL": cluster.dsn(schema.APP, "community", PASSWORD),
        "MIGRATION_DATABASE_URL": cluster.dsn(schema.OWNER, "community", PASSWORD),
        "BOOTSTRAP_DATABASE_URL": cluster.superuser_dsn,
        "COMMUNITY_OWNER_PASSWORD": PASSWORD,
        "COMMUNITY_APP_PASSWORD": PASSWORD,
    }


def _as_owner(url: str, statements: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements.split(";"):
            connection.execute(text(statement))


def _contents(url: str) -> dict[str, contents.TableContents]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return contents.all_tables(connection)


def _schema_of(servers: Servers, url: str) -> str:
    """Everything but rows, as pg_dump writes it: tables, keys, policies, owners, grants, functions."""
    at = make_url(url)
    argv = [
        f"{servers.postgres.programs}/pg_dump",
        "--schema-only",
        f"--dbname={at.database}",
        f"--username={at.username}",
    ]
    argv += [f"--host={at.query['host']}", f"--port={at.query['port']}"]
    env = {"PGPASSWORD": str(at.password), "PATH": "/usr/bin:/bin"}
    said = subprocess.run(argv, env=env, capture_output=True, text=True, check=True).stdout
    return re.sub(r"^\\(un)?restrict .*$", "", said, flags=re.MULTILINE)


def _forge(file: Path, forged: Path) -> None:
    """The same dump under a manifest that tells another story."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(forged, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        manifest["tables"]["notes"]["rows"] += 1
        manifest["tables"]["persons"]["sha256"] = "0" * 64
        new.writestr("database.dump", old.read("database.dump"))
        new.writestr("manifest.json", json.dumps(manifest))
