"""`community demo` as a command: once, said plainly, and away again."""

from pathlib import Path

from tests.conftest import clone
from tests.conftest_servers import Servers, run_folder
from tests.operation.conftest import run, settings


def test_it_says_where_the_team_is_and_how_to_be_rid_of_it(sample_template: str) -> None:
    said = (run_folder() / "sample.done").read_text()
    assert "http://localhost:8000/t/sample/" in said
    assert "user link --demo" in said
    assert "demo remove" in said


def test_the_command_is_repeated_without_harm_and_removes_only_when_told(
    servers: Servers, sample_template: str, tmp_path: Path
) -> None:
    with clone(servers, sample_template, "sample_of_the_command") as name:
        env = settings(servers, name, tmp_path)
        again = run("demo", env=env)
        assert (again.returncode, "here already" in again.stdout) == (0, True), again.stderr
        assert run("demo", "remove", env=env, stdin="n\n").returncode == 130
        gone = run("demo", "remove", "--yes", env=env)
        assert (gone.returncode, "is gone" in gone.stdout) == (0, True), gone.stderr
        assert "no sample team" in run("demo", "remove", "--yes", env=env).stdout


def test_if_new_makes_none_beside_a_team(
    servers: Servers, sample_template: str, tmp_path: Path
) -> None:
    with clone(servers, sample_template, "sample_beside") as name:
        done = run("demo", "make", "--if-new", env=settings(servers, name, tmp_path))
        assert (done.returncode, done.stdout) == (0, "")
