"""The complete archive of the sample team comes back equal: here as a second team, and elsewhere."""

import hashlib
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, text

from community.core import db, outbox, schema
from community.demo import queries as demo
from community.exchange.actions import archiving
from community.exchange.cli import export_team, import_file
from community.exchange.formats import archives
from community.exchange.queries import archives as queries
from community.identity.models import Actor, User, UserEmail
from community.identity.queries import find_team
from community.ledger.queries import find_drifted
from tests.conftest import clone, database_url
from tests.conftest_servers import Servers


@pytest.fixture
def slug(noor: Actor) -> str:
    """The sample team's."""
    with db.transaction():
        team = demo.find_sample_team()
        assert team is not None
        return team.slug


def run(command, *words: object) -> str:
    result = CliRunner().invoke(command, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_sample_team_comes_back_equal_beside_itself_and_elsewhere(
    slug: str, servers: Servers, template_database: str, tmp_path: Path
) -> None:
    first, second, third = (tmp_path / f"{n}.zip" for n in "abc")
    said = run(export_team, first, "--team", slug)
    assert " 0 rows" not in said
    assert first.stat().st_mode & 0o777 == 0o600
    run(import_file, first, "--format", "archive", "--team", "second")
    told = archiving.write_archive("second", second)
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as other:
        names = {name for name in one.namelist() if not name.startswith("manifest")}
        assert names == {name for name in other.namelist() if not name.startswith("manifest")}
        differing = {n for n in names if one.read(n) != other.read(n)}
    assert differing == set(), "every table, as lines and as CSV, to the byte"
    assert told.tables["persons"].rows > 40
    assert told.tables["gives"].rows >= 400
    with db.transaction():
        team = find_team("second")
        assert team is not None
        db.enter(team.id, None)
        assert list(find_drifted()) == [], "balances are the ledger's"
        assert db.session().scalar(select(func.count()).select_from(outbox.OutboxRow)) == 0
        addresses = set(db.session().scalars(select(UserEmail.address)))
    with clone(servers, template_database, f"elsewhere_{uuid.uuid4().hex[:12]}") as name:
        here = str(db.engine().url.render_as_string(hide_password=False))
        db.configure(database_url(servers, schema.APP, name))
        try:
            run(import_file, first, "--format", "archive", "--team", slug)
            again = archiving.write_archive(slug, third)
            assert again.tables == told.tables
            with db.transaction():
                assert set(db.session().scalars(select(UserEmail.address))) == addresses
                proved = db.session().scalars(select(UserEmail.verified_at)).all()
                assert set(proved) == {None}, "an address is proved where it is used"
        finally:
            db.configure(here)


def test_a_changed_archive_and_a_taken_address_leave_nothing_behind(
    slug: str, tmp_path: Path
) -> None:
    whole, changed = tmp_path / "whole.zip", tmp_path / "changed.zip"
    archiving.write_archive(slug, whole)
    with zipfile.ZipFile(whole) as one, zipfile.ZipFile(changed, "w") as other:
        for entry in one.infolist():
            content = one.read(entry)
            if entry.filename == "tables/notes.jsonl":
                content = content.replace(b'"private"', b'"team"', 1)
            other.writestr(entry, content)
    with db.transaction():
        before = db.session().execute(text("SELECT count(*) FROM teams")).scalar()
    for path, team, words in (
        (changed, "third", "tables/notes.jsonl"),
        (whole, slug, "at this address already"),
        (whole, "No Such Slug", "small letters"),
    ):
        given = [str(path), "--format", "archive", "--team", team]
        result = CliRunner().invoke(import_file, given)
        assert result.exit_code == 1
        assert words in result.output
    with db.transaction():
        assert db.session().execute(text("SELECT count(*) FROM teams")).scalar() == before
    taken = CliRunner().invoke(export_team, [str(whole), "--team", slug])
    assert (taken.exit_code, "Nothing is overwritten" in taken.output) == (1, True)


def _forged(whole: Path, path: Path, change: Callable[[dict[str, Any]], Any], name: str) -> None:
    """The archive with one row of a part changed, and a manifest that says so."""
    with zipfile.ZipFile(whole) as one, zipfile.ZipFile(path, "w") as other:
        lines = [orjson.loads(line) for line in one.read(name).splitlines()]
        change(lines[0])
        content = b"".join(orjson.dumps(line) + b"\n" for line in lines)
        for entry in one.infolist():
            if entry.filename not in (name, archives.MANIFEST):
                other.writestr(entry, one.read(entry))
        other.writestr(name, content)
        said = orjson.loads(one.read(archives.MANIFEST))
        told = said["users"] if name == archives.USERS else said["tables"]["memberships"]
        told["sha256"] = hashlib.sha256(content).hexdigest()
        other.writestr(archives.MANIFEST, orjson.dumps(said))


def test_an_archive_lets_nobody_in_whom_it_does_not_bring(slug: str, tmp_path: Path) -> None:
    whole, forged = tmp_path / "whole.zip", tmp_path / "forged.zip"
    archiving.write_archive(slug, whole)
    with db.transaction() as unit:
        other = User(locale="en", zone="UTC")
        unit.session.add(other)
        unit.session.flush()
        unit.session.add(UserEmail(user_id=other.id, address="other@example.org"))
    _forged(
        whole, forged, lambda row: row.update(user_id=str(other.id)), "tables/memberships.jsonl"
    )
    result = CliRunner().invoke(
        import_file, [str(forged), "--format", "archive", "--team", "third"]
    )
    assert (result.exit_code, "memberships" in result.output) == (1, True)
    more = {"address": "ceo@example.org", "is_primary": False, "verified_at": None}
    first = {"address": "first@example.org", "is_primary": True, "verified_at": None}
    _forged(whole, forged, lambda row: row.update(emails=[first, more]), archives.USERS)
    run(import_file, forged, "--format", "archive", "--team", "third")
    with db.transaction():
        here = set(db.session().scalars(select(UserEmail.address)))
    assert "first@example.org" in here
    assert "ceo@example.org" not in here, "nobody proved it here"


def test_every_table_of_a_team_is_in_the_archive_or_left_out_with_a_reason() -> None:
    tables = {t.name for t in schema.all_models().sorted_tables if "team_id" in t.c}
    kept = {each.name for each in queries.kept_tables()}
    assert kept | set(queries.LEFT_OUT) == tables
    assert not kept & set(queries.LEFT_OUT)
    assert all(queries.LEFT_OUT.values())
    for each in queries.kept_tables():
        columns = {c.name for c in each.table.c if c.computed is None and c.name != "team_id"}
        without = {column for table, column in queries.WITHOUT if table == each.name}
        assert {*each.plain, *each.binary} == columns - without
