"""One command brings everything up, and nothing outlives it."""

import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from community.embedded import up
from community.embedded.errors import EmbeddedError
from tests.embedded.conftest import ROOT, Driver, Place, eventually, is_gone

NAMES = ("postgres", "valkey", "web", "mail", "work", "clock")


class Installation:
    """A data folder, a port, and whoever runs on them."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.data = place.folder / "data"
        self.port = free_port()
        self.program = place.folder / "community"
        stand_in = (ROOT / "tests/embedded/stand_in.py").read_text()
        self.program.write_text(f"#!{place.python}\n{stand_in}")
        self.program.chmod(0o755)

    def start(self) -> Driver:
        driver = self.place.start("up", str(self.program), str(self.data), str(self.port))
        eventually(lambda: "Ctrl-C stops" in driver.said() or driver.process.poll() is not None, 90)
        assert driver.process.poll() is None, driver.said()
        driver.descendants()
        return driver

    def calls(self) -> list[dict[str, Any]]:
        lines = (self.data / "calls.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def env(self, word: str) -> dict[str, str]:
        return next(call["env"] for call in reversed(self.calls()) if call["words"][0] == word)

    def ask(self, statement: str) -> object:
        address = self.env("db")["BOOTSTRAP_DATABASE_URL"].replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            answer = connection.execute(statement)
            return answer.fetchone() if answer.description else None


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest.fixture
def installation(place: Place) -> Installation:
    return Installation(place)


@pytest.fixture
def running(installation: Installation) -> Iterator[Driver]:
    driver = installation.start()
    yield driver
    driver.process.terminate()
    driver.process.wait()


def test_brings_everything_up_in_order_and_says_where_it_is(
    installation: Installation, running: Driver
) -> None:
    words = [call["words"] for call in installation.calls()]
    assert words[:2] == [["db", "upgrade"], ["demo", "--if-new"]]
    assert (installation.data / "demo-asked").exists(), "who takes it away is not asked again"
    assert words[2] == ["web", "--host", "127.0.0.1", "--port", str(installation.port)]
    rest = [["clock"], ["user", "link", "--demo"], ["worker", "mail"], ["worker", "work"]]
    eventually(lambda: sorted(call["words"] for call in installation.calls()[3:]) == rest)
    assert f"open at   http://localhost:{installation.port}" in running.said()
    assert f"http://localhost:{installation.port}/login/once--demo" in running.said()
    with urllib.request.urlopen(f"http://127.0.0.1:{installation.port}/healthz") as answer:
        assert answer.status == 200


def test_the_application_gets_its_addresses_and_never_the_superusers(
    installation: Installation, running: Driver
) -> None:
    web, upgrade = installation.env("web"), installation.env("db")
    assert installation.ask("select 1") == (1,)
    with redis.Redis.from_url(web["REDIS_URL"]) as client:
        assert client.ping()
    assert web["DATABASE_URL"].startswith("postgresql+psycopg://community_app:")
    assert web["MIGRATION_DATABASE_URL"].startswith("postgresql+psycopg://community_owner:")
    assert len(web["SECRET_KEYS"]) >= 32
    assert upgrade["COMMUNITY_APP_PASSWORD"] in web["DATABASE_URL"]
    assert not {"BOOTSTRAP_DATABASE_URL", "COMMUNITY_OWNER_PASSWORD"} & web.keys()
    for path in installation.data.iterdir():
        if "password" in path.name or "key" in path.name:
            assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_cleanly(
    installation: Installation, number: signal.Signals
) -> None:
    driver = installation.start()
    driver.process.send_signal(number)
    assert driver.process.wait(60) == 0
    assert driver.all_gone()
    said = (installation.data / "postgres.log").read_text()
    assert "database system is shut down" in said


def test_killing_any_child_brings_it_back_with_the_data(
    installation: Installation, running: Driver
) -> None:
    installation.ask("create table kept as select 7 as n")
    for word in ("bin/postgres", "valkey-server", "web", "mail", "work", "clock"):
        running.descendants()
        killed = running.child(word).pid
        running.child(word).kill()
        eventually(partial(is_gone, killed))
        eventually(partial(came_back, running, word, killed))
    log = installation.data / "postgres.log"
    eventually(lambda: log.read_text().count("is ready to accept connections") == 2)
    assert f"its words are in {log}" in running.said()
    eventually(lambda: answers(installation))
    assert installation.ask("select n from kept") == (7,)


def test_when_we_are_killed_nothing_stays_and_the_next_start_finds_the_data(
    installation: Installation,
) -> None:
    first = installation.start()
    installation.ask("create table kept as select 7 as n")
    secret = installation.env("web")["SECRET_KEYS"]
    first.descendants()
    first.process.kill()
    first.process.wait()
    second = installation.start()
    try:
        assert first.all_gone()
        assert installation.ask("select n from kept") == (7,)
        assert installation.env("web")["SECRET_KEYS"] == secret
    finally:
        second.process.terminate()
        assert second.process.wait(60) == 0


def test_a_second_one_on_the_same_data_is_refused(
    installation: Installation, running: Driver
) -> None:
    again = Installation(installation.place)
    again.data = installation.data
    driver = again.place.start("up", str(again.program), str(again.data), str(again.port))
    assert driver.process.wait(30) != 0
    assert "Another community up uses" in driver.said()
    assert running.process.poll() is None


def test_a_failed_migration_stops_everything(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIL_AT", "db")
    place, program = installation.place, installation.program
    driver = place.start("up", str(program), str(installation.data), str(installation.port))
    eventually(lambda: driver.process.poll() is not None or driver.descendants() is None)
    assert driver.process.wait(60) != 0
    assert "community db upgrade failed" in driver.said()
    assert driver.all_gone()


def test_the_address_people_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "_lan_address", lambda: "192.0.2.7")
    here = up.Options(Path("x"))
    lan = up.Options(Path("x"), host="0.0.0.0", insecure_lan=True)
    assert up._base_url(here, 8000) == "http://localhost:8000"
    assert up._base_url(lan, 8001) == "http://192.0.2.7:8001"
    with pytest.raises(EmbeddedError, match="--insecure-lan"):
        up._base_url(up.Options(Path("x"), host="0.0.0.0"), 8000)


def test_given_settings_win(tmp_path: Path) -> None:
    given = {"BASE_URL": "https://community.example.org", "SECRET_KEYS": "k" * 40}
    settings = up._own_settings(up.Options(tmp_path, host="0.0.0.0"), 8000, given)
    assert {key: settings[key] for key in given} == given


def test_a_taken_port_is_said_and_the_default_goes_on() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        with pytest.raises(EmbeddedError, match=f"Port {port} .* is in use"):
            up._port(up.Options(Path("x"), port=port))
    assert 8000 <= up._port(up.Options(Path("x"))) < 8100


def test_the_port_of_the_last_time_is_taken_again_or_the_change_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = int(taken.getsockname()[1])
    assert up._kept_port(up.Options(tmp_path, port=port), said.append) == port
    assert up._kept_port(up.Options(tmp_path), said.append) == port
    assert said == []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert up._kept_port(up.Options(tmp_path), said.append) != port
    assert f"no longer {port}" in said[0]


def test_what_up_says_is_not_kept_back_by_a_pipe(tmp_path: Path) -> None:
    code = "import os; from community.embedded import up; up._say('here'); os._exit(0)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert answer.stdout == b"here\n"


def came_back(running: Driver, word: str, killed: int) -> bool:
    try:
        return bool(running.child(word).pid != killed)
    except AssertionError:
        return False


def answers(installation: Installation) -> bool:
    try:
        return installation.ask("select 1") == (1,)
    except psycopg.OperationalError:
        return False
