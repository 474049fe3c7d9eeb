"""The complete archive of the sample team comes back equal: here as a second team, and elsewhere."""

import uuid
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, text

from community.core import db, outbox, schema
from community.demo import queries as demo
from community.exchange.actions import archiving
from community.exchange.cli import export_team, import_file
from community.exchange.queries import archives as queries
from community.identity.models import Actor, UserEmail
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
