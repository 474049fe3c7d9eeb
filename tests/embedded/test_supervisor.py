"""Children come back when they die, and go when we go, however we go."""

import json
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from community.embedded.errors import EmbeddedError
from community.embedded.process import Child
from community.embedded.supervisor import Backoff, Supervisor
from tests.embedded.conftest import Driver, Place, eventually, is_gone

FIRST = ["sh", "-c", "echo first here; exec sleep 301"]
SECOND = ["sh", "-c", "echo second here; sleep 302 & exec sleep 303"]
STUBBORN = ["sh", "-c", "trap '' TERM; echo stubborn here; while :; do sleep 0.1; done"]


def started(place: Place, *children: dict[str, Any]) -> Driver:
    wanted = place.folder / "children.json"
    wanted.write_text(json.dumps(children))
    driver = place.start("supervise", str(wanted))
    eventually(lambda: "all started" in driver.said() or driver.process.poll() is not None)
    driver.descendants()
    return driver


@pytest.fixture
def pair(place: Place) -> Iterator[Driver]:
    driver = started(place, {"name": "first", "argv": FIRST}, {"name": "second", "argv": SECOND})
    yield driver
    driver.process.kill()
    driver.process.wait()


def test_lines_carry_the_name_of_who_said_them(pair: Driver) -> None:
    eventually(lambda: "second    | second here" in pair.said())
    assert "first     | first here" in pair.said()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(pair: Driver, number: signal.Signals) -> None:
    assert len(pair.descendants()) == 3
    pair.process.send_signal(number)
    assert pair.process.wait(20) == 0
    eventually(pair.all_gone)


def test_a_killed_child_comes_back_and_what_it_had_started_is_ended(pair: Driver) -> None:
    eventually(lambda: "sleep 303" in " ".join(pair.child("303").cmdline()))
    killed = pair.child("303")
    left = next(each.pid for each in killed.children())
    os.kill(killed.pid, signal.SIGKILL)
    eventually(lambda: pair.said().count("second here") == 2)
    eventually(lambda: is_gone(left))
    assert pair.child("301").is_running()
    assert "second was ended by SIGKILL" in pair.said()


def test_when_we_are_killed_no_child_stays(pair: Driver) -> None:
    direct = [each.pid for each in pair.descendants() if "302" not in each.cmdline()]
    assert len(direct) == 2
    pair.process.kill()
    eventually(lambda: all(map(is_gone, direct)))


def test_who_does_not_listen_is_killed_after_its_time(place: Place) -> None:
    driver = started(place, {"name": "stubborn", "argv": STUBBORN, "stop_seconds": 0.5})
    eventually(lambda: "stubborn here" in driver.said())
    driver.process.send_signal(signal.SIGTERM)
    assert driver.process.wait(20) == 0
    eventually(driver.all_gone)


def test_who_keeps_failing_is_started_less_and_less_often(place: Place) -> None:
    driver = started(place, {"name": "broken", "argv": ["sh", "-c", "exit 3"]})
    eventually(lambda: len(waits(driver)) >= 4)
    assert waits(driver)[:4] == [0.1, 0.2, 0.4, 0.8]
    driver.process.terminate()
    assert driver.process.wait(20) == 0


def waits(driver: Driver) -> list[float]:
    return [
        float(word) for word in re.findall(r"code 3; starting it again in (\S+) s", driver.said())
    ]


def test_the_wait_has_a_ceiling() -> None:
    backoff = Backoff(first=0.25, most=30.0)
    assert [backoff.delay(n) for n in (1, 2, 3, 9, 5000)] == [0.25, 0.5, 1.0, 30.0, 30.0]


def test_a_command_gives_its_code_and_its_last_words() -> None:
    lines: list[str] = []
    argv = ["sh", "-c", "echo one; printf two; exit 5"]
    with Supervisor(write=lines.append) as supervisor:
        assert supervisor.run_once(Child("once", argv, dict(os.environ))) == (5, ["one", "two"])
    assert lines == ["once      | one\n", "once      | two\n"]


def test_a_child_that_never_gets_ready_is_an_error_with_its_words() -> None:
    argv = ["sh", "-c", "echo cannot; exec sleep 30"]
    child = Child("slow", argv, dict(os.environ), is_ready=lambda pid: False)
    with (
        pytest.raises(EmbeddedError, match=r"slow was not ready after 1 s:\ncannot"),
        Supervisor(write=lambda line: None) as supervisor,
    ):
        supervisor.start(child, seconds=1.0)


def test_a_program_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    child = Child("none", [str(tmp_path / "none")], {})
    with pytest.raises(EmbeddedError, match="none could not be started"), Supervisor() as all_of_it:
        all_of_it.start(child)
