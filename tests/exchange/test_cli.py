"""`community import`: the counts on standard output, the problems by line, exit codes that mean something."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from community.core import outbox, queue
from community.exchange.cli import import_file
from community.exchange.models import ImportBatch
from community.identity.models import Actor
from tests.exchange.test_actions import ANN, BOB, count, outsiders
from tests.factories.accounts import address_of
from tests.factories.exchange import table
from tests.factories.identity import acting


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes(table(ANN, BOB))
    return path


def run(owner: Actor, path: Path, *words: str) -> Result:
    given = [str(path), "--team", owner.team_slug, "--as", address_of(owner), *words]
    return CliRunner().invoke(import_file, given)


def test_a_file_is_imported_at_once(owner: Actor, people: Path) -> None:
    result = run(owner, people)
    assert (result.exit_code, result.stdout) == (0, "New: 2\n")
    assert {p.audience for p in outsiders(owner).values()} == {"private"}
    again = run(owner, people, "--format", "csv", "--audience", "team")
    assert (again.exit_code, again.stdout) == (0, "Nothing new: 2\n")


def test_the_worker_would_go_on_where_the_command_was_killed(owner: Actor, people: Path) -> None:
    run(owner, people)
    assert [c for c in outbox.claim(queue.WORK, 1000) if c.team_id == owner.team_id] == []
    with acting(owner) as unit:
        row = unit.session.scalars(
            select(outbox.OutboxRow).where(outbox.OutboxRow.queue == queue.WORK)
        ).one()
        assert row.next_at is not None
        assert (row.next_at - row.created_at).total_seconds() == 600


def test_a_dry_run_keeps_nothing(owner: Actor, people: Path) -> None:
    result = run(owner, people, "--dry-run")
    assert (result.exit_code, result.stdout) == (0, "New: 2\n")
    assert outsiders(owner) == {}
    assert count(owner, ImportBatch) == 0


def test_rows_that_were_not_used_are_named_by_line(owner: Actor, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(table(ANN.replace("1980-02-03", "31.31.1980"), ",x@example.org,,,,,,,"))
    result = run(owner, path, "--audience", "team")
    assert (result.exit_code, result.stdout) == (2, "New: 1\nNot used: 1\n")
    assert "line 2: “31.31.1980” is not a date." in result.stderr
    assert "line 3: No name, so nobody was made from this row." in result.stderr
    assert outsiders(owner)["Ann Lee"].audience == "team"


def test_columns_are_mapped(owner: Actor, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Aaa\nAnn Lee\n")
    assert run(owner, path).exit_code == 1
    assert run(owner, path, "--mapping", '{"Aaa": "name"}').exit_code == 0
    assert run(owner, path, "--mapping", "Aaa=name").exit_code == 2
    assert set(outsiders(owner)) == {"Ann Lee"}


def test_a_refused_file_is_one_line_and_exit_code_1(owner: Actor, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b'Name\n"Ann\n')
    result = run(owner, path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: Line 2: The quotation mark")
    assert result.stderr.count("\n") == 1


def test_who_is_not_in_the_team_imports_nothing(
    owner: Actor, stranger: Actor, people: Path
) -> None:
    given = [str(people), "--team", owner.team_slug, "--as", address_of(stranger)]
    result = CliRunner().invoke(import_file, given)
    assert result.exit_code == 1
    assert "is not in the team" in result.stderr
    missing = CliRunner().invoke(import_file, [str(people), "--team", "no-team", "--as", "x@y.org"])
    assert (missing.exit_code, missing.stderr) == (1, "Error: There is no team 'no-team'.\n")


def test_help_shows_an_example() -> None:
    assert "Example: community import" in CliRunner().invoke(import_file, ["--help"]).stdout
