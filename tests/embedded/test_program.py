"""The `community` program: a command imports what it needs, helps with an example, and its exit
code says what happened."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from community.embedded.program import COMMANDS, cli, load
from tests.conftest_servers import Servers
from tests.exchange.test_actions import ANN
from tests.factories.exchange import table
from tests.operation.conftest import place, run, settings  # noqa: F401

# In one process, since starting one takes seconds: what each command's help imported besides
# what was there before it.
LOADED = """
import json, sys
from click.testing import CliRunner
from community.embedded.program import cli
found, before = {}, set()
for name in sys.argv[1:]:
    result = CliRunner().invoke(cli, [*name.split(), "--help"])
    assert result.exit_code == 0, (name, result.output)
    there = {module.split(".")[0] for module in sys.modules}
    found[name], before = sorted(there - before), there
print(json.dumps(found))
"""
SERVING = {"web", "worker", "clock"}


def test_a_command_imports_what_it_needs() -> None:
    names = ["", *sorted(set(COMMANDS) - SERVING)]
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *names], capture_output=True, text=True, check=True
    )
    loaded = {name: set(modules) for name, modules in json.loads(done.stdout).items()}
    assert not loaded[""] & {"flask", "sqlalchemy", "redis", "gunicorn", "alembic"}, "help alone"
    web = {"flask", "flask_smorest", "gunicorn"}
    assert {name: here & web for name, here in loaded.items() if here & web} == {}


def test_the_web_starts_without_what_few_requests_need() -> None:
    rare = {"alembic", "mako", "phonenumbers", "zxcvbn", "charset_normalizer"}
    asked = "import json, sys, community.app; print(json.dumps([0, sorted(sys.modules)]))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert not set(json.loads(done.stdout)[1]) & rare


def every_command() -> Iterator[tuple[str, click.Command]]:
    for name, entry in COMMANDS.items():
        command = load(entry)
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", each) for inner, each in command.commands.items())


def test_every_command_helps_with_an_example() -> None:
    names = []
    for name, command in every_command():
        with click.Context(command, info_name=name) as context:
            # `demo make` is what `demo` does alone.
            called = name.removesuffix(" make")
            assert f"Example: community {called}" in _plain(command.get_help(context)), name
        names.append(name)
    assert {"up", "db upgrade", "demo remove", "user link", "reciprocity verify"} <= set(names)


def _plain(text: str) -> str:
    # An example may begin with a setting: NAME=value community …
    return " ".join(word for word in text.split() if "=" not in word)


def test_the_list_names_every_command_in_one_line() -> None:
    with click.Context(cli, info_name="community", terminal_width=100) as context:
        listed = cli.get_help(context).splitlines()
    for name, entry in COMMANDS.items():
        assert f"  {name:<11}  {entry.says}" in listed


class TestExitCodes:
    """Through the program itself, as a shell sees them."""

    @pytest.fixture
    def env(self, servers: Servers, place: str, tmp_path: Path) -> dict[str, str]:
        env = settings(servers, place, tmp_path)
        words = ("team", "create", "northlight", "--owner", "noor@example.org")
        assert run(*words, env=env).returncode == 0
        return env

    def import_of(self, env: dict[str, str], path: Path, content: bytes) -> tuple[int, str]:
        path.write_bytes(content)
        words = ("--team", "northlight", "--as", "noor@example.org")
        done = run("import", str(path), *words, env=env)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout

    def test_an_import_says_whether_all_some_or_nothing_was_used(
        self, env: dict[str, str], tmp_path: Path
    ) -> None:
        path = tmp_path / "people.csv"
        assert self.import_of(env, path, table(ANN)) == (0, "New: 1\n")
        assert self.import_of(env, path, table(",nameless@example.org,,,,,,,"))[0] == 2
        assert self.import_of(env, path, b'Name\n"never closed')[0] == 1

    def test_done_refused_and_not_understood_differ(self, env: dict[str, str]) -> None:
        for code, words in (
            (0, ("reciprocity", "verify", "--team", "northlight")),
            (0, ("user", "create", "mara@example.org")),
            (1, ("user", "create", "mara@example.org")),
            (1, ("user", "link", "nobody@example.org")),
            (1, ("reciprocity", "verify", "--team", "nowhere")),
            (2, ("user", "create", "no address")),
            (2, ("nothing-like-it",)),
            (2, ("db", "upgrade", "--nothing-like-it")),
        ):
            done = run(*words, env=env)
            assert (done.returncode, words) == (code, words)
            assert "Traceback" not in done.stderr

    @pytest.mark.parametrize("words", [("demo",), ("reciprocity", "verify", "--team", "x")])
    def test_a_database_that_is_away_is_said_in_words(
        self, servers: Servers, tmp_path: Path, words: tuple[str, ...]
    ) -> None:
        done = run(*words, env=settings(servers, "no_such_database", tmp_path))
        assert (done.returncode, "did not answer" in done.stderr) == (1, True), done.stderr

    def test_wrong_settings_have_a_code_of_their_own(self) -> None:
        done = run("token", "create", "--team", "x", "--email", "a@example.org", "--scope", "read")
        assert (done.returncode, done.stderr.startswith("Configuration: ")) == (78, True)
